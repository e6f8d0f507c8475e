"""The exports of a simulated market: readable, complete, with the faults of real ones."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from domain.customer import EVENT_NAMES
from evals.market.answer import answer
from evals.market.history import Exports, Market, make_market, write_history
from evals.market.received import asks_for, read_mails
from evals.market.world import World

SMALL = World(seed=11, customers=3_000)


@pytest.fixture(scope="module")
def market() -> Market:
    return make_market(SMALL)


@pytest.fixture(scope="module")
def exports(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Exports:
    return write_history(market, tmp_path_factory.mktemp("exports"))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_customers_have_gaps_conflicts_and_consents_with_evidence(exports: Exports) -> None:
    rows = rows_of(exports.customers)
    ids = Counter(row["customer_id"] for row in rows)
    assert len(ids) == SMALL.customers
    assert any(times == 2 for times in ids.values()), "nobody stands there twice"
    assert any(not row["email"] for row in rows)
    assert any(row["email"] and "@" not in row["email"] for row in rows)
    assert any(not row["timezone"] for row in rows)
    assert {row["language"] for row in rows} == {"de", "en", ""}
    assert len({row["timezone"] for row in rows}) > 5
    agreed = [row for row in rows if row["email_marketing"] == "true"]
    assert 0.5 < len(agreed) / len(rows) < 0.75
    with_evidence = [row for row in agreed if row["email_marketing_at"]]
    assert 0 < len(agreed) - len(with_evidence) < 0.05 * len(agreed)
    tracked = [row for row in agreed if row["email_tracking"] == "true"]
    assert 0.4 < len(tracked) / len(agreed) < 0.75
    assert not any(
        row["email_tracking"] == "true" for row in rows if row["email_marketing"] != "true"
    )


def test_orders_have_returns_discounts_channels_and_lines_that_nobody_can_read(
    exports: Exports,
) -> None:
    rows = rows_of(exports.orders)
    assert {row["channel"] for row in rows} == {"shop", "boutique", "phone"}
    back = [row for row in rows if row["cancellation"] == "true"]
    assert back
    assert all(row["quantity"] == "-1" for row in back)
    assert any(float(row["discount"]) > 0 for row in rows if row["discount"])
    assert {row["vat_rate"] for row in rows} == {"0.00", "0.19"}
    assert any(not row["customer_id"] for row in rows)
    sold = [r for r in rows if r["category"] == "watch" and r["cancellation"] == "false"]
    repeated = Counter(row["line_id"] for row in sold)
    assert sum(times > 1 for times in repeated.values()) < 0.01 * len(sold)
    unreadable = [row for row in rows if row["order_id"].startswith("X-")]
    assert len(unreadable) == SMALL.unreadable_rows


def test_events_have_the_fields_words_and_end_with_the_history(exports: Exports) -> None:
    table = pq.read_table(exports.events)
    assert set(table["event"].to_pylist()) <= set(EVENT_NAMES)
    assert max(table["timestamp"].to_pylist()) < SMALL.end
    assert table.num_rows == exports.rows["events"]
    machines = table.filter(table["machine"])
    assert set(machines["event"].to_pylist()) == {"Email Opened"}


def mail(folder: Path, to: str, *, campaign: str, sent: datetime, text: str, number: int) -> None:
    made = EmailMessage()
    made["To"] = to
    made["Subject"] = "A 1968 dress watch, and its one scratch"
    made["Date"] = format_datetime(sent)
    made["X-Mainspring-Campaign"] = campaign
    made.set_content(text)
    made.add_alternative(f"<p>{text}</p>", subtype="html")
    (folder / f"{number:06d}.eml").write_bytes(made.as_bytes())


def test_the_market_answers_the_mails_that_arrived(market: Market, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    reachable = [a for a in market.identities.emails if "@" in a][:400]
    sent = SMALL.end + timedelta(days=1)
    for number, address in enumerate(reachable):
        text = "Book half an hour: https://halden.example/viewing?utm_source=x"
        mail(inbox, address, campaign="c-1", sent=sent, text=text, number=number)
    mails = read_mails(sorted(inbox.glob("*.eml")))
    assert {m.asks for m in mails} == {"viewing"}
    got = answer(
        market,
        mails,
        start=SMALL.end,
        end=SMALL.end + timedelta(days=14),
        number=1,
        folder=tmp_path / "answer",
    )
    again = answer(
        market,
        mails,
        start=SMALL.end,
        end=SMALL.end + timedelta(days=14),
        number=1,
        folder=tmp_path / "again",
    )
    assert got.events.read_text("utf-8") == again.events.read_text("utf-8")
    assert got.orders.read_text("utf-8") == again.orders.read_text("utf-8")
    text = got.events.read_text("utf-8")
    for name in ("Email Delivered", "Email Opened", "Email Link Clicked", "Viewing Booked"):
        assert f'"{name}"' in text
    delivered = [line for line in text.splitlines() if '"Email Delivered"' in line]
    bounced = [line for line in text.splitlines() if '"Email Bounced"' in line]
    assert len(delivered) + len(bounced) == len(mails)


def test_without_mails_the_same_people_do_the_same(market: Market, tmp_path: Path) -> None:
    span = {"start": SMALL.end, "end": SMALL.end + timedelta(days=14), "number": 1}
    quiet = answer(market, [], folder=tmp_path / "quiet", **span)  # type: ignore[arg-type]
    lines = quiet.events.read_text("utf-8").splitlines()
    assert lines
    assert not any('"Email' in line for line in lines)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("See it: https://halden.example/viewing?x=1", "viewing"),
        ("Bring it in: https://halden.example/service", "service"),
        ("Kommen Sie für eine halbe Stunde vorbei: https://halden.example/", "viewing"),
        ("Look at https://halden.example/watches/12", "shop"),
    ],
)
def test_a_mail_says_what_it_asks(text: str, asks: str) -> None:
    assert asks_for(text) == asks
