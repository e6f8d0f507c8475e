"""Write small exports as Klaviyo and Shopify write them, of one invented shop and its people.

    python write_exports.py FOLDER

The layouts follow the two vendors' public help pages; every person is made up.
"""

from __future__ import annotations

import csv
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

COLUMNS = {
    "orders": "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,"
    "Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,"
    "Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,"
    "Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,"
    "Lineitem fulfillment status,Billing Name,Billing Zip,Billing Country,Shipping Country,"
    "Cancelled at,Refunded Amount,Id,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value",
    "customers": "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,"
    "Default Address Company,Default Address Address1,Default Address City,"
    "Default Address Country Code,Default Address Zip,Phone,Accepts SMS Marketing,Total Spent,"
    "Total Orders,Note,Tax Exempt,Tags",
    "profiles": "Email,Klaviyo ID,First Name,Last Name,Phone Number,City,Country,Zip Code,Source,"
    "Email Marketing Consent,Email Marketing Consent Timestamp,Historic Customer Lifetime Value,"
    "Profile Created On,Date Added,Last Open,Email Suppressions",
}
NAMES = {
    "first": "Ada Bela Cleo Dora Emil Fritz Greta Hugo Ida Jon Karla Levi Mara Nils Olga Paul",
    "last": "Aumann Berg Conradi Dietl Ebner Falk Graf Huber Imhof Jung Koch Lenz Maier Noll",
}
ARTICLES = (
    ("RING-SIG", "Signet ring", 480.00),
    ("RING-BAND", "Plain band, 3 mm", 320.00),
    ("STRAP-BR", "Leather strap, brown", 65.00),
    ("STRAP-BK", "Leather strap, black", 65.00),
    ("SVC-FULL", "Full service", 390.00),
    ("CARE-KIT", "Care kit", 28.50),
)
TODAY = datetime(2026, 10, 30, 12, tzinfo=UTC)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(7)
    people = [
        {
            "id": str(7_410_000_000 + n),
            "first": chance.choice(NAMES["first"].split()),
            "last": chance.choice(NAMES["last"].split()),
            "mail": f"person{n}@example.test",
            "since": TODAY - timedelta(days=chance.randint(60, 900)),
            "country": chance.choice(["DE", "DE", "DE", "AT", "CH"]),
        }
        for n in range(1, 121)
    ]
    _write(folder / "shopify-customers.csv", "customers", [_customer(p, chance) for p in people])
    _write(folder / "shopify-orders.csv", "orders", _orders(people, chance))
    _write(folder / "klaviyo-list.csv", "profiles", [_profile(p, chance) for p in people[:100]])


def _customer(p: dict, chance: random.Random) -> dict:
    return {
        "Customer ID": f"'{p['id']}", "First Name": p["first"], "Last Name": p["last"],
        "Email": p["mail"], "Accepts Email Marketing": chance.choice(["yes", "yes", "no"]),
        "Default Address City": "München", "Default Address Country Code": p["country"],
        "Default Address Zip": "'80331", "Accepts SMS Marketing": "no", "Tax Exempt": "no",
    }  # fmt: skip


def _profile(p: dict, chance: random.Random) -> dict:
    consent = chance.choice(["SUBSCRIBED", "SUBSCRIBED", "NEVER_SUBSCRIBED", "UNSUBSCRIBED"])
    return {
        "Email": p["mail"].replace("person", "Person"), "Klaviyo ID": f"01H{p['id']}",
        "First Name": p["first"], "Last Name": p["last"], "Country": p["country"],
        "Source": chance.choice(["Footer form", "Checkout", ""]),
        "Email Marketing Consent": consent,
        "Email Marketing Consent Timestamp": ""
        if consent == "NEVER_SUBSCRIBED" else f"{p['since']:%Y-%m-%d %H:%M:%S}",
        "Profile Created On": f"{p['since']:%Y-%m-%d %H:%M:%S}",
        "Email Suppressions": "['HARD_BOUNCE']" if chance.random() < 0.04 else "[]",
    }  # fmt: skip


def _orders(people: list[dict], chance: random.Random) -> list[dict]:
    rows, number = [], 1000
    for person in people:
        at = person["since"]
        for _ in range(chance.choice([0, 1, 1, 1, 2, 3])):
            at += timedelta(days=chance.randint(1, 240), minutes=chance.randint(0, 900))
            if at > TODAY:
                break
            number += 1
            rows += _order(f"#{number}", person, at, chance)
    return rows


def _order(name: str, person: dict, at: datetime, chance: random.Random) -> list[dict]:
    bought = chance.sample(ARTICLES, chance.choice([1, 1, 2]))
    goods = sum(price for _, _, price in bought)
    off = round(goods * 0.1, 2) if chance.random() < 0.15 else 0.0
    subtotal = goods - off
    fate = chance.choice(["paid"] * 18 + ["partially_refunded", "voided"])
    first = {
        "Email": person["mail"], "Financial Status": fate,
        "Paid at": f"{at:%Y-%m-%d %H:%M:%S} +0200",
        "Accepts Marketing": chance.choice(["yes", "no"]), "Currency": "EUR",
        "Subtotal": f"{subtotal:.2f}", "Shipping": "0.00",
        "Taxes": f"{subtotal - subtotal / 1.19:.2f}", "Total": f"{subtotal:.2f}",
        "Discount Code": "HERBST" if off else "", "Discount Amount": f"{off:.2f}",
        "Billing Name": f"{person['first']} {person['last']}", "Billing Zip": "'80331",
        "Billing Country": person["country"], "Shipping Country": person["country"],
        "Cancelled at": f"{at:%Y-%m-%d %H:%M:%S} +0200" if fate == "voided" else "",
        "Refunded Amount": "20.00" if fate == "partially_refunded" else "0.00",
        "Id": name.strip("#"), "Risk Level": "Low", "Source": chance.choice(["web", "web", "pos"]),
        "Tax 1 Name": "MwSt. 19%", "Tax 1 Value": f"{subtotal - subtotal / 1.19:.2f}",
    }  # fmt: skip
    return [
        {
            "Name": name, "Created at": f"{at:%Y-%m-%d %H:%M:%S} +0200",
            "Lineitem quantity": "1", "Lineitem name": title, "Lineitem price": f"{price:.2f}",
            "Lineitem sku": sku, "Lineitem discount": "0.00",
            **(first if line == 0 else {"Email": person["mail"]}),
        }
        for line, (sku, title, price) in enumerate(bought)
    ]  # fmt: skip


def _write(file: Path, what: str, rows: list[dict]) -> None:
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, COLUMNS[what].split(","), restval="")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
