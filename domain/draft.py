"""Draft with Variants: blocks of copy, each claim tied to a fact, each with its provenance."""

from __future__ import annotations

from typing import Annotated, Literal, Protocol

from pydantic import Field

from domain.blocks import (
    Block,
    BulletList,
    CallToAction,
    DetailRow,
    Details,
    Divider,
    FactsTable,
    Heading,
    Pair,
    Paragraph,
    Picture,
    ProductCard,
    ProductList,
    Quote,
)
from domain.frozen import Frozen, content_hash
from domain.layouts import Layout

__all__ = (
    "Block",
    "BulletList",
    "CallToAction",
    "Claim",
    "Copy",
    "DetailRow",
    "Details",
    "Divider",
    "Draft",
    "FactsTable",
    "Fallback",
    "Heading",
    "Pair",
    "Paragraph",
    "Picture",
    "ProductCard",
    "ProductList",
    "Provenance",
    "Quote",
    "Variant",
)


class Claim(Frozen):
    """A stretch of the copy that says something checkable, and the facts it rests on."""

    text: str
    """As it stands in subject, preheader or a block."""
    fact_ids: tuple[str, ...]


PersonalField = Literal["first_name", "last_name"]


class Fallback(Frozen):
    """What stands in for a personal field that is missing."""

    field: PersonalField
    text: str
    """May be empty: the sentence is then mended by the renderer ("Good morning,")."""


class Provenance(Frozen):
    """Where a variant comes from. The copy generator fills it; a model names passages alone."""

    brief_hash: str = ""
    passage_ids: tuple[str, ...] = ()
    guide_version: str = ""
    prompt_hash: str = ""
    prompt_version: int = 0
    """0: no prompt was used, or its version was not kept yet."""
    model: str = ""
    """``house`` or the model's name."""


class Copy(Protocol):
    """What a mail's Variant and a Piece of any other channel have in common: what the critic's
    rules read that are not about one channel."""

    @property
    def id(self) -> str: ...

    @property
    def angle(self) -> str: ...

    @property
    def claims(self) -> tuple[Claim, ...]: ...

    @property
    def fallbacks(self) -> tuple[Fallback, ...]: ...

    @property
    def provenance(self) -> Provenance: ...

    def texts(self) -> tuple[tuple[str, str], ...]:
        """(place, text) of everything a person reads, in reading order."""
        ...

    def links(self) -> tuple[tuple[str, str], ...]:
        """(place, address) of everything that leads somewhere."""
        ...


class Variant(Frozen):
    """One whole mail. Variants of a draft differ in angle."""

    id: str
    """``a``, ``b``, ``c``, …"""
    angle: str
    """The reason to read it: flaw_first, watchmaker, number, visit, …"""
    subject: str
    preheader: str
    layout: Annotated[Layout, Field(exclude_if=lambda value: value == "letter")] = "letter"
    """How the blocks were arranged. An earlier draft keeps its hash."""
    blocks: tuple[Block, ...]
    claims: tuple[Claim, ...] = ()
    fallbacks: tuple[Fallback, ...] = ()
    provenance: Provenance = Provenance()

    def texts(self) -> tuple[tuple[str, str], ...]:
        """(place, text) of everything a person reads, in reading order."""
        found = [("subject", self.subject), ("preheader", self.preheader)]
        for number, block in enumerate(self.blocks):
            found += [(f"blocks[{number}]{place}", text) for place, text in block.words()]
        return tuple(found)

    def links(self) -> tuple[tuple[str, str], ...]:
        """(place, address) of every call to action."""
        return tuple(
            (f"blocks[{number}]", block.url)
            for number, block in enumerate(self.blocks)
            if isinstance(block, CallToAction)
        )


class Draft(Frozen):
    language: Literal["en", "de"] = "en"
    variants: tuple[Variant, ...]
    label: str = ""
    """Shown on every draft: "assembled from your library, no AI", or the model's name."""

    def hash(self) -> str:
        return content_hash(self)
