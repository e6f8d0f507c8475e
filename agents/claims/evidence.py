"""What facts and offer prove: pieces of evidence, each with its id, its words and its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from agents.claims.quantities import Quantity, quantities
from domain.brief import Offer
from domain.facts import Facts, HouseFact, Product
from domain.money import Money


@dataclass(frozen=True)
class Evidence:
    """One field of a product, one house fact, or one term of the brief's offer."""

    id: str
    """``<product>.<field>``, ``<house fact>`` or ``offer.<field>``."""
    text: str
    """Its words, in every language it has."""
    context: str = ""
    """Words that the field itself stands for: "warranty guarantee Garantie"."""
    numbers: tuple[Quantity, ...] = field(default=())

    @property
    def words(self) -> str:
        return f"{self.text} {self.context}"


_CONTEXT = {
    "price": "price costs Preis kostet",
    "lowest_price_30_days": "lowest price of the last 30 days instead of before niedrigster Preis "
    "der letzten 30 Tage statt zuvor",
    "stock": "stock have one only left last single piece Stück einmal nur vorrätig Lager auf",
    "warranty_months": "warranty guarantee guaranteed Garantie Gewährleistung",
    "year": "year from made dated Baujahr aus von",
    "size_mm": "size diameter across wide Durchmesser Größe",
    "material": "material made of case aus Gehäuse",
    "condition": "condition worn wear Zustand getragen",
    "flaws": "flaw flaws scratch mark wear Makel Kratzer Spur",
    "details": "",
    "name": "",
    "reference": "reference ref Referenz",
    "category": "",
}


def of_product(product: Product) -> tuple[Evidence, ...]:
    """Every field of a product that has a value."""
    return _of_product(product.model_dump_json())


@lru_cache(maxsize=512)
def _of_product(product_json: str) -> tuple[Evidence, ...]:
    return tuple(_fields(Product.model_validate_json(product_json)))


def _fields(product: Product) -> Iterator[Evidence]:
    def made(name: str, text: str, numbers: tuple[Quantity, ...] | None = None) -> Evidence:
        found = quantities(text) if numbers is None else numbers
        return Evidence(f"{product.id}.{name}", text, _CONTEXT[name], found)

    yield made("name", _all_languages(product, "name", (product.name,)))
    if product.category:
        yield made("category", product.category)
    if product.reference:
        yield made("reference", product.reference)
    if product.year is not None:
        yield made("year", str(product.year), (plain("year", Decimal(product.year)),))
    if product.size_mm is not None:
        size = Decimal(str(product.size_mm))
        yield made("size_mm", f"{size.normalize():f} mm", (plain("measure", size, "mm"),))
    if product.material:
        yield made("material", _all_languages(product, "material", (product.material,)))
    if product.condition:
        yield made("condition", _all_languages(product, "condition", (product.condition,)))
    if product.flaws:
        yield made("flaws", _all_languages(product, "flaws", product.flaws))
    if product.details or product.notes:
        yield made("details", _all_languages(product, "details", product.details))
    if product.warranty_months is not None:
        months = Decimal(product.warranty_months)
        yield made(
            "warranty_months",
            f"{product.warranty_months} months",
            (plain("duration", months, "months"),),
        )
    yield made("price", "", (of_money(product.price),))
    if product.lowest_price_30_days is not None:
        thirty = plain("duration", Decimal(30), "days")
        yield made("lowest_price_30_days", "", (of_money(product.lowest_price_30_days), thirty))
    yield made("stock", "", (plain("count", Decimal(product.stock)),))


def _all_languages(product: Product, name: str, own: tuple[str, ...]) -> str:
    """The field's own words and their translations, which the notes hold: ``de`` for details,
    ``de.flaws`` and so on for the rest."""
    lines = [*own]
    for key, translated in product.notes.items():
        language, _, noted = key.partition(".")
        if (noted or "details") == name and len(language) == 2:
            lines.extend(translated)
    return " · ".join(lines)


@lru_cache(maxsize=2048)
def of_house_fact(fact: HouseFact) -> Evidence:
    return Evidence(fact.id, fact.text, "", quantities(fact.text))


def of_offer(offer: Offer, facts: Facts) -> tuple[Evidence, ...]:
    """The offer's terms, and the prices that follow from it."""
    found = [
        Evidence("offer.code", offer.code, "code Code Gutschein", quantities(offer.code)),
        Evidence(
            "offer.valid_until",
            "",
            "until by before ends bis endet gilt",
            (
                plain(
                    "date",
                    Decimal(offer.valid_until.month * 100 + offer.valid_until.day),
                    str(offer.valid_until.year),
                ),
                plain("month", Decimal(offer.valid_until.month)),
                plain("year", Decimal(offer.valid_until.year)),
            ),
        ),
        Evidence(
            "offer.valid_from",
            "",
            "from since ab von",
            (
                plain(
                    "date",
                    Decimal(offer.valid_from.month * 100 + offer.valid_from.day),
                    str(offer.valid_from.year),
                ),
            ),
        ),
    ]
    if offer.share is not None:
        percent = Decimal(str(offer.share)) * 100
        found.append(Evidence("offer.share", "", "off less", (plain("percent", percent),)))
    if offer.amount is not None:
        found.append(Evidence("offer.amount", "", "off less", (of_money(offer.amount),)))
    if offer.floor is not None:
        found.append(
            Evidence("offer.floor", "", "orders from minimum ab Mindest", (of_money(offer.floor),))
        )
    for product_id, lowest in offer.reference_prices:
        found.append(
            Evidence(
                f"{product_id}.lowest_price_30_days",
                "",
                _CONTEXT["lowest_price_30_days"],
                (of_money(lowest), plain("duration", Decimal(30), "days")),
            )
        )
    for product in facts.products:
        reduced = reduced_price(offer, product)
        if reduced is not None:
            saved = Money(amount=product.price.amount - reduced.amount, currency=reduced.currency)
            found.append(
                Evidence(
                    f"offer.price.{product.id}",
                    "",
                    "price now instead off less jetzt statt",
                    (of_money(reduced), of_money(saved)),
                )
            )
    return tuple(found)


def reduced_price(offer: Offer, product: Product) -> Money | None:
    """What the product costs under the offer; None where the offer does not cover it."""
    if offer.products and product.id not in offer.products:
        return None
    price = product.price
    if offer.share is not None:
        left = price.amount * (1 - Decimal(str(offer.share)))
        return Money(amount=_to_cents(left), currency=price.currency)
    if offer.amount is not None and offer.products and offer.amount.currency == price.currency:
        return Money(
            amount=max(price.amount - offer.amount.amount, Decimal(0)), currency=price.currency
        )
    return None


def evidence(facts: Facts, offer: Offer | None = None) -> tuple[Evidence, ...]:
    """Everything that facts and offer prove."""
    found: list[Evidence] = []
    for product in facts.products:
        found.extend(of_product(product))
    found.extend(of_house_fact(fact) for fact in facts.house)
    if offer is not None:
        found.extend(of_offer(offer, facts))
    return tuple(found)


def plain(kind: str, value: Decimal, unit: str = "") -> Quantity:
    """A quantity that stands in no text."""
    return Quantity(kind, value.normalize(), unit, 0, 0, "")  # type: ignore[arg-type]


def of_money(money: Money) -> Quantity:
    return plain("money", money.amount, money.currency)


def _to_cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
