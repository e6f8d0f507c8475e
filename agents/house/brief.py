"""The house writer's answer to WRITE_BRIEF: what to say, about what, in which tone.

By rule alone: the products that fit goal and stock, one message in a sentence, the guide's own
words for the tone, and the one question that no table can answer.
"""

from __future__ import annotations

from agents.tasks import BriefQuestion, BriefWords
from brand_voice.slots import product_value
from domain.facts import HouseFact, Product
from domain.goal import Goal, Objective
from domain.voice import Guide

MOST_PRODUCTS = 3


def write_brief(given: BriefQuestion) -> BriefWords:
    """Words for a brief; every fact id it names is known, and every product is in stock."""
    products = choose_products(given)
    house = _house_facts(given)
    return BriefWords(
        message=_message(given.goal, products, given.guide),
        fact_ids=tuple(p.id for p in products) + tuple(f.id for f in house),
        tone=_tone(given.guide, given.goal),
        question=_question(given, products),
    )


def choose_products(given: BriefQuestion) -> tuple[Product, ...]:
    """The articles that the mail is about: those named, else those that fit, at most three.

    A viewing asks for one thing to look at, so single pieces come first there; elsewhere what is
    well stocked comes first, because a mail to hundreds should not sell one watch.
    """
    goal = given.goal
    in_stock = [p for p in given.facts.products if p.stock > 0]
    named = [p for p in in_stock if p.id in goal.products]
    if named:
        return tuple(named[:MOST_PRODUCTS])
    if goal.products:
        in_stock = []  # what the goal names is sold: nothing else is put in its place unasked
    wanted = [p for p in in_stock if p.category in goal.categories] if goal.categories else in_stock
    if goal.objective == "service_due" and not goal.categories:
        wanted = [p for p in in_stock if p.category == "service"]
    elif not goal.categories:
        wanted = [p for p in wanted if p.category != "service"]
    if goal.objective in ("viewing", "invite"):
        wanted.sort(key=lambda p: (p.stock != 1, not p.flaws, p.photo is None, p.id))
        return tuple(wanted[:1])
    if goal.objective in ("thank", "announce") and not goal.categories:
        return ()
    if goal.objective == "launch":
        wanted.sort(key=lambda p: (-(p.year or 0), -p.stock, p.id))
        return tuple(wanted[:1])
    wanted.sort(key=lambda p: (-min(p.stock, 10), p.photo is None, p.id))
    return tuple(wanted[:MOST_PRODUCTS])


_ABOUT: dict[Objective, tuple[str, ...]] = {
    "viewing": ("viewing", "boutique", "open tuesday", "besichtigung", "geöffnet", "anprobe"),
    "invite": ("viewing", "workshop", "open tuesday", "besichtigung", "werkstatt", "geöffnet"),
    "service_due": ("service", "estimate", "watchmaker", "wartung", "kostenvoranschlag"),
    "welcome": ("founded", "watchmaker", "return", "gegründet", "uhrmacher", "zurück"),
    "thank": ("founded", "gegründet"),
}
_OFFER = ("reduction", "lowest price", "ermäßigung", "niedrigste")
_ALWAYS = ("warrant", "come back", "garantie", "gewährleistung")
MOST_HOUSE_FACTS = 6


def _house_facts(given: BriefQuestion) -> tuple[HouseFact, ...]:
    """The house's own facts that bear on this message, at most six; copy may cite others."""
    about = (*_ABOUT.get(given.goal.objective, ()), *(_OFFER if given.goal.offer else ()))
    valid = [
        fact
        for fact in given.facts.house
        if fact.language == given.goal.language
        and (fact.valid_until is None or fact.valid_until >= given.today)
    ]

    if len(valid) <= MOST_HOUSE_FACTS:
        return tuple(valid)

    def bears(fact: HouseFact, words: tuple[str, ...]) -> bool:
        text = f"{fact.id} {fact.text}".lower()
        return any(word in text for word in words)

    chosen = [fact for fact in valid if bears(fact, about)]
    chosen += [fact for fact in valid if fact not in chosen and bears(fact, _ALWAYS)]
    return tuple(chosen[:MOST_HOUSE_FACTS])


_ENGLISH: dict[Objective, str] = {
    "win_back": "You have not been here for a while; {what}.",
    "launch": "New here: {what}.",
    "service_due": "The service is due, and we have time for it.",
    "viewing": "Come and look at {what}: half an hour.",
    "sell": "{what}, with its price and its proof.",
    "welcome": "Good that you are here: this is how we work.",
    "announce": "What changes, from when, and for whom.",
    "invite": "You are invited; come and see {what}.",
    "thank": "Thank you, and nothing to buy.",
    "unsaid": "{what}: one thing, one reason to read it.",
}
_GERMAN: dict[Objective, str] = {
    "win_back": "Sie waren länger nicht hier; {what}.",
    "launch": "Neu bei uns: {what}.",
    "service_due": "Die Wartung ist fällig, und wir haben Zeit dafür.",
    "viewing": "Sehen Sie sich {what} an: eine halbe Stunde.",
    "sell": "{what}, mit Preis und Nachweis.",
    "welcome": "Schön, dass Sie da sind: so arbeiten wir.",
    "announce": "Was sich ändert, ab wann und für wen.",
    "invite": "Sie sind eingeladen; sehen Sie sich {what} an.",
    "thank": "Danke, und nichts zu kaufen.",
    "unsaid": "{what}: eine Sache, ein Grund zu lesen.",
}


def _message(goal: Goal, products: tuple[Product, ...], guide: Guide) -> str:
    german = goal.language == "de"
    if products:
        what = _called(products[0], goal)
        if len(products) > 1:
            rest = len(products) - 1
            what += f" und {rest} weitere" if german else f" and {rest} more"
    elif goal.objective == "win_back":
        what = "das hat sich getan" if german else "here is what has changed"
    elif goal.topics:
        what = goal.topics[0]
    else:
        what = guide.brand or ("unser Haus" if german else "the house")
    if goal.objective == "win_back" and products:
        what = f"wir zeigen Ihnen {what}" if german else f"here is {what}"
    text = (_GERMAN if german else _ENGLISH)[goal.objective].format(what=what)
    text = text[0].upper() + text[1:]
    if goal.topics and goal.topics[0] not in text:
        reason = "Anlass" if german else "Occasion"
        text += f" {reason}: {', '.join(goal.topics)}."
    return text


def _called(product: Product, goal: Goal) -> str:
    """The product as the sentence needs it: with its article, in German in the accusative."""
    if goal.objective not in ("win_back", "viewing", "invite"):
        return product.name
    field = "the_name_acc" if goal.language == "de" else "the_name"
    return product_value(product, field, goal.language) or product.name


def _tone(guide: Guide, goal: Goal) -> str:
    parts = [*guide.we_are[:2], *guide.principles[:3]]
    parts.append(
        f"sentences of about {guide.sentence_words_average:.0f} words"
        + ("" if guide.exclamation_marks else ", no exclamation marks")
        + ("" if guide.emoji else ", no emoji")
    )
    if goal.objective in ("win_back", "thank"):
        parts.append("no reproach and no hurry")
    return "; ".join(part.rstrip(".") for part in parts if part)


def _question(given: BriefQuestion, products: tuple[Product, ...]) -> str:
    """Asked in English, as the rest of the brief is."""
    goal = given.goal
    if "Christmas" in goal.topics:
        return "Until which day does an order still arrive before Christmas?"
    trade = given.audience.figure("trade_share")
    if trade is not None and trade.value is not None and trade.value >= 0.5:
        return "Who looks after the trade buyers, and has anybody spoken to them lately?"
    match goal.objective:
        case "win_back":
            return "Why did they stop, as far as anybody in the shop knows?"
        case "viewing" | "invite":
            return "Who receives them in these weeks, and at which hours?"
        case "service_due":
            return "How many services can the workshop take in these weeks?"
        case "launch":
            return "What will a customer ask about it first, and what do you answer?"
        case "welcome" | "thank":
            return "Whose name stands under the mail?"
        case _:
            if products and products[0].stock == 1:
                return f"Is the {products[0].name} still here, and may it be shown?"
            return "What has a customer said lately that this mail should know?"
