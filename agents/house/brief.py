"""The house writer's answer to WRITE_BRIEF: what to say, about what, in which tone.

By rule alone: the products that fit goal and stock, one message in a sentence, the guide's own
words for the tone, and the one question that no table can answer.
"""

from __future__ import annotations

from typing import NamedTuple

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
        message=_message(given.goal, products),
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


class _Saying(NamedTuple):
    """One message: of a single thing, of several, and where there is no article to name."""

    one: str
    several: str
    none: str


_ENGLISH: dict[Objective, _Saying] = {
    "win_back": _Saying(
        "You have not been here for a while; here is {what}.",
        "You have not been here for a while; here are {what}.",
        "You have not been here for a while; here is what has changed.",
    ),
    "launch": _Saying("New here: {what}.", "New here: {what}.", "There is something new here."),
    "viewing": _Saying(
        "Take half an hour, and come to see {what}.",
        "Take half an hour, and come to see {what}.",
        "Take half an hour, and come to see what we have.",
    ),
    "invite": _Saying(
        "You are invited: come and see {what}.",
        "You are invited: come and see {what}.",
        "You are invited: come and see us.",
    ),
    "sell": _Saying(
        "{what}, with its price and its proof.",
        "{what}, each with its price and its proof.",
        "What we have, each thing with its price and its proof.",
    ),
    "unsaid": _Saying(
        "{what}, and one reason to read about it.",
        "{what}, and one reason to read about them.",
        "One thing from us, and one reason to read it.",
    ),
    "service_due": _Saying(*(3 * ("Your service is due, and we have time for it.",))),
    "welcome": _Saying(*(3 * ("It is good that you are here: this is how we work.",))),
    "announce": _Saying(*(3 * ("What changes, from when, and for whom.",))),
    "thank": _Saying(*(3 * ("Thank you, and there is nothing to buy.",))),
}
_GERMAN: dict[Objective, _Saying] = {
    "win_back": _Saying(
        "Sie waren länger nicht hier; wir zeigen Ihnen {what}.",
        "Sie waren länger nicht hier; wir zeigen Ihnen {what}.",
        "Sie waren länger nicht hier; das hat sich getan.",
    ),
    "launch": _Saying("Neu bei uns: {what}.", "Neu bei uns: {what}.", "Bei uns gibt es Neues."),
    "viewing": _Saying(
        "Nehmen Sie sich eine halbe Stunde, und sehen Sie sich {what} an.",
        "Nehmen Sie sich eine halbe Stunde, und sehen Sie sich {what} an.",
        "Nehmen Sie sich eine halbe Stunde, und sehen Sie sich an, was wir haben.",
    ),
    "invite": _Saying(
        "Sie sind eingeladen: Sehen Sie sich {what} an.",
        "Sie sind eingeladen: Sehen Sie sich {what} an.",
        "Sie sind eingeladen: Besuchen Sie uns.",
    ),
    "sell": _Saying(
        "{what}, mit Preis und Nachweis.",
        "{what}, jeweils mit Preis und Nachweis.",
        "Was wir haben, jeweils mit Preis und Nachweis.",
    ),
    "unsaid": _Saying(
        "{what}, und ein Grund, davon zu lesen.",
        "{what}, und ein Grund, davon zu lesen.",
        "Eine Sache von uns, und ein Grund, sie zu lesen.",
    ),
    "service_due": _Saying(*(3 * ("Ihre Wartung ist fällig, und wir haben Zeit dafür.",))),
    "welcome": _Saying(*(3 * ("Schön, dass Sie da sind: So arbeiten wir.",))),
    "announce": _Saying(*(3 * ("Was sich ändert, ab wann und für wen.",))),
    "thank": _Saying(*(3 * ("Danke, und es gibt nichts zu kaufen.",))),
}
_ACCUSATIVE: frozenset[Objective] = frozenset({"win_back", "viewing", "invite"})
_FEASTS_IN_GERMAN = {
    "Christmas": "Weihnachten", "Valentine's Day": "Valentinstag", "Mother's Day": "Muttertag",
    "Father's Day": "Vatertag", "Easter": "Ostern", "New Year": "Neujahr",
    "St Nicholas' Day": "Nikolaus", "New Year's Eve": "Silvester",
    "house anniversary": "Hausjubiläum", "Black Friday": "Black Friday",
    "Cyber Monday": "Cyber Monday", "Advent": "Advent",
}  # fmt: skip


def _message(goal: Goal, products: tuple[Product, ...]) -> str:
    german = goal.language == "de"
    saying = (_GERMAN if german else _ENGLISH)[goal.objective]
    feasts = [topic for topic in goal.topics if topic in _FEASTS_IN_GERMAN]
    topics = [topic for topic in goal.topics if topic not in _FEASTS_IN_GERMAN]
    if products:
        what = _listed([_called(product, goal) for product in products], german=german)
        text = (saying.one if len(products) == 1 else saying.several).format(what=what)
    elif topics and goal.objective == "unsaid":
        text = saying.one.format(what=topics.pop(0))
    else:
        text = saying.none
    if topics and goal.objective == "announce":
        text = f"{topics.pop(0)}: {text[0].lower()}{text[1:]}"
    text = text[0].upper() + text[1:]
    if topics:
        text += f" {'Thema' if german else 'About'}: {', '.join(topics)}."
    if feasts:
        named = [_FEASTS_IN_GERMAN[feast] if german else feast for feast in feasts]
        text += f" {'Anlass' if german else 'Occasion'}: {', '.join(named)}."
    return text


def _listed(names: list[str], *, german: bool) -> str:
    if len(names) == 1:
        return names[0]
    last = "und" if german else "and"
    # "The seal change, and the timing and seal check": a comma keeps the two apart.
    comma = "," if any(f" {last} " in name for name in names[-2:]) else ""
    return f"{', '.join(names[:-1])}{comma} {last} {names[-1]}"


def _called(product: Product, goal: Goal) -> str:
    """The product as the sentence needs it: with its article, in German in its case. What stands
    after a comma in its name ("plain band, 4 mm") would break the sentence."""
    field = "the_name_acc" if goal.objective in _ACCUSATIVE else "the_name"
    name = product_value(product, field, goal.language) or product.name
    return name.split(",")[0]


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
