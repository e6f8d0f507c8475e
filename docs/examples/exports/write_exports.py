"""Write small exports as Klaviyo, Shopify, HubSpot and Google Analytics write them, of one invented
shop and its people.

    python write_exports.py FOLDER

The layouts follow the vendors' public help pages; every person is made up.
"""

from __future__ import annotations

import csv
import json
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
    "contacts": "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,City,"
    "Postal Code,Country/Region,Create Date,Last Modified Date,Lifecycle Stage,"
    "Marketing contact status,Opted out of email: Marketing Information,"
    "Unsubscribed from all email,Legal basis for processing contact's data",
    "deals": "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Currency,Pipeline,"
    "Associated Contact,Associated Contact IDs",
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
    known = people[20:60]
    _write(folder / "hubspot-contacts.csv", "contacts", [_contact(p, chance) for p in known])
    _write(folder / "hubspot-deals.csv", "deals", [_deal(p, chance) for p in known[:12]])
    events = [line for p in known[:15] for line in _visit(p, chance)]
    (folder / "ga4-events.jsonl").write_text("".join(events), "utf-8")


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


def _contact(p: dict, chance: random.Random) -> dict:
    mobile = f"0171 39200{chance.randint(0, 99):02}"  # numbers that belong to nobody
    return {
        "Record ID": _record(p), "First Name": p["first"], "Last Name": p["last"],
        "Email": p["mail"], "Mobile Phone Number": mobile if chance.random() < 0.6 else "",
        "City": "München", "Postal Code": "80331",
        "Country/Region": {"DE": "Germany", "AT": "Austria", "CH": "Switzerland"}[p["country"]],
        "Create Date": f"{p['since']:%Y-%m-%d %H:%M}",
        "Last Modified Date": f"{TODAY - timedelta(days=chance.randint(1, 50)):%Y-%m-%d %H:%M}",
        "Lifecycle Stage": "Customer", "Marketing contact status": "Marketing contact",
        "Opted out of email: Marketing Information": chance.choice(["", "", "", "Yes"]),
        "Legal basis for processing contact's data": chance.choice(
            ["Freely given consent from contact", "Legitimate interest – existing customer", ""]
        ),
    }  # fmt: skip


def _deal(p: dict, chance: random.Random) -> dict:
    at = TODAY - timedelta(days=chance.randint(5, 300))
    _, title, price = ARTICLES[chance.randint(0, 1)]
    return {
        "Record ID": _record(p)[::-1], "Deal Name": f"{title}, made to measure",
        "Deal Stage": chance.choice(["Closed Won", "Closed Won", "Closed Lost", "Proposal"]),
        "Close Date": f"{at:%Y-%m-%d %H:%M}", "Deal owner": "Sam Weiss",
        "Amount": f"{price * 2:.2f}", "Currency": "EUR", "Pipeline": "Sales Pipeline",
        "Associated Contact": f"{p['first']} {p['last']} ({p['mail']})",
        "Associated Contact IDs": _record(p),
    }  # fmt: skip


def _visit(p: dict, chance: random.Random) -> list[str]:
    """Two pages, an article, and now and then a purchase, of one browser."""
    at = TODAY - timedelta(days=chance.randint(1, 60))
    device = f"{chance.randint(10**8, 10**9)}.{int(at.timestamp()) - 5000}"
    sku, title, price = chance.choice(ARTICLES)
    item = {"item_id": sku, "item_name": title, "price": price, "quantity": 1}
    names = ["page_view", "page_view", "view_item"] + ["purchase"] * (chance.random() < 0.3)
    return [
        json.dumps({
            "event_date": f"{at:%Y%m%d}",
            "event_timestamp": str(int((at + timedelta(seconds=40 * n)).timestamp() * 1e6)),
            "event_name": name,
            "event_params": [
                {"key": "page_location", "value": {"string_value": f"https://shop.example/{sku}"}},
                {"key": "currency", "value": {"string_value": "EUR"}},
                {"key": "engagement_time_msec", "value": {"int_value": str(900 * n + 100)}},
            ],
            "user_id": None, "user_pseudo_id": device,
            "ecommerce": {"transaction_id": f"W-{device[:6]}"} if name == "purchase" else None,
            "items": [item] if name in ("view_item", "purchase") else [],
        }) + "\n"
        for n, name in enumerate(names)
    ]  # fmt: skip


def _record(p: dict) -> str:
    return str(int(p["id"]) % 1_000_000 + 51_000_000)


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
