"""Writes orders.csv and customers.csv, the invented files that docs/quickstart.md imports.

The same seed gives the same files: ``python docs/examples/write_orders.py``.
"""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

SEED = 2010
CUSTOMERS = 900
FIRST = datetime(2009, 12, 1, 8, tzinfo=UTC)
LAST = datetime(2010, 12, 9, 18, tzinfo=UTC)
NAMES = (
    "Ada",
    "Ben",
    "Cleo",
    "Dev",
    "Ella",
    "Finn",
    "Grace",
    "Hugh",
    "Iris",
    "Jon",
    "Kit",
    "Lena",
    "Max",
    "Nora",
    "Owen",
    "Pia",
    "Rob",
    "Sue",
)
PRODUCTS = (
    ("22423", "REGENCY CAKESTAND 3 TIER", "12.75"),
    ("22086", "PAPER CHAIN KIT 50'S CHRISTMAS", "2.95"),
    ("22910", "PAPER CHAIN KIT VINTAGE CHRISTMAS", "2.95"),
    ("22943", "CHRISTMAS LIGHTS 10 VINTAGE BAUBLES", "4.95"),
    ("22111", "SCOTTIE DOG HOT WATER BOTTLE", "4.95"),
    ("85123A", "WHITE HANGING HEART T-LIGHT HOLDER", "2.95"),
)


def main() -> None:
    chance = random.Random(SEED)
    folder = Path(__file__).parent
    orders: list[list[object]] = []
    customers: list[list[object]] = []
    for number in range(CUSTOMERS):
        customer = 20_000 + number
        name = chance.choice(NAMES)
        agreed = chance.random() < 0.9
        customers.append(
            [
                customer,
                name,
                f"{name.lower()}.{customer}@example.test",
                "yes" if agreed else "",
                "2009-11-30T10:00:00+00:00" if agreed else "",
                "till, signed card" if agreed else "",
            ]
        )
        # Half of them stop buying before September, as in the goal of the quickstart.
        until = LAST if chance.random() < 0.5 else datetime(2010, 8, 30, tzinfo=UTC)
        for _ in range(chance.choice((1, 2, 2, 3, 4, 6))):
            at = FIRST + timedelta(seconds=chance.random() * (until - FIRST).total_seconds())
            invoice = 100_000 + len(orders)
            for code, description, price in chance.sample(PRODUCTS, chance.choice((1, 1, 2, 3))):
                quantity = chance.choice((1, 1, 2, 3, 6))
                orders.append(
                    [
                        invoice,
                        code,
                        description,
                        quantity,
                        f"{at:%Y-%m-%d %H:%M}",
                        price,
                        customer,
                    ]
                )
    _write(
        folder / "orders.csv",
        "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID",
        sorted(orders, key=lambda row: str(row[4])),
    )
    _write(
        folder / "customers.csv",
        "Customer ID,First name,Email,Email consent,Email consent at,Email consent source",
        customers,
    )


def _write(path: Path, header: str, rows: list[list[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)


if __name__ == "__main__":
    main()
