"""Facts: products and statements of the house, one a row."""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from domain.errors import WrongUsage
from domain.facts import Facts, HouseFact, Product
from tools.store.fields import FIELDS
from tools.store.outcome import Outcome
from tools.store.readers import LINE
from tools.store.staging import Staged
from tools.store.values import hostile_text

_LISTS = ("flaws", "details")
_OBJECTS = ("photo", "notes")
_MONEY = ("price", "lowest_price_30_days")


def take_in(staged: Staged, currency: str | None) -> Outcome:
    """Each row a product (it has a price) or a house fact (it has a text); the first of an id.

    Prices are objects ``{"amount", "currency"}``, or amounts in the row's or the said currency.
    """
    products: dict[str, Product] = {}
    house: dict[str, HouseFact] = {}
    repeats: Counter[str] = Counter()
    rows = staged.arrow(f"SELECT * FROM said ORDER BY {LINE}").to_pylist()
    if currency is None and any(
        r["price"] and not r["price"].startswith("{") and not r["currency"] for r in rows
    ):
        raise WrongUsage(
            "currency_unsaid",
            "prices carry no currency",
            thing=staged.path.name,
            next_step="say the currency that they are meant in: --currency EUR",
        )
    for row in rows:
        line = row.pop(LINE)
        said = {name: value for name, value in row.items() if value is not None}
        try:
            fact = _fact(said, currency)
        except (ValidationError, ValueError) as error:
            staged.quarantine.row(line, _why(error), said)
            continue
        known: Mapping[str, Product | HouseFact] = {**products, **house}
        if fact.id in known:
            repeats["same" if known[fact.id] == fact else "other"] += 1
            if known[fact.id] != fact:
                staged.quarantine.row(line, "a second fact with the same id", said)
        elif isinstance(fact, Product):
            products[fact.id] = fact
        else:
            house[fact.id] = fact
    facts = Facts(products=tuple(products.values()), house=tuple(house.values()))
    return Outcome(
        added=len(products) + len(house),
        duplicates=repeats["same"],
        facts=facts,
    )


def _fact(said: dict[str, str], currency: str | None) -> Product | HouseFact:
    for name, value in said.items():
        problem = hostile_text(value, most=20_000 if name in _OBJECTS else 2_000)
        if problem:
            raise ValueError(f"{name}: {problem}")
    if "text" in said and "price" not in said:
        return HouseFact.model_validate(
            {k: v for k, v in said.items() if k in HouseFact.model_fields}
        )
    values: dict[str, Any] = {"stock": "0", "category": "", **said}
    values["category"] = values["category"].lower()
    for name in _LISTS:
        if name in values:
            values[name] = _items(values[name])
    for name in _OBJECTS:
        if name in values:
            values[name] = json.loads(values[name])
    for name in _MONEY:
        if name in values:
            values[name] = _money(values[name], said.get("currency") or currency)
    allowed = {f.name for f in FIELDS["facts"]} & set(Product.model_fields)
    return Product.model_validate({k: v for k, v in values.items() if k in allowed})


def _items(text: str) -> list[str]:
    if text.startswith("["):
        items: list[str] = json.loads(text)
        return items
    return [item.strip() for item in text.split(";") if item.strip()]


def _money(text: str, currency: str | None) -> dict[str, Any]:
    if text.startswith("{"):
        value: dict[str, Any] = json.loads(text)
    else:
        value = {"amount": text.replace(",", "") if "." in text else text.replace(",", ".")}
    return {"currency": currency, **value}


def _why(error: ValidationError | ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error)[:200]
