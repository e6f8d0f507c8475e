"""The blocks that a mail is made of. What they show of a product is laid out from its facts."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.frozen import Frozen
from domain.predicate.clauses import StageName

Reader = Literal["new", "active", "at_risk", "lapsed", "won_back", "others"]
"""A stage of life (tools/store/stages.py), or everybody of no stage that is named beside it."""

Words = tuple[tuple[str, str], ...]
"""(place within the block, text); the place is empty where the block has one text."""


class _Block(Frozen):
    for_stages: Annotated[tuple[Reader, ...], Field(exclude_if=lambda value: not value)] = ()
    """Whom it is shown to; empty: to everybody. See ``domain.readings``."""
    pictured: ClassVar[bool] = False
    """Whether it shows products by their pictures."""

    def words(self) -> Words:
        """What a person reads in it that somebody wrote."""
        return ()

    def products(self) -> tuple[str, ...]:
        """Ids of products that it shows, with or without their pictures."""
        return ()

    def pictures(self) -> tuple[str, ...]:
        """Ids of products whose pictures it shows."""
        return self.products() if self.pictured else ()


class Heading(_Block):
    kind: Literal["heading"] = "heading"
    text: str

    def words(self) -> Words:
        return (("", self.text),)


class Paragraph(_Block):
    kind: Literal["paragraph"] = "paragraph"
    text: str
    """Plain text; ``{{first_name}}`` marks a personal field."""

    def words(self) -> Words:
        return (("", self.text),)


class BulletList(_Block):
    kind: Literal["list"] = "list"
    items: Annotated[tuple[str, ...], Field(min_length=1, max_length=8)]

    def words(self) -> Words:
        return tuple((f".items[{n}]", item) for n, item in enumerate(self.items))


class Quote(_Block):
    """What somebody said, who that was, and where their consent is kept."""

    kind: Literal["quote"] = "quote"
    text: str
    """Without quotation marks."""
    who: str
    """As readers see it: "a customer in Munich"."""
    consent: str = ""
    """Where the consent to quote them is kept; never shown."""

    def words(self) -> Words:
        return (("", self.text), (".who", self.who))


class DetailRow(Frozen):
    label: str
    text: str


class Details(_Block):
    """What somebody needs to come, or to bring something: when, where, how long, what it costs."""

    kind: Literal["details"] = "details"
    rows: Annotated[tuple[DetailRow, ...], Field(min_length=1, max_length=8)]

    def words(self) -> Words:
        found: list[tuple[str, str]] = []
        for number, row in enumerate(self.rows):
            found += [(f".rows[{number}].label", row.label), (f".rows[{number}].text", row.text)]
        return tuple(found)


class ProductCard(_Block):
    """A product's picture, name and price."""

    kind: Literal["product"] = "product"
    pictured: ClassVar[bool] = True
    product_id: str

    def products(self) -> tuple[str, ...]:
        return (self.product_id,)


class Picture(_Block):
    """A product's picture alone, as wide as the mail."""

    kind: Literal["picture"] = "picture"
    pictured: ClassVar[bool] = True
    product_id: str

    def products(self) -> tuple[str, ...]:
        return (self.product_id,)


class Pair(_Block):
    """Two products beside each other; one below the other on a telephone."""

    kind: Literal["pair"] = "pair"
    pictured: ClassVar[bool] = True
    product_ids: Annotated[tuple[str, ...], Field(min_length=2, max_length=2)]

    def products(self) -> tuple[str, ...]:
        return self.product_ids


class ProductList(_Block):
    """Several products, a line each with a small picture."""

    kind: Literal["products"] = "products"
    pictured: ClassVar[bool] = True
    product_ids: Annotated[tuple[str, ...], Field(min_length=1, max_length=8)]

    def products(self) -> tuple[str, ...]:
        return self.product_ids


class FactsTable(_Block):
    """Reference, year, size, material, warranty and price of one product, or of two compared."""

    kind: Literal["facts"] = "facts"
    product_ids: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)]

    def products(self) -> tuple[str, ...]:
        return self.product_ids


class CallToAction(_Block):
    kind: Literal["cta"] = "cta"
    text: str
    url: str

    def words(self) -> Words:
        return (("", self.text),)


class Divider(_Block):
    """A hairline, or a space as tall."""

    kind: Literal["divider"] = "divider"
    line: bool = True


Block = Annotated[
    Heading
    | Paragraph
    | BulletList
    | Quote
    | Details
    | ProductCard
    | Picture
    | Pair
    | ProductList
    | FactsTable
    | CallToAction
    | Divider,
    Field(discriminator="kind"),
]

PRODUCT_BLOCKS = (ProductCard, Picture, Pair, ProductList, FactsTable)
STAGES: tuple[StageName, ...] = ("new", "active", "at_risk", "lapsed", "won_back")
