"""Scripts: what the rules write for each angle: subjects, preheaders, openings, order of facts.

A brand's own passages are preferred to all of it but the order. The words stand in the language's
folder (agents/house/copy_words.py); here is only which of them an angle takes, and in which order
its facts follow.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agents.house import copy_sentences as say
from agents.house.copy_setting import Setting
from agents.house.copy_words import Form, figures, forms, texts
from brand_voice.slots import product_value
from domain.words import money_words

Part = str
"""What a stretch of the body says: what, flaw, details, price, offer, house, library."""

_OF_PRODUCT: tuple[Part, ...] = (
    "what", "condition", "details", "flaw", "library", "house", "price", "offer",
)  # fmt: skip
_AFTER_LIBRARY: tuple[Part, ...] = (
    "library", "what", "details", "flaw", "price", "offer", "house",
)  # fmt: skip
ABOUT = r"(?i:founded|\bof us\b|family|our (?:own )?\w+(?:maker|smith)|gegründet|zu viert|familie)"
"""House facts that say who the house is."""

__all__ = ["ABOUT", "Form", "Part", "Script", "figures"]


@dataclass(frozen=True)
class Script:
    """What the rules offer for one angle; a brand's passages of the angle are preferred."""

    subjects: tuple[str, ...]
    preheaders: tuple[str, ...] = ()
    openings: tuple[Form, ...] = ()
    order: tuple[Part, ...] = _OF_PRODUCT


def _script(
    s: Setting, name: str, preheaders: tuple[str, ...] = (), order: tuple[Part, ...] = _OF_PRODUCT
) -> Script:
    return Script(texts(s, "subjects", name), preheaders, forms(s, "openings", name), order)


def flaw_first(s: Setting) -> Script:
    order = ("flaw", "what", "condition", "details", "library", "house", "price", "offer")
    return _script(s, "flaw_first", (*_facts_line(s, "size", "material"), *_details(s)), order)


def number(s: Setting) -> Script:
    order = ("condition", "details", "flaw", "library", "house", "price", "offer")
    return _script(s, "number", (*_one_line(s), *_details(s)), order)


def one_piece(s: Setting) -> Script:
    preheaders = (*_facts_line(s, "size", "material", "price"), *_details(s))
    return _script(s, "one_piece", preheaders)


def proof(s: Setting) -> Script:
    """The work and the inside: what was done to it, and how it runs."""
    order = ("condition", "details", "what", "flaw", "library", "house", "price", "offer")
    assert s.product is not None
    done = say.condition(s.product, s.language)
    lines = tuple(d for d in (*_details(s), done) if d and len(d) <= 90)
    return _script(s, "watchmaker", lines or _facts_line(s, "size", "material"), order)


def visit(s: Setting) -> Script:
    order = ("what", "details", "flaw", "library", "house", "price", "offer")
    return _script(s, "visit", texts(s, "preheaders", "visit"), order)


def price(s: Setting) -> Script:
    preheaders = (*_facts_line(s, "size", "material"), *_details(s))
    return _script(s, "price", preheaders, ("what", "flaw", "details", "library", "house", "price"))


def offer(s: Setting) -> Script:
    if s.product is not None and s.offer is not None and s.offer.products:
        order = ("price", "what", "flaw", "details", "library")
        return _script(
            s, "offer_product", (*_facts_line(s, "size", "material"), *_details(s)), order
        )
    order = ("offer", "library", "house", "what", "price")
    return _script(s, "offer_order", texts(s, "preheaders", "offer_order"), order)


def topic(s: Setting) -> Script:
    subjects = texts(s, "subjects", "topic", more={"with_offer": _with_offer(s)})
    until = (_until_line(s),) if s.offer else ()
    return Script(
        subjects,
        until or (*_facts_line(s, "size", "material", "price"), *_details(s)),
        forms(s, "openings", "topic"),
        _AFTER_LIBRARY,
    )


def returning(s: Setting) -> Script:
    until = (_until_line(s),) if s.offer else ()
    return _script(s, "return", until or texts(s, "preheaders", "return"), _AFTER_LIBRARY)


def service(s: Setting) -> Script:
    named = (s.product.name, *s.product.details) if s.product else ()
    about = named or tuple(f.text for f in s.house)
    of_watches = any(re.search(r"watch|movement|uhr|werk", t, re.IGNORECASE) for t in about)
    of_oil = s.product is None or any(re.search("oil|öl", t, re.IGNORECASE) for t in named)
    opening = "service_watch" if of_watches and of_oil else "service_other"
    return Script(
        texts(s, "subjects", "service"),
        (*texts(s, "preheaders", "service"), *_details(s)),
        forms(s, "openings", opening),
        ("details", "house", "what", "flaw", "library", "price", "offer"),
    )


def selection(s: Setting) -> Script:
    listed = texts(s, "subjects", "selection")[:1]
    preheaders = tuple(f"{text}." for text in listed if len(text) < 90)
    return _script(s, "selection", preheaders, ("each", "library", "offer", "house"))


def launch(s: Setting) -> Script:
    preheaders = (*_facts_line(s, "size", "material", "price"), *_details(s))
    return _script(s, "launch", preheaders)


def announce(s: Setting) -> Script:
    """A statement of the house that the goal names is the whole news."""
    facts = tuple(f.text for f in s.house if f.id in s.asked)
    return _script(
        s, "announce", facts[1:], ("house", "library", "what", "details", "flaw", "price")
    )


def thank(s: Setting) -> Script:
    name = "welcome" if s.objective == "welcome" else "thank"
    order = ("library", "house", "what", "details", "flaw", "price", "offer")
    return _script(s, name, texts(s, "preheaders", name), order)


def plain(s: Setting) -> Script:
    if s.product is not None:
        preheaders = (*_facts_line(s, "size", "material", "price"), *_details(s))
        return _script(s, "plain", preheaders)
    until = (_until_line(s),) if s.offer else ()
    return _script(s, "plain", until, ("library", "house", "offer"))


def about_us(s: Setting) -> Script:
    facts = sorted(
        s.house, key=lambda f: (re.search(ABOUT, f.text) is None, s.chance("about", f.id))
    )[:3]
    return Script(
        texts(s, "subjects", "house"),
        tuple(say.upper(f.text) for f in facts[1:] if len(f.text) <= 90),
        tuple(Form(say.upper(f.text), frozenset({f.id})) for f in facts),
        ("library", "house", "offer"),
    )


def _with_offer(s: Setting) -> str:
    if s.offer is None or "offer" in s.avoid.subjects:
        return ""
    less = say.reduction(s.offer, s.language)
    return f", mit {less} Nachlass" if s.language == "de" else f", with {less} off"


def _until_line(s: Setting) -> str:
    assert s.offer is not None
    until = say.short_day(s.offer, s.language)
    return f"Bis {until}, dann nicht mehr." if s.language == "de" else f"Until {until}, not after."


def _details(s: Setting) -> tuple[str, ...]:
    """Short sentences of the product, as preheaders."""
    if s.product is None:
        return ()
    return tuple(d for d in say.details(s.product, s.language) if len(d) <= 90)


def _facts_line(s: Setting, *wanted: str) -> tuple[str, ...]:
    """A preheader of facts: 34 mm, steel, €2,450."""
    if s.product is None:
        return ()
    parts = [say.measures(s.product, s.language)] if "size" in wanted else []
    if "price" in wanted and s.offer is None and "price" not in s.avoid.subjects:
        parts.append(money_words(s.product.price, s.language))
    warranty = product_value(s.product, "warranty", s.language)
    if warranty and "warranty" not in s.avoid.subjects:
        parts.append(warranty)
    line = ", ".join(p for p in parts if p)
    return (f"{say.upper(line)}.",) if line else ()


def _one_line(s: Setting) -> tuple[str, ...]:
    assert s.product is not None
    flaw = () if "flaw" in s.avoid.subjects else say.flaw(s.product, s.language)
    return flaw[:1] if flaw and len(flaw[0]) <= 90 else _facts_line(s, "material")
