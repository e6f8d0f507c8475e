"""Slots in passages: ``{product.price}`` becomes "€2,450", and the claim that it makes is noted.

The slots are:

``product.`` name, the_name, the_name_acc, the_name_dat (with the article, for German cases),
price, size_mm (the number alone), year, reference, material, condition, flaw (a noun phrase),
detail, detail2 (whole sentences), warranty ("two years' warranty"), ``one`` ("We have one."),
which is filled only where stock is exactly one, ``new``, only where the piece is new, and ``f``,
``m``, ``n``, only where the German noun has that gender. The last four serve a passage's ``needs``.

``offer.`` code, reduction, until, floor.

A slot that the facts cannot fill makes the whole passage unfit: nothing is invented. German words
stand in the product's notes: ``de`` (sentences), ``de.name``, ``de.gender`` (f, m or n),
``de.flaws``, ``de.condition``, ``de.material``; and ``de.the_name`` (nominative, accusative,
dative) where the noun or an adjective before it changes with the case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from domain.brief import Offer
from domain.draft import Claim
from domain.facts import Product
from domain.frozen import Frozen
from domain.voice import Passage
from domain.words import Language, day_words, money_words, number_words

_SLOT = re.compile(r"\{(product|offer)\.([a-z_0-9]+)\}")
_SENTENCE = re.compile(r"[^.?!]*(?:[.?!](?!\s|$)[^.?!]*)*(?:[.?!]+|$)\s*")
_ARTICLES = {
    "the_name": {"f": "die", "m": "der", "n": "das"},
    "the_name_acc": {"f": "die", "m": "den", "n": "das"},
    "the_name_dat": {"f": "der", "m": "dem", "n": "dem"},
}
_FIELD_OF_SLOT = {
    "the_name": "name",
    "the_name_acc": "name",
    "the_name_dat": "name",
    "flaw": "flaws",
    "detail": "details",
    "detail2": "details",
    "warranty": "warranty_months",
    "one": "stock",
}
_NUMBERS = {
    "en": ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    "de": (
        "null",
        "ein",
        "zwei",
        "drei",
        "vier",
        "fünf",
        "sechs",
        "sieben",
        "acht",
        "neun",
        "zehn",
    ),
}


class Filled(Frozen):
    """A passage with its slots filled, and the claims that it makes."""

    text: str
    claims: tuple[Claim, ...]
    passage_id: str


def slots(text: str) -> tuple[str, ...]:
    """The slots of a text, ``product.price`` and so on, in order, repeats included."""
    return tuple(f"{thing}.{field}" for thing, field in _SLOT.findall(text))


def fill(
    passage: Passage,
    product: Product | None,
    *,
    language: Language = "en",
    offer: Offer | None = None,
) -> Filled | None:
    """The passage filled from one product's facts, or None where a slot has no fact to fill it.

    Each sentence that holds a slot becomes a claim on the product's field; a passage that rests
    on house facts becomes one claim on all of them.
    """
    values: dict[str, str] = {}
    for slot in {*slots(passage.text), *passage.needs}:
        thing, field = slot.split(".", 1)
        value = (
            product_value(product, field, language)
            if thing == "product"
            else offer_value(offer, field, language)
        )
        if value is None:
            return None
        values[slot] = value
    claims: list[Claim] = []
    parts: list[str] = []
    for sentence in _SENTENCE.findall(passage.text):
        if not sentence:
            continue
        text = _put(sentence, values)
        parts.append(text)
        ids = _fact_ids(sentence, product)
        if ids and not passage.fact_ids:
            claims.append(Claim(text=text.strip(), fact_ids=ids))
    text = "".join(parts).strip()
    if passage.fact_ids:
        ids = tuple(dict.fromkeys((*passage.fact_ids, *_fact_ids(passage.text, product))))
        claims.append(Claim(text=text, fact_ids=ids))
    return Filled(text=text, claims=tuple(claims), passage_id=passage.id)


def product_value(product: Product | None, field: str, language: Language = "en") -> str | None:
    """What a slot of a product reads in a language; None where the facts do not say."""
    if product is None:
        return None
    german = language == "de"
    match field:
        case "name" | "the_name" | "the_name_acc" | "the_name_dat":
            return _name(product, field, german)
        case "price":
            return money_words(product.price, language)
        case "size_mm":
            return None if product.size_mm is None else number_words(product.size_mm, language)
        case "year":
            return None if product.year is None else str(product.year)
        case "reference":
            return product.reference or None
        case "material":
            return _note(product, "de.material", 0) if german else product.material or None
        case "condition":
            return _note(product, "de.condition", 0) if german else product.condition or None
        case "flaw":
            return _note(product, "de.flaws", 0) if german else _nth(product.flaws, 0)
        case "detail" | "detail2":
            at = 1 if field == "detail2" else 0
            return _note(product, "de", at) if german else _nth(product.details, at)
        case "warranty":
            return warranty_words(product.warranty_months, language)
        case "one":
            if product.stock != 1:
                return None
            return "Wir haben ein Stück." if german else "We have one."
        case "f" | "m" | "n":
            return field if _note(product, "de.gender", 0) == field else None
        case "new":
            return product.condition if product.condition.startswith("new") else None
        case _:
            return None


def offer_value(offer: Offer | None, field: str, language: Language = "en") -> str | None:
    """What a slot of an offer reads in a language; None where there is no such offer."""
    if offer is None:
        return None
    match field:
        case "code":
            return offer.code or None
        case "reduction":
            if offer.share is not None:
                space = "\N{NO-BREAK SPACE}" if language == "de" else ""
                return f"{number_words(offer.share * 100, language)}{space}%"
            return None if offer.amount is None else money_words(offer.amount, language)
        case "until":
            return day_words(offer.valid_until, language)
        case "floor":
            return None if offer.floor is None else money_words(offer.floor, language)
        case _:
            return None


def warranty_words(months: int | None, language: Language = "en") -> str | None:
    """Two years' warranty, six months' warranty, zwei Jahre Garantie."""
    if not months:
        return None
    years, rest = divmod(months, 12)
    count, german = (months, language == "de") if rest else (years, language == "de")
    words = _NUMBERS[language]
    number = words[count] if count < len(words) else str(count)
    if german:
        one = "einen Monat" if rest else "ein Jahr"
        many = f"{number} {'Monate' if rest else 'Jahre'}"
        return f"{one if count == 1 else many} Garantie"
    unit = "month" if rest else "year"
    return f"{number} {unit}'s warranty" if count == 1 else f"{number} {unit}s' warranty"


def _name(product: Product, field: str, german: bool) -> str | None:
    if not german:
        return product.name if field == "name" else f"the {product.name}"
    name = _note(product, "de.name", 0)
    if name is None or field == "name":
        return name
    # Weak nouns and adjectives change with the case: "den Chronographen", "der ovalen Uhr".
    written_out = _note(product, "de.the_name", list(_ARTICLES).index(field))
    if written_out is not None:
        return written_out
    gender = _note(product, "de.gender", 0)
    return None if gender is None else f"{_ARTICLES[field][gender]} {name}"


def _note(product: Product, key: str, at: int) -> str | None:
    return _nth(product.notes.get(key, ()), at)


def _nth(values: tuple[str, ...], at: int) -> str | None:
    return values[at] if len(values) > at else None


def _fact_ids(text: str, product: Product | None) -> tuple[str, ...]:
    if product is None:
        return ()
    fields = (field for thing, field in _SLOT.findall(text) if thing == "product")
    return tuple(dict.fromkeys(f"{product.id}.{_FIELD_OF_SLOT.get(f, f)}" for f in fields))


def _put(sentence: str, values: Mapping[str, str]) -> str:
    """A sentence with its slots filled; a value that begins a sentence gets a capital."""
    text, at = "", 0
    for slot in _SLOT.finditer(sentence):
        text += sentence[at : slot.start()]
        value = values[f"{slot[1]}.{slot[2]}"]
        if not text.strip() or text.rstrip()[-1] in ".?!":  # a value may be a sentence itself
            value = value[:1].upper() + value[1:]
        text, at = text + value, slot.end()
    return re.sub(r"\.\.(?=\s|$)", ".", text + sentence[at:])
