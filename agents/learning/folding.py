"""Approved copy that went out, as passages for the library: facts become slots again.

Only words that are new are folded in: what a passage says already, and what the house writer makes
by rule, would teach nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from brand_voice.slots import fill, product_value
from domain.brief import Brief
from domain.draft import CallToAction, Paragraph, Variant
from domain.facts import Facts, Product
from domain.voice import Guide, Passage, PassageKind
from domain.words import Language

_SLOTS = (
    "detail", "detail2", "the_name_acc", "the_name_dat", "the_name", "name", "flaw", "condition",
    "warranty", "one", "price", "material",
)  # fmt: skip
"""The longest first: a name may stand inside a detail."""
_LEAST_WORDS = 3
_FIELD = re.compile(r"\{\{")


def passages_of(
    variants: Iterable[Variant],
    *,
    brief: Brief,
    facts: Facts,
    guide: Guide,
    known: Sequence[Passage],
    campaign_id: str,
    went_out: date,
    by_people: Collection[str] = (),
) -> tuple[Passage, ...]:
    """New passages of what went out. ``by_people``: texts that a person wrote at the gate, which
    of the house writer's drafts are the only new ones."""
    products = [p for i in brief.fact_ids if (p := facts.product(i.split(".")[0])) is not None]
    product = products[0] if products else None
    said = {_plain(_filled(p, product, brief)) for p in known if p.language == brief.language}
    sign_offs = {_plain(text) for language, text in guide.closings if language == brief.language}
    found: dict[str, Passage] = {}
    for variant in variants:
        places = _places(variant)
        for kind, place, text in places:
            by_person = any(_plain(text) == _plain(one) for one in by_people)
            if variant.provenance.model in ("", "house") and not by_person:
                continue
            old = _plain(text) in said | sign_offs or _plain(text) in found
            if old or _FIELD.search(text) or len(text.split()) < _LEAST_WORDS:
                continue
            found[_plain(text)] = Passage(
                id=f"{campaign_id}.{variant.id}.{place}",
                kind=kind,
                language=brief.language,
                text=_slotted(text, product, brief.language),
                angle=variant.angle,
                objective=brief.goal.objective,
                categories=(product.category,) if product is not None else (),
                source=f"campaign {campaign_id}, variant {variant.id}",
                used_on=went_out,
                fact_ids=_house_facts(text, variant, facts),
            )
    return tuple(found.values())


def _places(variant: Variant) -> list[tuple[PassageKind, str, str]]:
    """(kind, place, text); the greeting and the sign-off are the guide's."""
    found: list[tuple[PassageKind, str, str]] = [
        ("subject", "subject", variant.subject),
        ("preheader", "preheader", variant.preheader),
    ]
    paragraphs = [n for n, b in enumerate(variant.blocks) if isinstance(b, Paragraph)][1:]
    call = next((n for n, b in enumerate(variant.blocks) if isinstance(b, CallToAction)), None)
    for number, block in enumerate(variant.blocks):
        if isinstance(block, CallToAction):
            found.append(("cta", f"blocks-{number}", block.text))
        elif isinstance(block, Paragraph) and number in paragraphs:
            kind: PassageKind = "opening" if number == paragraphs[0] else "body"
            if call is not None and number > call:
                continue  # below the call stands the house's name
            found.append((kind, f"blocks-{number}", block.text))
    return found


def _slotted(text: str, product: Product | None, language: Language) -> str:
    for slot in _SLOTS if product is not None else ():
        if language == "en" and slot.startswith("the_name_"):
            continue  # cases are German
        value = product_value(product, slot, language)
        if value and len(value) > 2:
            text = re.sub(
                rf"(?<![\w{{.]){re.escape(value)}(?!\w)",
                f"{{product.{slot}}}",
                text,
                flags=re.IGNORECASE if slot != "price" else 0,
            )
    # A sentence in a slot brings its own full stop.
    return text.replace("}..", "}.")


def _house_facts(text: str, variant: Variant, facts: Facts) -> tuple[str, ...]:
    house = {f.id for f in facts.house}
    of_text = (c for c in variant.claims if c.text in text or text in c.text)
    return tuple(dict.fromkeys(i for c in of_text for i in c.fact_ids if i in house))


def _filled(passage: Passage, product: Product | None, brief: Brief) -> str:
    made = fill(passage, product, language=brief.language, offer=brief.offer)
    return made.text if made is not None else passage.text


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
