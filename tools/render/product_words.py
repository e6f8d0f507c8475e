"""What a mail shows of a product, in words, from its facts alone."""

from __future__ import annotations

from domain.facts import Product
from domain.words import Language, money_words, number_words

_LABELS: dict[Language, dict[str, str]] = {
    "en": {
        "reference": "Reference",
        "year": "Year",
        "size": "Size",
        "material": "Material",
        "warranty": "Warranty",
        "price": "Price",
    },
    "de": {
        "reference": "Referenz",
        "year": "Jahr",
        "size": "Größe",
        "material": "Material",
        "warranty": "Garantie",
        "price": "Preis",
    },
}


def name_words(product: Product, language: Language) -> str:
    """Its name as a heading."""
    name = product.name
    if language == "de":
        name = next(iter(product.notes.get("de.name", ())), name)
    return name[:1].upper() + name[1:]


def line_words(product: Product, language: Language) -> str:
    """34 mm, steel, 1968 · €2,450"""
    parts = (_size(product, language), _material(product, language), _year(product))
    known = ", ".join(part for part in parts if part)
    price = money_words(product.price, language)
    return f"{known} · {price}" if known else price


def table_rows(products: tuple[Product, ...], language: Language) -> list[tuple[str, list[str]]]:
    """(label, what each product has), without the rows that none of them has."""
    values = [
        {
            "reference": product.reference,
            "year": _year(product),
            "size": _size(product, language),
            "material": _material(product, language),
            "warranty": _warranty(product, language),
            "price": money_words(product.price, language),
        }
        for product in products
    ]
    return [
        (label, [one[row] for one in values])
        for row, label in _LABELS[language].items()
        if any(one[row] for one in values)
    ]


def _year(product: Product) -> str:
    return str(product.year) if product.year else ""


def _size(product: Product, language: Language) -> str:
    return f"{number_words(product.size_mm, language)} mm" if product.size_mm is not None else ""


def _material(product: Product, language: Language) -> str:
    if language == "de":
        return next(iter(product.notes.get("de.material", ())), "")
    return product.material


def _warranty(product: Product, language: Language) -> str:
    months = product.warranty_months
    if not months:
        return ""
    if language == "de":
        return f"{months} Monate"
    return f"{months} months"
