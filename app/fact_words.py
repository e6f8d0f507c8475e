"""What a claim rests on, as people read it."""

from __future__ import annotations

from collections.abc import Iterable

from domain.facts import Facts, Product
from domain.frozen import Frozen
from domain.money import Money
from domain.words import money_words, number_words

_LABELS = {
    "size_mm": "size, mm",
    "warranty_months": "warranty, months",
    "lowest_price_30_days": "lowest price of 30 days",
}


class FactShown(Frozen):
    """A fact behind a claim, or several of one product together."""

    ids: tuple[str, ...]
    words: str
    source: str = ""
    """Where it can be checked."""
    known: bool = True
    """False: it is no longer among the facts."""


def facts_shown(ids: Iterable[str], facts: Facts) -> tuple[FactShown, ...]:
    """The facts that claims cite, those of one product as one."""
    cited: dict[str, list[str]] = {}
    for fact_id in ids:
        cited.setdefault(fact_id.partition(".")[0], []).append(fact_id)
    return tuple(_shown(stem, tuple(found), facts) for stem, found in cited.items())


def _shown(stem: str, ids: tuple[str, ...], facts: Facts) -> FactShown:
    house, product = facts.house_fact(stem), facts.product(stem)
    if house is not None:
        return FactShown(ids=ids, words=house.text, source=house.source)
    if product is not None:
        return FactShown(ids=ids, words=_of_product(product, ids))
    return FactShown(ids=ids, words=f"{stem} is no longer among your facts", known=False)


def _of_product(product: Product, ids: tuple[str, ...]) -> str:
    """Plain band, 4 mm: price €720, lowest price of 30 days €720."""
    said = [_field(product, fact_id.partition(".")[2]) for fact_id in ids]
    if not any(said):
        known = [product.material, product.condition, money_words(product.price)]
        said = [", ".join(part for part in known if part)]
    name = product.name[:1].upper() + product.name[1:]
    return f"{name}: {', '.join(part for part in said if part)}"


def _field(product: Product, field: str) -> str:
    name, _, number = field.partition(".")
    value = getattr(product, name, None) if name in Product.model_fields else None
    if name in ("", "name") or value in (None, "", ()):
        return ""
    if isinstance(value, tuple):
        chosen = value[int(number)] if number.isdigit() and int(number) < len(value) else None
        value = chosen if chosen is not None else "; ".join(value)
    elif isinstance(value, Money):
        value = money_words(value)
    elif isinstance(value, float):
        value = number_words(value)
    return f"{_LABELS.get(name, name.replace('_', ' '))} {value}"
