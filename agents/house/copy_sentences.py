# ruff: noqa: E501 (patterns and sentences are read whole)
"""Sentences made from facts alone, by rule, in English and German.

They are plain on purpose: a brand's own passages bring the voice, these bring what must be said.
Each function gives several forms, so that the variants of a mail do not share a sentence.
"""

from __future__ import annotations

import re
from decimal import Decimal

from agents.claims.evidence import reduced_price
from agents.house.copy_setting import Setting
from brand_voice.slots import product_value
from domain.brief import Offer
from domain.facts import Product
from domain.money import Money
from domain.words import Language, day_words, money_words, number_words

Said = frozenset[str]
"""What a mail has said already: price, size, year, material, flaw, warranty, stock, offer, …"""


def the(product: Product, language: Language) -> str:
    """The product as a sentence speaks of it: "the 1968 dress watch", "die Anzuguhr von 1968"."""
    if language == "en":
        return shortened(f"the {name(product, language)}")
    found = product_value(product, "the_name", language)
    if found is None:
        return name(product, language)
    return shortened(weak_adjective(found))


def shortened(named: str) -> str:
    """Without what follows a comma, "the plain band, 4 mm": inside a sentence it would need another
    comma behind it."""
    return named.split(",", 1)[0]


def weak_adjective(text: str) -> str:
    """After der, die, das an adjective ends in -e: schlichter Ring, but der schlichte Ring."""
    return re.sub(r"\b([Dd]er|[Dd]as) ([a-zäöüß]{3,}e)[rs](?= [A-ZÄÖÜ])", r"\1 \2", text)


def name(product: Product, language: Language) -> str:
    """The product's name; a name shouted in capitals is calmed, an article taken off."""
    found = product_value(product, "name", language) or product.name
    found = re.sub(r"^(?:the|der|die|das)\s+", "", found, flags=re.IGNORECASE)
    return found.lower() if found.isupper() and len(found) > 5 else found


def upper(text: str) -> str:
    """With its first letter raised."""
    return text[:1].upper() + text[1:]


def measures(product: Product, language: Language, said: Said = frozenset()) -> str:
    """34 mm, steel, from 1968: what of it is known, and neither the name nor ``said`` says yet."""
    parts = []
    if product.size_mm is not None and "size" not in said and not sized_elsewhere(product):
        parts.append(f"{number_words(product.size_mm, language)} mm")
    material = product_value(product, "material", language)
    named = name(product, language).casefold()
    if material and "material" not in said and material.casefold() not in named:
        parts.append(material)
    if product.year is not None and "year" not in said and str(product.year) not in named:
        from_ = {"en": "from ", "de": "von "}[language] if parts else ""
        parts.append(f"{from_}{product.year}")
    return ", ".join(parts)


def sized_elsewhere(product: Product) -> bool:
    """A detail that names the size says what it measures; a bare number beside it would not."""
    size = f"{number_words(product.size_mm, 'en')} mm" if product.size_mm is not None else ""
    return any(size in text for text in (*product.details, product.name))


def what_it_is(
    product: Product, language: Language, already: Said = frozenset()
) -> tuple[str, ...]:
    """Size, material and year, in one sentence."""
    said = measures(product, language, already)
    subject = upper(the(product, language))
    if "," not in said:
        material = product_value(product, "material", language)
        if not material or said != material:
            return ()
        return (f"Material: {material}.",) if language == "de" else (f"{subject} is {material}.",)
    if language == "de":
        return (f"{upper(said)}.", f"{subject}: {said}.", f"Die Daten: {said}.")
    return (f"{upper(said)}.", f"{subject}: {said}.", f"In short: {said}.")


def flaw(product: Product, language: Language) -> tuple[str, ...]:
    """What is wrong with it."""
    found = product_value(product, "flaw", language)
    if not found:
        return ()
    said = found.rstrip(".")
    if found[:1].isupper() and found.endswith("."):
        return (found,)
    if language == "de":
        return (
            f"Der Makel: {said}.",
            f"Was nicht stimmt: {said}.",
            f"Sie sollten es wissen: {said}.",
        )
    return (
        f"What is wrong with it: {said}.",
        f"The flaw: {said}.",
        f"You should know before you look: {said}.",
    )


def condition(product: Product, language: Language) -> str:
    """Its condition as a short sentence; nothing where that is only "new"."""
    found = product_value(product, "condition", language) or ""
    return f"{upper(found.rstrip('.'))}." if len(found.split()) > 1 else ""


def details(product: Product, language: Language) -> tuple[str, ...]:
    """The product's further sentences, each whole."""
    found = product.details if language == "en" else product.notes.get("de", ())
    return tuple(upper(d) if d.endswith((".", "?")) else f"{upper(d)}." for d in found)


def price(product: Product, setting: Setting, said: Said = frozenset()) -> tuple[str, ...]:
    """Price, warranty and stock; the reduced price with its reference where there is an offer."""
    language = setting.language
    avoid = setting.avoid.subjects | said
    warranty = None if "warranty" in avoid else product_value(product, "warranty", language)
    one = None if "stock" in avoid else product_value(product, "one", language)
    tail = f" {one}" if one else ""
    offer = setting.offer
    reduced = reduced_price(offer, product) if offer else None
    if offer is not None and reduced is not None and "offer" not in avoid:
        why = "" if "reason" in said else f" {reason(setting)}"
        return tuple(f + why + tail for f in _reduced(product, offer, reduced, language))
    if "price" in avoid:
        return (tail.strip(),) if tail else ()
    cost = money_words(product.price, language)
    if language == "de":
        forms = (
            f"{cost}, {warranty}." if warranty else f"{upper(the(product, 'de'))} kostet {cost}.",
            f"Der Preis: {cost}{f', {warranty}' if warranty else ''}.",
            f"Preis: {cost}.{f' Dazu {warranty}.' if warranty else ''}",
        )
    else:
        forms = (
            f"{cost}, {warranty}." if warranty else f"The price is {cost}.",
            f"The price is {cost}{f', with {warranty}' if warranty else ''}.",
            f"{upper(the(product, 'en'))} costs {cost}.{f' That includes {warranty}.' if warranty else ''}",
        )
    return tuple(f + tail for f in forms)


def _reduced(product: Product, offer: Offer, reduced: Money, language: Language) -> tuple[str, ...]:
    now = money_words(reduced, language)
    until = short_day(offer, language)
    lowest = reference(product, offer)
    before = money_words(lowest, language)
    code = f" with the code {offer.code}" if offer.code else ""
    if language == "de":
        code = f" mit dem Code {offer.code}" if offer.code else ""
        return (
            f"{now} bis {until}{code}. Der niedrigste Preis der letzten 30 Tage war {before}.",
            f"Bis {until} kostet {the(product, language)}{code} {now}, statt {before}: dem "
            "niedrigsten Preis der letzten 30 Tage.",
        )
    return (
        f"{now} until {until}{code}. The lowest price of the last 30 days was {before}.",
        f"Until {until} {the(product, language)} costs {now}{code}, instead of {before}, its "
        "lowest price of the last 30 days.",
    )


def reference(product: Product, offer: Offer) -> Money:
    """The lowest price of the last 30 days, which a reduction must refer to (§ 11 PAngV)."""
    named = dict(offer.reference_prices).get(product.id)
    return named or product.lowest_price_30_days or product.price


def short_day(offer: Offer, language: Language) -> str:
    """17 December: the year is said only where the offer spans two."""
    full = day_words(offer.valid_until, language)
    same_year = offer.valid_from.year == offer.valid_until.year
    return full.rsplit(" ", 1)[0] if same_year else full


def reduction(offer: Offer, language: Language) -> str:
    """10%, 10 % or €20."""
    if offer.share is not None:
        percent = number_words(Decimal(str(offer.share)) * 100, language)
        return f"{percent}\N{NO-BREAK SPACE}%" if language == "de" else f"{percent}%"
    return money_words(offer.amount, language) if offer.amount is not None else ""


def order_offer(setting: Setting) -> tuple[str, ...]:
    """The offer on a whole order: reduction, code, floor and end, with its reason."""
    offer, language = setting.offer, setting.language
    if offer is None or "offer" in setting.avoid.subjects:
        return ()
    less = reduction(offer, language)
    if not less:
        return ()
    until = short_day(offer, language)
    why = reason(setting)
    if offer.products and setting.product is not None:
        return _offer_on_these(offer, setting, f"{why} ", less, until)
    floor = money_words(offer.floor, language) if offer.floor is not None else ""
    if language == "de":
        ab = f" ab {floor}" if floor else ""
        code = f" mit dem Code {offer.code}" if offer.code else ""
        return (
            f"{why} Bis {until} ist Ihre Bestellung{ab}{code} um {less} günstiger.",
            f"{less} weniger auf Ihre Bestellung{ab}, gültig bis {until}{f',{code}' if code else ''}. {why}",
            f"Der Nachlass: {less}{ab}. Er gilt bis {until}{code}. {why}",
        )
    least = f" of {floor} or more" if floor else ""
    code = f" with the code {offer.code}" if offer.code else ""
    return (
        f"{why} Until {until}, an order{least} costs {less} less{code}.",
        f"{less} off your order{least} until {until}{f',{code}' if code else ''}. {why}",
        f"The offer: {less} off any order{least}. It ends on {until}{_use(offer)}. {why}",
    )


def _offer_on_these(
    offer: Offer, setting: Setting, why: str, less: str, until: str
) -> tuple[str, ...]:
    """The offer on the articles that the mail shows, never on the whole order."""
    several = bool(setting.others)
    if setting.language == "de":
        code = f" mit dem Code {offer.code}" if offer.code else ""
        what = "jedes dieser Stücke" if several else "dieses Stück"
        return (
            f"{why}Bis {until} kostet {what}{code} {less} weniger.",
            f"Bis {until} kostet {what}{code} {less} weniger. {why.strip()}",
        )
    code = f" with the code {offer.code}" if offer.code else ""
    what = "each of these" if several else "this one"
    return (
        f"{why}Until {until}, {what} costs {less} less{code}.",
        f"Until {until}, {what} costs {less} less{code}. {why.strip()}",
    )


def references(setting: Setting) -> str:
    """What the reduction of the shown articles refers to; empty for an offer on an order."""
    offer, language = setting.offer, setting.language
    if offer is None or not offer.products or setting.product is None:
        return ""
    shown = [p for p in (setting.product, *setting.others) if p.id in offer.products]
    prices = [
        (product_value(p, "name", language) or p.name, money_words(reference(p, offer), language))
        for p in shown
    ]
    if len(prices) == 1:
        before = prices[0][1]
        if language == "de":
            return f"Der niedrigste Preis der letzten 30 Tage war {before}."
        return f"The lowest price of the last 30 days was {before}."
    listed = ", ".join(f"{name} {before}" for name, before in prices)
    if language == "de":
        return f"Die niedrigsten Preise der letzten 30 Tage: {listed}."
    return f"The lowest prices of the last 30 days: {listed}."


def _use(offer: Offer) -> str:
    return f", and the code is {offer.code}" if offer.code else ""


def reason(setting: Setting) -> str:
    """Why there is a reduction at all, in one sentence that is true of the brief."""
    german = setting.language == "de"
    if setting.topics:
        topic = topic_word(setting.topics[0], setting.language)
        return f"Der Anlass ist {topic}." if german else f"The reason is {topic}."
    if setting.objective == "win_back":
        return (
            "Der Grund: Wir hätten Sie gern wieder." if german
            else "The reason: we would like to have you back."
        )  # fmt: skip
    if setting.objective in ("thank", "welcome"):
        return "Der Grund: ein Dank." if german else "The reason: a thank-you."
    if setting.product is not None:
        return (
            "Der Grund: Wir sähen es lieber bei Ihnen als bei uns."
            if german
            else "The reason: we would rather see it with you than on our shelf."
        )
    return "Der Grund: Sie lesen unsere Briefe." if german else "The reason: you read our letters."


def about(the: str, sentence: str) -> str:
    """A sentence that begins a mail says of what it speaks: "The 1968 dress watch: it is …"."""
    first, _, rest = sentence.partition(" ")
    if first in _PRONOUNS:
        return f"{upper(the)}: {first.lower()} {rest}"
    if first.endswith("ed") or first in _ADVERBS:
        return f"{upper(the)}: {first[:1].lower()}{first[1:]} {rest}"
    return sentence


_PRONOUNS = frozenset(("It", "Its", "Both", "They", "Er", "Sie", "Es", "Beide"))
_ADVERBS = frozenset(("By", "In", "About", "Up", "Durch", "Etwa", "Bis", "Von"))

_TOPICS_DE = {
    "christmas": "Weihnachten",
    "easter": "Ostern",
    "mother's day": "Muttertag",
    "father's day": "Vatertag",
    "valentine's day": "Valentinstag",
    "new year": "Neujahr",
    "spring": "der Frühling",
    "summer": "der Sommer",
    "autumn": "der Herbst",
    "winter": "der Winter",
}


_TO_TOPICS_DE = {
    "christmas": "zu Weihnachten",
    "easter": "zu Ostern",
    "mother's day": "zum Muttertag",
    "father's day": "zum Vatertag",
    "valentine's day": "zum Valentinstag",
    "new year": "zu Neujahr",
    "spring": "zum Frühling",
    "summer": "zum Sommer",
    "autumn": "zum Herbst",
    "winter": "zum Winter",
}


def is_season(topic: str) -> bool:
    """Whether a topic is a day or season that comes every year."""
    return topic.casefold() in _TOPICS_DE


def to_topic(topic: str) -> str:
    """zu Weihnachten, zum Muttertag; empty: a topic of which that cannot be said."""
    return _TO_TOPICS_DE.get(topic.casefold(), "")


def topic_word(topic: str, language: Language) -> str:
    """The topic as the copy says it: Christmas, Mother's Day; Weihnachten, Muttertag."""
    if language == "de":
        return _TOPICS_DE.get(topic.casefold(), topic)
    small = {"spring", "summer", "autumn", "winter", "service"}
    return (
        topic
        if topic.casefold() in small or not topic.islower()
        else topic.title().replace("'S", "'s")
    )
