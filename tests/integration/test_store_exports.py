"""Exports of Klaviyo and Shopify: recognised by their header, and read into one set of people."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from tests.export_world import ExportWorld
from tools.store.intake import recognise_file

EXPORTS = Path(__file__).parents[2] / "docs" / "examples" / "exports"
ORDER = (
    "Name,Email,Financial Status,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,"
    "Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,"
    "Cancelled at,Refunded Amount,Source,Lineitem discount,Tax 1 Name"
)


@pytest.fixture
def shop(tmp_path: Path) -> ExportWorld:
    return ExportWorld(tmp_path)


def test_an_order_of_several_lines_a_refund_and_a_cancelled_one(shop: ExportWorld) -> None:
    file = shop.write(
        "orders.csv",
        ORDER,
        # two lines, 10 % off the whole order, 19 % in the price, 20 taken back
        "#1,Ada@example.test,partially_refunded,yes,EUR,180.00,0.00,28.74,180.00,20.00,"
        "2026-03-01 10:00:00 +0100,1,Ring,150.00,R-1,,20.00,web,0.00,MwSt. 19%",
        "#1,Ada@example.test,,,,,,,,,2026-03-01 10:00:00 +0100,1,Strap,50.00,,,,,0.00,",
        # the tax stands beside the price
        "#2,ada@example.test,paid,no,EUR,100.00,0.00,19.00,119.00,0.00,"
        "2026-04-01 10:00:00 +0200,2,Strap,50.00,S-1,,0.00,pos,0.00,MwSt. 19%",
        "#3,bo@example.test,voided,no,EUR,50.00,0.00,0.00,50.00,0.00,"
        "2026-04-02 10:00:00 +0200,1,Strap,50.00,S-1,2026-04-02 11:00:00 +0200,0.00,web,0.00,",
    )
    intake = shop.take(file, "orders")
    assert intake.export == "Shopify orders export"
    assert (intake.added, intake.quarantined) == (4, 0)
    assert "1 lines of cancelled or voided orders: left out." in intake.notes
    lines = shop.rows("orders", "order_id, product_id, channel, net, cancellation", "line_id")
    assert lines == [
        ("#1", "R-1", "shop", round(Decimal("135") / Decimal("1.19"), 6), False),
        ("#1", "refund", "shop", round(Decimal("-20") / Decimal("1.19"), 6), True),
        ("#1", "strap", "shop", round(Decimal("45") / Decimal("1.19"), 6), False),
        ("#2", "S-1", "boutique", Decimal("100"), False),
    ]
    buyers = {row[0] for row in shop.rows("orders", "customer_id", "line_id")}
    assert len(buyers) == 1  # an address is one person, whatever its case
    assert shop.take(file, "orders").added == 0


def test_every_export_of_a_shop_names_the_same_people(shop: ExportWorld) -> None:
    for name, kinds in (
        ("klaviyo-list.csv", ["customers"]),
        ("shopify-orders.csv", ["orders", "customers"]),
        ("shopify-customers.csv", ["customers"]),
    ):
        export = recognise_file(EXPORTS / name)
        assert export is not None
        assert [part.kind for part in export.parts] == kinds
        for kind in kinds:
            shop.take(EXPORTS / name, kind)
    with (EXPORTS / "shopify-customers.csv").open() as file:
        people = {row["Email"] for row in csv.DictReader(file)}
    known = {row[0] for row in shop.rows("profiles", "customer_id", "1")}
    assert len(known) == len(people)
    assert {row[0] for row in shop.rows("orders", "customer_id", "1")} <= known


def test_a_customer_known_by_an_own_id_stays_that_customer(shop: ExportWorld) -> None:
    own = shop.write("own.csv", "customer_id,email", "K-77,person1@example.test")
    shop.take(own, "customers")
    shop.take(EXPORTS / "shopify-customers.csv", "customers")
    ids = shop.rows("profiles", "DISTINCT customer_id", "1 LIMIT 1")
    of_person_one = {
        row[0]
        for row in shop.rows("profiles", "customer_id, email", "1")
        if row[1] == "person1@example.test"
    }
    assert ids
    assert of_person_one == {"K-77"}


def test_klaviyo_never_subscribed_is_no_answer_and_a_suppression_is_a_no(shop: ExportWorld) -> None:
    file = shop.write(
        "list.csv",
        "Email,Klaviyo ID,Source,Email Marketing Consent,Email Marketing Consent Timestamp,"
        "Email Suppressions",
        "a@example.test,1,Footer form,SUBSCRIBED,2025-01-02 10:00:00,[]",
        "b@example.test,2,,NEVER_SUBSCRIBED,,[]",
        "c@example.test,3,Footer form,SUBSCRIBED,2025-01-02 10:00:00,['HARD_BOUNCE']",
        "d@example.test,4,,UNSUBSCRIBED,2025-05-02 10:00:00,",
        "e@example.test,5,,SUBSCRIBED,,[]",
    )
    intake = shop.take(file, "customers")
    answers = {(c.given, c.source) for c in intake.consents}
    assert intake.export == "Klaviyo list export"
    assert [c.given for c in intake.consents].count(True) == 1
    assert (True, "Klaviyo, Footer form") in answers
    assert (False, "Klaviyo, suppressed") in answers
    assert len(intake.consents) == 3  # b gave no answer, e's yes proves nothing
    said = {"email_consent_source": "=checkout", "email_consent_at": "=2025-01-01"}
    filled = shop.take(file, "customers", mapping=said)
    yes = {c.source for c in filled.consents if c.given}
    assert yes == {"Klaviyo, Footer form", "checkout"}  # what the file says stays


def test_plain_files_and_other_systems_are_no_export(shop: ExportWorld) -> None:
    for header in ("Invoice,StockCode,Quantity,Price", "email,first_name", "Name,Email,Total"):
        assert recognise_file(shop.write("plain.csv", header, "1,2,3,4")) is None


@pytest.mark.shared
@pytest.mark.parametrize(("name", "facts"), [("apparel", 22), ("jewelery", 23)])
def test_real_product_feeds_become_facts(
    shop: ExportWorld, shared_data: Path, name: str, facts: int
) -> None:
    intake = shop.take(shared_data / "products" / f"{name}.csv", "facts", currency="USD")
    assert intake.facts is not None
    assert len(intake.facts.products) == facts
    assert len({p.id for p in intake.facts.products}) == facts
    assert all(p.price.amount > 0 for p in intake.facts.products)
    assert all(p.lowest_price_30_days is None for p in intake.facts.products)
