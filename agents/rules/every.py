"""All the critic's rules at once."""

from __future__ import annotations

from collections.abc import Iterator

from agents.claims.quantities import LONGEST
from agents.rules import (
    claims,
    fields,
    injection,
    language,
    length,
    links,
    offer,
    rendered,
    variety,
    voice,
)
from agents.rules.review import Review, finding
from domain.critique import Finding
from domain.draft import Block, Heading, Paragraph, Variant

_FAMILIES = (injection, claims, offer, links, fields, rendered, language, length, voice, variety)
_ORDER = {"blocking": 0, "serious": 1, "minor": 2}


def run_rules(review: Review) -> tuple[Finding, ...]:
    """Every finding once, the gravest first."""
    review, too_long = _cut(review)
    found = dict.fromkeys(too_long)
    found |= dict.fromkeys(f for family in _FAMILIES for f in family.check(review))
    return tuple(sorted(found, key=lambda f: _ORDER[f.severity]))


def _cut(review: Review) -> tuple[Review, list[Finding]]:
    """Texts of absurd length are blocked, and only their beginning is read: a search over a
    million letters would hold up everybody."""
    found = list(_absurd(review))
    if not found:
        return review, []
    variants = tuple(_shortened(v) for v in review.draft.variants)
    draft = review.draft.model_copy(update={"variants": variants})
    return Review(draft, review.brief, review.facts, review.guide, review.rendered), found


def _absurd(review: Review) -> Iterator[Finding]:
    for variant in review.draft.variants:
        for place, text in variant.texts():
            if len(text) > LONGEST:
                yield finding(
                    "length.block",
                    "blocking",
                    f"{len(text):,} characters in one block; at most {LONGEST:,} are read.",
                    "Shorten it.",
                    variant=variant.id,
                    place=place,
                    text=text[:60],
                )


def _shortened(variant: Variant) -> Variant:
    def block(one: Block) -> Block:
        if isinstance(one, Heading | Paragraph):
            return one.model_copy(update={"text": one.text[:LONGEST]})
        return one

    return variant.model_copy(
        update={
            "subject": variant.subject[:LONGEST],
            "preheader": variant.preheader[:LONGEST],
            "blocks": tuple(block(b) for b in variant.blocks),
        }
    )
