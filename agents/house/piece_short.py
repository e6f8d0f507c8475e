"""Narrow places: lines of thirty, forty or ninety characters, made whole rather than cut.

A line that is too long is not shortened: another one is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from agents.claims.evidence import reduced_price
from agents.claims.support import sentences
from agents.house import copy_sentences as say
from agents.house.copy_passages import alike
from agents.house.copy_setting import Setting
from agents.house.piece_story import Stock, Story, fits, lines
from agents.languages import words
from brand_voice.slots import product_value
from domain.words import money_words, number_words

_SHORTEST = 20
"""A sentence of fewer characters says nothing where it stands among others ("There is coffee.")."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def values(setting: Setting) -> dict[str, str]:
    """What a form's braces are filled with; what no fact gives is missing."""
    product, language, offer = setting.product, setting.language, setting.offer
    found = {"brand": setting.guide.brand}
    if product is not None:
        named = say.name(product, language)
        found |= {"name": named, "Name": say.upper(named)}
        if offer is None:
            found["price"] = money_words(product.price, language)
        for field in ("material", "warranty", "condition", "flaw", "reference", "one"):
            value = product_value(product, field, language)
            if value and (field != "condition" or " " in value):
                found[field] = value
                found[field.capitalize()] = say.upper(value).rstrip(".")
        if product.size_mm is not None:
            found["size"] = number_words(product.size_mm, language)
        if product.year is not None:
            found["year"] = str(product.year)
    if offer is not None:
        found |= _offer_values(setting)
    return {name: value.replace("\N{NO-BREAK SPACE}", " ") for name, value in found.items()}


def filled(forms: Iterable[str], known: dict[str, str]) -> list[str]:
    """The forms whose every brace has its value."""
    found = []
    for form in forms:
        needs = re.findall(r"\{(\w+)\}", form)
        if all(known.get(name) is not None for name in needs):
            found.append(form.format(**known))
    return found


def offer_lines(setting: Setting) -> list[str]:
    """The offer said whole, the longest form first; empty where there is none."""
    offer = setting.offer
    if offer is None:
        return []
    of_product = bool(offer.products) and setting.product is not None
    forms = words(setting.language, "pieces")["offer_lines"]["product" if of_product else "order"]
    return filled(forms, values(setting))


def headlines(found: Stock, most: int, count: int) -> tuple[str, ...]:
    """Lines of a search ad: each stands by itself, and no two say the same."""
    setting = found.setting
    kept = words(setting.language, "pieces")
    known = values(setting)
    candidates = [*filled(kept["offer_headlines"], known)[:4]] if setting.offer else []
    candidates += filled(kept["headlines"], known)
    candidates += filled(kept["flaw_headlines"], known) if "flaw" in known else []
    candidates += [s.title for s in found.stories]
    alone = re.compile(kept["fits_alone"])
    calls = [s.call for s in found.stories] + [
        line.text for line in found.shelf.lines if line.passage and line.passage.kind == "cta"
    ]
    candidates += [c for c in calls if alone.match(c)]
    candidates += [t for t in lines(found, most + 1) if len(sentences(t)) == 1]
    return _distinct((c.rstrip(".") for c in candidates), setting, most, count)


def descriptions(found: Stock, most: int, count: int, besides: Sequence[str]) -> tuple[str, ...]:
    """Whole sentences, the price or the offer among them, none of them a headline."""
    setting = found.setting
    must = [t for t in (*offer_lines(setting), *prices(found)) if len(t) <= most][:1]
    titles = [f"{s.title}." for s in found.stories if len(s.title) > most // 3]
    calls = [f"{s.call}." for s in found.stories if s.call]
    pool = [
        *must, *[t for t in lines(found, most) if len(t) > most // 3],
        *[s.preheader for s in found.stories], *titles, *lines(found, most), *calls,
    ]  # fmt: skip
    fresh = (t for t in pool if t.rstrip(".") not in besides)
    return _distinct(fresh, setting, most, count)


def prices(found: Stock) -> list[str]:
    """The price in a sentence, the fullest form first; the offer where there is one."""
    setting = found.setting
    if setting.offer is not None:
        return offer_lines(setting)
    if setting.product is None or "price" in setting.avoid.subjects:
        return []
    forms = say.price(setting.product, setting)
    plain = say.price(setting.product, setting, frozenset({"stock", "warranty"}))
    return [*forms, *plain]


def besides(said: Sequence[str], found: Stock, most: int) -> list[str]:
    """Up to ``most`` further sentences that say what was not said yet."""
    told = [s for text in said for s in sentences(text)]
    more: list[str] = []
    for text in lines(found, 200):
        if len(more) < most and len(text) >= _SHORTEST and not _again(text, (*told, *more)):
            more.append(text)
    return more


def compose(
    story: Story,
    found: Stock,
    most: int,
    *,
    must: Sequence[str],
    measure: Callable[[str], int] = len,
) -> str:
    """The story in at most ``most``: its beginning, what must be said in the longest of its forms
    that fits, and as much between as there is room for. Whole sentences alone."""
    setting = found.setting
    kept = words(setting.language, "pieces")
    told = [s for s in sentences(story.lead) if fits(s, setting)]
    if setting.offer is not None:  # it is said whole, once, with its reason behind it
        last = next((m for m in must if measure(m) <= most), "")
        told = [s for s in told if not _again(s, [last]) and kept["reason"] not in s]
        why = say.reason(setting)
        with_reason = f"{last} {kept['reasons'].get(why, why)}"
        last = with_reason if measure(with_reason) <= most * 0.8 else last
    else:
        last = _last(must, told, most, measure)
    more = [s for p in story.paragraphs[1:] for s in sentences(p) if fits(s, setting)]
    chosen: list[str] = []
    said = list(sentences(last))

    def take(text: str) -> None:
        if text and measure(" ".join((*chosen, text, last)).strip()) <= most:
            chosen.append(text)
            said.append(text)

    for text in told:
        if not any(alike(text, other) for other in said):
            take(text)
    if not chosen and story.title:
        take(f"{story.title}.")
    for text in (*more, *(t for t in lines(found, most) if len(t) >= _SHORTEST)):
        if not _again(text, said) and not _refers(text) and kept["reason"] not in text:
            take(text)
    return " ".join((*chosen, last)).strip()


def _last(
    must: Sequence[str], beginning: Sequence[str], most: int, measure: Callable[[str], int]
) -> str:
    """What must be said, without what the beginning says already: the longest form that leaves
    room for the beginning's first sentence, or else that fits at all."""
    forms = [" ".join(s for s in sentences(m) if not _again(s, beginning)) for m in must]
    with_first = (m for m in forms if measure(" ".join((*beginning[:1], m))) <= most)
    return next(with_first, next((m for m in forms if measure(m) <= most), ""))


def _refers(text: str) -> bool:
    """Begins with what only makes sense behind its own neighbour."""
    return (
        re.match(r"(?:Then|And|But|So|If not|That|Dann|Und|Aber|Wenn nicht|Das)\b", text)
        is not None
    )


def _again(text: str, said: Sequence[str]) -> bool:
    """Whether the text, or a number in it, was said already."""
    numbers, words_of_it = set(_NUMBER.findall(text)), text.casefold().rstrip(".")
    return any(
        alike(text, other)
        or numbers & set(_NUMBER.findall(other))
        or (bool(words_of_it) and words_of_it in other.casefold())
        for other in said
    )


def _distinct(
    candidates: Iterable[str], setting: Setting, most: int, count: int
) -> tuple[str, ...]:
    kept: list[str] = []
    for text in candidates:
        if len(kept) == count:
            break
        if not text or len(text) > most or not fits(text, setting):
            continue
        if any(text.casefold().rstrip(".") == k.casefold().rstrip(".") for k in kept):
            continue
        if any(alike(text, k) for k in kept):
            continue
        kept.append(text)
    return tuple(kept)


def _offer_values(setting: Setting) -> dict[str, str]:
    offer, language, product = setting.offer, setting.language, setting.product
    assert offer is not None
    found = {"until": say.short_day(offer, language), "less": say.reduction(offer, language)}
    if offer.code:
        found["code"] = offer.code
    floor = ""
    if offer.floor is not None:
        amount = money_words(offer.floor, language)
        floor = words(language, "pieces")["floor"].format(amount=amount)
    found["floor"] = floor
    reduced = reduced_price(offer, product) if product is not None and offer.products else None
    if product is not None and reduced is not None:
        found["now"] = money_words(reduced, language)
        found["before"] = money_words(say.reference(product, offer), language)
    return found
