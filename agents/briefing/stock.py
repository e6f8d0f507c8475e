"""What a goal names and is sold, and the pieces in stock that come nearest to it."""

from __future__ import annotations

from math import log

from agents.briefing.words import money, number
from domain.brief import Alternative
from domain.facts import Facts, Product
from domain.goal import Goal

MOST_NEAREST = 3


def sold(goal: Goal, facts: Facts) -> tuple[Product, ...]:
    """The articles that the goal names and of which none is left."""
    named = (facts.product(product_id) for product_id in goal.products)
    return tuple(product for product in named if product is not None and product.stock < 1)


def sold_words(goal: Goal, facts: Facts) -> list[str]:
    """One sentence for each of them, and one for a category of which nothing is left."""
    found = [
        f"The {product.name} is sold: there is none in stock, so the mail cannot be about it."
        for product in sold(goal, facts)
    ]
    for category in goal.categories:
        kept = [product for product in facts.products if product.category == category]
        if kept and all(product.stock < 1 for product in kept):
            found.append(f"Everything of the category {category} is sold: there is none in stock.")
    return found


def nearest(piece: Product, facts: Facts) -> tuple[Product, ...]:
    """Of its category and in stock, the likest first: by year, size, material and price."""
    others = [p for p in facts.products if p.category == piece.category and p.stock > 0]
    return tuple(sorted(others, key=lambda p: (_distance(piece, p), p.id))[:MOST_NEAREST])


def instead_of_sold(goal: Goal, facts: Facts) -> Alternative | None:
    """The nearest pieces instead of what is sold; none where something named is still there."""
    gone = sold(goal, facts)
    if not gone or len(gone) < len(goal.products):
        return None
    pieces: list[Product] = []
    for piece in gone:
        pieces += [one for one in nearest(piece, facts) if one not in pieces]
    if not pieces:
        return None
    names = [f"the {one.name} ({_in_short(one)})" for one in pieces[:MOST_NEAREST]]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    called = ", ".join(f"the {piece.name}" for piece in gone)
    return Alternative(
        what=f"Ask for {listed} instead.",
        why=f"Sold: {called}. In stock and of its kind, these come nearest by year, size, material "
        "and price.",
    )


def _in_short(product: Product) -> str:
    parts = [product.material]
    if product.size_mm is not None:
        parts.append(f"{product.size_mm:g} mm")
    parts += [money(product.price), f"{number(product.stock)} in stock"]
    return ", ".join(part for part in parts if part)


def _distance(one: Product, other: Product) -> float:
    """Ten years, four millimetres, another material or a price 1.6 times as high weigh alike;
    a dated piece and a new one are thirty years apart."""
    apart = 0.0
    if one.year is not None and other.year is not None:
        apart += abs(one.year - other.year) / 10
    elif one.year is not None or other.year is not None:
        apart += 3
    if one.size_mm is not None and other.size_mm is not None:
        apart += abs(one.size_mm - other.size_mm) / 4
    if one.material != other.material:
        apart += 1
    if one.price.amount > 0 and other.price.amount > 0:
        apart += 2 * abs(log(one.price.amount / other.price.amount))
    return apart
