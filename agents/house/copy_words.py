"""The house writer's own sentences, read from its language's folder and filled from facts.

``agents/languages/<code>/house.yaml`` holds forms such as ``[np,+flaw] It has {flaw}.``: in
brackets what a form needs, and with a plus what it says. A form whose needs or slots the facts
cannot fill is left out, so that whatever comes back is true.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agents.house import copy_sentences as say
from agents.house.copy_setting import Setting
from agents.languages import words
from brand_voice.slots import product_value
from domain.words import Language, money_words, number_words

_HEAD = re.compile(r"^\[([^\]]*)\]\s*")
_SLOT = re.compile(r"\{(\w+)\}")
_NP = re.compile(r"^(?:an?|no|some|the|two|three|several)\b", re.IGNORECASE)
_PRONOUNS_DE = {"m": ("er", "ihn"), "f": ("sie", "sie"), "n": ("es", "es")}
_COUNTS: dict[Language, tuple[str, ...]] = {
    "en": ("", "one", "two", "three"),
    "de": ("", "ein", "zwei", "drei"),
}


@dataclass(frozen=True)
class Form:
    """A sentence by rule, and what it says."""

    text: str
    says: frozenset[str] = frozenset()


def forms(setting: Setting, *path: str, more: Mapping[str, str] | None = None) -> tuple[Form, ...]:
    """The forms at ``path`` of the language's file that this brief's facts fill; ``more`` are slots
    that the caller knows, which may be empty."""
    found: Any = words(setting.language, "house")
    for part in path:
        found = found.get(part, ())
    known = {slot: value for slot, value in _values(setting).items() if value}
    values = {**known, **(more or {})}
    true = _true(setting)
    made = (_form(str(line), values, true) for line in found)
    return tuple(form for form in made if form is not None)


def texts(setting: Setting, *path: str, more: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The same, their words alone."""
    return tuple(form.text for form in forms(setting, *path, more=more))


def _form(line: str, values: Mapping[str, str], true: frozenset[str]) -> Form | None:
    head = _HEAD.match(line)
    needs = [part.strip() for part in head[1].split(",")] if head else []
    if any(need not in true for need in needs if not need.startswith("+")):
        return None
    text = line[head.end() :] if head else line
    if any(slot not in values for slot in _SLOT.findall(text)):
        return None
    filled = _SLOT.sub(lambda match: values[match[1]], text)
    says = {need[1:] for need in needs if need.startswith("+")}
    if "numbers" in says:
        says = (says - {"numbers"}) | set(values["line_says"].split())
    # What ends a sentence inside ends this one too.
    filled = re.sub(r"([.?])\.(?=\s|$)", r"\1", filled)
    return Form(say.upper(filled), frozenset(says))


def figures(setting: Setting) -> tuple[str, ...]:
    """Its numbers: size, year, and the price where nothing reduces it."""
    product = setting.product
    if product is None:
        return ()
    found = []
    if product.size_mm is not None and not say.sized_elsewhere(product):
        found.append(f"{number_words(product.size_mm, setting.language)} mm")
    if product.year is not None:
        found.append(str(product.year))
    if "price" not in setting.avoid.subjects and setting.offer is None:
        found.append(money_words(product.price, setting.language))
    return tuple(found)


def _true(setting: Setting) -> frozenset[str]:
    """What a form may need."""
    product, language = setting.product, setting.language
    found = {"product" if product is not None else "no_product"}
    found.add("offer" if setting.offer is not None else "no_offer")
    if setting.offer is not None and setting.offer.code:
        found.add("code")
    if product is not None:
        flaw = product_value(product, "flaw", language) or ""
        if flaw and "flaw" not in setting.avoid.subjects:
            found.add("one_flaw" if len(product.flaws) == 1 else "several_flaws")
            if language == "en" and _NP.match(flaw) and not re.search("[,:;]", flaw):
                found.add("np")
    return frozenset(found)


def _values(setting: Setting) -> dict[str, str]:
    """Slot → its words; what the facts do not say is missing or empty."""
    language, product = setting.language, setting.product
    found = {"brand": setting.guide.brand}
    if product is not None:
        found |= _of_product(setting)
    if setting.offer is not None:
        until = say.short_day(setting.offer, language)
        found |= {
            "less": say.reduction(setting.offer, language),
            "until": until,
            "reason": say.reason(setting),
            "code": setting.offer.code,
        }
    if setting.topics:
        topic = say.topic_word(setting.topics[0], language)
        found |= {"topic": topic, "Topic": say.upper(topic)}
        if language == "de":
            to = say.to_topic(setting.topics[0])
            found |= {"zu_topic": to, "Zu_topic": say.upper(to)}
    return found


def _of_product(setting: Setting) -> dict[str, str]:
    product, language = setting.product, setting.language
    assert product is not None
    the = say.the(product, language)
    details = say.details(product, language)
    done = say.condition(product, language)
    numbers = figures(setting)
    flaw = "" if "flaw" in setting.avoid.subjects else product_value(product, "flaw", language)
    found = {
        "the": the,
        "The": say.upper(the),
        "name": say.name(product, language),
        "flaw": (flaw or "").rstrip("."),
        "price": "" if "price" in setting.avoid.subjects else money_words(product.price, language),
        "material": product_value(product, "material", language) or "",
        "Detail": details[0] if details else "",
        "Detail2": details[1] if len(details) > 1 else "",
        "About": say.about(the, details[0]) if details else "",
        "About_condition": say.about(the, done) if done else "",
        "line": ", ".join(numbers[:3]) if len(numbers) > 1 else "",
        "line_says": "size year price" if "price" not in setting.avoid.subjects
        and setting.offer is None else "size year",
    }  # fmt: skip
    listed = [say.the(p, language) for p in (product, *setting.others)][:3]
    if len(listed) > 1:
        and_ = "und" if language == "de" else "and"
        joined = f"{', '.join(listed[:-1])} {and_} {listed[-1]}"
        count = _COUNTS[language][len(listed)]
        found |= {"listed": joined, "Listed": say.upper(joined)}
        found |= {"number": count, "Number": say.upper(count)}
    if language == "de":
        found |= _german(setting, the)
    return found


def _german(setting: Setting, the: str) -> dict[str, str]:
    product = setting.product
    assert product is not None
    gender = next((g for g in ("f", "m", "n") if product_value(product, g, "de")), "")
    found = {
        "the_acc": say.shortened(product_value(product, "the_name_acc", "de") or ""),
        "the_dat": say.shortened(product_value(product, "the_name_dat", "de") or ""),
    }
    if gender:
        found["er"], found["ihn"] = _PRONOUNS_DE[gender]
    return found
