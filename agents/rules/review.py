"""What the critic's rules look at: a draft with everything that it must agree with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from agents.claims.evidence import Evidence, evidence
from domain.brief import Brief
from domain.critique import Finding, Severity
from domain.draft import Draft, Heading, Paragraph, ProductCard, Variant
from domain.facts import Facts
from domain.publication import RenderedVariant
from domain.voice import Guide

_FIELD = re.compile(r"\{\{\s*\w+\s*\}\}")


@dataclass(frozen=True)
class Review:
    draft: Draft
    brief: Brief
    facts: Facts
    guide: Guide
    rendered: tuple[RenderedVariant, ...] = ()

    @property
    def language(self) -> str:
        return self.brief.language

    @cached_property
    def all_evidence(self) -> dict[str, Evidence]:
        """Everything that could be proven, by id."""
        return {e.id: e for e in evidence(self.facts, self.brief.offer)}

    def evidence_for(self, variant: Variant) -> tuple[Evidence, ...]:
        """What this variant may rest on: its own and the brief's products, the house, the offer.

        Another product's size proves nothing here.
        """
        offered = self.brief.offer.products if self.brief.offer else ()
        named = (
            *self.brief.fact_ids,
            *self.brief.goal.products,
            *offered,
            *(b.product_id for b in variant.blocks if isinstance(b, ProductCard)),
            *(i for c in variant.claims for i in c.fact_ids),
        )
        stems = {name.split(".", 1)[0] for name in named}
        others = {p.id for p in self.facts.products} - stems
        return tuple(
            e
            for e in self.all_evidence.values()
            if not e.id.startswith(tuple(f"{o}." for o in others))
        )


def body(variant: Variant) -> tuple[tuple[str, str], ...]:
    """(place, text) of headings and paragraphs, in order."""
    return tuple(
        (f"blocks[{n}]", b.text)
        for n, b in enumerate(variant.blocks)
        if isinstance(b, Heading | Paragraph)
    )


def without_fields(text: str) -> str:
    return _FIELD.sub("", text)


def finding(
    rule: str,
    severity: Severity,
    why: str,
    mend: str,
    *,
    variant: str = "",
    place: str = "",
    text: str = "",
) -> Finding:
    return Finding(
        rule=rule, severity=severity, variant=variant, place=place, text=text, why=why, mend=mend
    )


Findings = Iterator[Finding]
