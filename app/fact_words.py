"""What a claim rests on, as people read it."""

from __future__ import annotations

from collections.abc import Iterable

from domain.facts import Facts, Product
from domain.frozen import Frozen
from domain.money import Money
from domain.words import money_words, number_words


class FactShown(Frozen):
    """A fact behind a claim."""

    id: str
    words: str
    source: str = ""
    """Where it can be checked."""
    known: bool = True
    """False: it is no longer among the facts."""


def facts_shown(ids: Iterable[str], facts: Facts) -> tuple[FactShown, ...]:
    return tuple(fact_shown(fact_id, facts) for fact_id in ids)


def fact_shown(fact_id: str, facts: Facts) -> FactShown:
    house, product = facts.house_fact(fact_id), facts.product(fact_id)
    if house is not None:
        return FactShown(id=fact_id, words=house.text, source=house.source)
    if product is not None:
        return FactShown(
            id=fact_id, words=_of_product(product, fact_id.partition(".")[2]), source=product.url
        )
    return FactShown(id=fact_id, words=f"{fact_id} is no longer among your facts", known=False)


def _of_product(product: Product, field: str) -> str:
    """1968 dress watch: size 34 mm."""
    name, _, number = field.partition(".")
    value = getattr(product, name, None) if name in Product.model_fields else None
    if isinstance(value, tuple):
        chosen = value[int(number)] if number.isdigit() and int(number) < len(value) else None
        value = chosen if chosen is not None else "; ".join(value)
    if value in (None, ""):
        known = [product.material, product.condition, money_words(product.price)]
        return f"{product.name}: {', '.join(part for part in known if part)}"
    if isinstance(value, Money):
        value = money_words(value)
    elif isinstance(value, float):
        value = number_words(value)
    label = {
        "size_mm": "size, mm",
        "warranty_months": "warranty, months",
        "lowest_price_30_days": "lowest price of 30 days",
    }.get(name, name)
    return f"{product.name}: {label} {value}"
