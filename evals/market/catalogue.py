"""What was ever sold: the brand folder's pieces, and the sold ones that are gone from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evals.market.people import Floats, Ints

_MAKES = ("dress watch", "diver", "chronograph", "field watch", "pocket watch", "pilot's watch")
_RINGS = ("wedding band", "signet ring", "solitaire", "memory ring", "engagement ring")
_SERVICES = (
    ("service-full", "Full service, mechanical", 420),
    ("service-battery", "Battery and gasket", 48),
    ("service-strap", "Strap fitted", 95),
    ("service-polish", "Case refinished", 180),
    ("service-ring", "Ring resized", 85),
)


@dataclass(frozen=True)
class Sold:
    """One order line's article."""

    product_id: str
    description: str
    category: str


@dataclass(frozen=True)
class Shelf:
    """The brand folder's pieces by category, with their prices."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    categories: tuple[str, ...]
    prices: tuple[float, ...]
    single: tuple[bool, ...]
    """A single piece, still unsold: looked at, never in an old order."""


def read_shelf(products: Path | None) -> Shelf:
    """The brand folder's products.jsonl; an empty shelf where there is none."""
    if products is None or not products.is_file():
        return Shelf((), (), (), (), ())
    rows = [json.loads(line) for line in products.read_text("utf-8").splitlines() if line.strip()]
    return Shelf(
        ids=tuple(row["id"] for row in rows),
        names=tuple(row["name"] for row in rows),
        categories=tuple(row["category"] for row in rows),
        prices=tuple(float(row["price"]["amount"]) for row in rows),
        single=tuple(int(row["stock"]) <= 1 for row in rows),
    )


def sell_watches(rng: np.random.Generator, count: int, mark: str) -> tuple[list[Sold], Floats]:
    """``count`` single pieces, each with an id of its own; ``mark`` sets the ids apart."""
    years = rng.integers(1948, 2012, count).tolist()
    makes = rng.integers(0, len(_MAKES), count).tolist()
    sold = [
        Sold(f"watch-{mark}-{number:05d}", f"{year} {_MAKES[make]}", "watch")
        for number, (year, make) in enumerate(zip(years, makes, strict=True))
    ]
    prices = np.round(np.exp(rng.normal(7.65, 0.55, count)) / 10) * 10
    return sold, np.asarray(np.clip(prices, 390, 24_000), dtype=np.float64)


def sell_rings(rng: np.random.Generator, count: int) -> tuple[list[Sold], Floats]:
    """Rings are made in numbers: forty models."""
    models = rng.integers(0, 40, count)
    sold = [
        Sold(f"ring-{1 + model:02d}-{_RINGS[model % 5].split()[0]}", _RINGS[model % 5], "ring")
        for model in models.tolist()
    ]
    prices = np.round((240 + 61 * (models % 23) + 35 * (models % 7)) / 10) * 10.0
    return sold, np.asarray(prices, dtype=np.float64)


def sell_services(rng: np.random.Generator, count: int) -> tuple[list[Sold], Floats]:
    which: Ints = rng.choice(len(_SERVICES), size=count, p=[0.42, 0.22, 0.20, 0.06, 0.10])
    sold = [Sold(_SERVICES[w][0], _SERVICES[w][1], "service") for w in which.tolist()]
    return sold, np.array([float(_SERVICES[w][2]) for w in which.tolist()])
