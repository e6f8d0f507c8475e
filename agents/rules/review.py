"""What the critic's rules look at: copy with everything that it must agree with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeGuard

from agents.claims.evidence import Evidence, evidence
from agents.own_copy import OwnCopy, Recent
from agents.rules.catalogue import declared
from domain.brief import Brief
from domain.critique import Finding, Severity
from domain.draft import CallToAction, Copy, Variant
from domain.facts import Facts
from domain.piece import LandingPage, Piece
from domain.publication import RenderedVariant
from domain.style import StyleReading
from domain.voice import Guide

if TYPE_CHECKING:
    from agents.rules.style import StyleGate

CAPITALS = re.compile(r"\b[A-ZÄÖÜ]{4,}\b")
_ALWAYS_CAPITALS = {
    "STOP", "STOPP", "START", "HELP", "HTTP", "HTTPS", "USD", "EUR", "GBP", "COSC", "ISBN",
}  # fmt: skip

_FIELD = re.compile(r"\{\{\s*\w+\s*\}\}")


@dataclass(frozen=True)
class Review:
    """Copy of one brief: the variants of a mail, or the pieces of a set."""

    copies: tuple[Variant | Piece, ...]
    brief: Brief
    facts: Facts
    guide: Guide
    rendered: tuple[RenderedVariant, ...] = ()
    own: OwnCopy = field(default_factory=OwnCopy)
    """What the brand's past copy is like; without any, what real brands' copy is like."""
    recent: tuple[Recent, ...] = ()
    """What the brand sent in the last 90 days."""
    style: StyleGate | None = None
    """None: how it is written is not held against past copy."""

    @cached_property
    def style_reading(self) -> StyleReading | None:
        """How like past copy the mails are; None: there is no measure, or too little copy."""
        return self.style.read(self) if self.style is not None and self.mails else None

    @cached_property
    def mails(self) -> tuple[Variant, ...]:
        return tuple(c for c in self.copies if isinstance(c, Variant))

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        return tuple(c for c in self.copies if is_piece(c))

    def language(self, copy: Variant | Piece) -> str:
        """A piece names its own language; a mail has the brief's."""
        return copy.language if is_piece(copy) else self.brief.language

    @cached_property
    def all_evidence(self) -> dict[str, Evidence]:
        """Everything that could be proven, by id."""
        return {e.id: e for e in evidence(self.facts, self.brief.offer)}

    @cached_property
    def known_capitals(self) -> frozenset[str]:
        """Codes, names and abbreviations that are written in capitals."""
        parts = [self.guide.brand, self.brief.offer.code if self.brief.offer else ""]
        for product in self.facts.products:
            parts += [product.name, product.reference, product.material, *product.details]
        parts += [f.text for f in self.facts.house]
        known = {word for part in parts for word in CAPITALS.findall(part)}
        return frozenset(known | _ALWAYS_CAPITALS)

    def evidence_for(self, copy: Copy) -> tuple[Evidence, ...]:
        """What this copy may rest on: its own and the brief's products, the house, the offer.

        Another product's size proves nothing here.
        """
        offered = self.brief.offer.products if self.brief.offer else ()
        named = (
            *self.brief.fact_ids,
            *self.brief.goal.products,
            *offered,
            *(product_id for _, product_id in shown_products(copy)),
            *(i for c in copy.claims for i in c.fact_ids),
        )
        stems = {name.split(".", 1)[0] for name in named}
        others = {p.id for p in self.facts.products} - stems
        return tuple(e for e in self.all_evidence.values() if e.id.partition(".")[0] not in others)


def is_piece(copy: Copy) -> TypeGuard[Piece]:
    """Whether the copy is for a channel beside mail."""
    return not isinstance(copy, Variant)


def shown_products(copy: Copy) -> tuple[tuple[str, str], ...]:
    """(place, product id) of everything shown of a product, with its picture or without."""
    found = []
    if isinstance(copy, Variant | LandingPage):
        found = [
            (f"blocks[{number}]", product_id)
            for number, block in enumerate(copy.blocks)
            for product_id in block.products()
        ]
    picture = getattr(copy, "picture", None)
    if picture is not None:
        found.append(("picture", picture.product_id))
    return tuple(found)


def body(copy: Copy) -> tuple[tuple[str, str], ...]:
    """(place, text) of a mail's words without its calls to action; all texts of a piece."""
    if not isinstance(copy, Variant):
        return copy.texts()
    return tuple(
        (f"blocks[{n}]{place}", text)
        for n, block in enumerate(copy.blocks)
        if not isinstance(block, CallToAction)
        for place, text in block.words()
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
    declared(rule)
    return Finding(
        rule=rule, severity=severity, variant=variant, place=place, text=text, why=why, mend=mend
    )


Findings = Iterator[Finding]
