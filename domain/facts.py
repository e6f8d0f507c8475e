"""What the brand can prove: product facts and house facts, each with an id that claims cite."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from domain.frozen import Frozen
from domain.money import Money
from domain.pictures import Photo

Category = str
"""watch, ring, service, …: the brand's own words, lower case."""


class Product(Frozen):
    """One article with everything that copy may say of it. Single pieces have stock 0 or 1."""

    id: str
    """For example ``watch-1968-dress``; claims cite ``<id>`` or ``<id>.<field>``."""
    name: str
    category: Category
    reference: str = ""
    year: int | None = None
    size_mm: float | None = None
    material: str = ""
    condition: str = ""
    flaws: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    """Further provable sentences or phrases, each true by itself."""
    warranty_months: int | None = None
    price: Money
    lowest_price_30_days: Money | None = None
    """The lowest price of the last 30 days: what a reduction must refer to (§ 11 PAngV)."""
    stock: int
    url: str = ""
    photo: Photo | None = None
    notes: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """The same flaws, condition and details in a further language: ``{"de": (...)}``."""

    def picture_says(self, language: str) -> str:
        """What its photo shows, in words of the language, or in those that there are; empty where
        there is no photo or nobody has said."""
        if self.photo is None:
            return ""
        noted = next(iter(self.notes.get(f"{language}.alt", ())), "")
        return self.photo.alts.get(language) or noted or self.photo.alt


class HouseFact(Frozen):
    """A statement about the house itself that copy may make."""

    id: str
    text: str
    language: Literal["en", "de"] = "en"
    source: str = ""
    """Where it can be checked."""
    valid_until: date | None = None


class Facts(Frozen):
    """Everything that may be claimed."""

    products: tuple[Product, ...] = ()
    house: tuple[HouseFact, ...] = ()

    def product(self, fact_id: str) -> Product | None:
        """The product behind ``<id>`` or ``<id>.<field>``."""
        stem = fact_id.split(".", 1)[0]
        return next((p for p in self.products if p.id == stem), None)

    def house_fact(self, fact_id: str) -> HouseFact | None:
        return next((f for f in self.house if f.id == fact_id), None)

    def knows(self, fact_id: str) -> bool:
        return self.product(fact_id) is not None or self.house_fact(fact_id) is not None
