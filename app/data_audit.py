"""A first honest audit of the data: what there is, what is missing, what that stops."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Literal

from app import words
from app.stack import customer_data
from app.workspace import Workspace
from domain.frozen import Frozen
from domain.predicate import Everyone
from ledger import consent, journal
from tools.cdp.port import DataDescription

OLD_DAYS = 14
"""Data older than this tell little of whom to write to now."""
WELL_KNOWN = 0.95
"""A share of people above which a gap is not worth the first repair."""


RepairCode = Literal[
    "nothing_imported",  # there is nobody yet
    "no_consent",  # customers without a recorded yes
    "no_address",  # customers without a mail address
    "unknown_buyers",  # order lines that name no customer
    "old",  # the latest data are old
    "unreadable",  # rows that we could not read
    "no_events",  # nothing is known of mails and visits
]


class Repair(Frozen):
    code: RepairCode
    what: str
    why: str
    how: str
    """The command that does it."""


class DataAudit(Frozen):
    headline: str
    """The most useful repair, in a sentence."""
    rows: tuple[tuple[str, str], ...]
    repairs: tuple[Repair, ...]
    described: DataDescription
    agreed: int
    """Customers who agreed to marketing mail."""
    quarantined: int
    """Rows in the quarantine files."""
    set_aside: int = 0
    """Single values in the quarantine files, left out of rows that were kept."""
    conflicts: int = 0
    """Customers whom one file describes in two ways, over the files' latest imports."""


async def audit_data(workspace: Workspace) -> DataAudit:
    """Look at the store and at the consents. Raises CdpError."""
    data = customer_data(workspace)
    described = await data.describe()
    ids = await data.select(Everyone())

    def count_agreed() -> tuple[int, int, int]:
        with workspace.ledger.read() as tx:
            last = described.last_day
            today = tx.now.date()
            in_files = {e.thing: e.data.get("conflicts", 0) for e in journal.of_kind(tx, "import")}
            age = (today - last).days if last else 0
            return len(consent.agreed(tx, ids, "email_marketing")), age, sum(in_files.values())

    agreed, age, conflicts = await asyncio.to_thread(count_agreed)
    quarantined, set_aside = count_quarantined(workspace)
    repairs = tuple(_repairs(described, agreed, age, quarantined))
    headline = repairs[0].what if repairs else "Nothing in the data stands in a campaign's way."
    return DataAudit(
        headline=headline,
        rows=(
            *_rows(workspace, described, agreed, quarantined),
            ("single values left empty", f"{set_aside:,}"),
            ("customers contradicted in one file", f"{conflicts:,}"),
        ),
        repairs=repairs,
        described=described,
        agreed=agreed,
        quarantined=quarantined,
        set_aside=set_aside,
        conflicts=conflicts,
    )


def count_quarantined(workspace: Workspace) -> tuple[int, int]:
    """Rows that could not be read, and values left out of rows that could, over all imports."""
    rows = values = 0
    for path in sorted(workspace.quarantine_folder.glob("*.jsonl")):
        with path.open("rb") as file:
            for line in file:
                if "field" in json.loads(line):
                    values += 1
                else:
                    rows += 1
    return rows, values


def _rows(
    workspace: Workspace, described: DataDescription, agreed: int, quarantined: int
) -> Iterator[tuple[str, str]]:
    yield "customers", f"{described.customers:,}"
    yield "orders", f"{described.orders:,} in {described.order_lines:,} lines"
    yield "events", f"{described.events:,}"
    if described.first_day and described.last_day:
        yield "days", f"{words.day(described.first_day)} to {words.day(described.last_day)}"
    yield "agreed to marketing mail", _of(agreed, described.customers)
    yield (
        "order lines without a customer",
        _of(described.unknown_customer_lines, described.order_lines),
    )
    yield "exact repeats of a line", f"{described.duplicate_lines:,}"
    yield "rows that we could not read", f"{quarantined:,}"
    for figure in described.figures:
        yield figure.name.replace("_", " "), words.figure(figure, workspace.currency)


def _repairs(
    described: DataDescription, agreed: int, age: int, quarantined: int
) -> Iterator[Repair]:
    if not described.customers:
        yield Repair(
            code="nothing_imported",
            what="Nothing was imported yet.",
            why="Without orders or customers there is nobody to write to.",
            how="mainspring import orders FILE --tz ZONE --currency CODE",
        )
        return
    if agreed < WELL_KNOWN * described.customers:
        missing = described.customers - agreed
        yield Repair(
            code="no_consent",
            what=f"{missing:,} of {described.customers:,} customers cannot be mailed: no consent "
            "is recorded.",
            why="Nobody is mailed without a recorded yes.",
            how="mainspring import customers FILE with the columns email_consent, "
            "email_consent_at and email_consent_source",
        )
    email = next((f for f in described.figures if f.name == "email_known_share"), None)
    if email is not None and email.value is not None and email.value < WELL_KNOWN:
        yield Repair(
            code="no_address",
            what=f"Only {words.percent(email.value)} of the customers have a mail address.",
            why="The others are left out of every campaign.",
            how="mainspring import customers FILE with the columns customer_id and email",
        )
    unknown = described.unknown_customer_lines
    if described.order_lines and unknown > (1 - WELL_KNOWN) * described.order_lines:
        yield Repair(
            code="unknown_buyers",
            what=f"{words.percent(unknown / described.order_lines)} of the order lines name no "
            "customer.",
            why="What these people bought is kept and counted, but nobody knows who they are, so "
            "they may be written to as if they had not bought.",
            how="Export the orders with the customer's id, also from the till and the phone.",
        )
    if age > OLD_DAYS:
        yield Repair(
            code="old",
            what=f"The latest data are {age:,} days old.",
            why="Who bought since then would be written to as if they had not, and no effect can "
            "be measured.",
            how="Import a fresh export; what is known already is not added twice.",
        )
    if quarantined:
        yield Repair(
            code="unreadable",
            what=f"{quarantined:,} rows could not be read.",
            why="They are missing from every count.",
            how="Read the files in quarantine/, mend the rows, and import them again.",
        )
    if not described.events:
        yield Repair(
            code="no_events",
            what="There are no events.",
            why="The best hour is a default, and opens and clicks cannot be reported.",
            how="mainspring import events FILE with your mail server's deliveries, opens and "
            "clicks",
        )


def _of(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({words.percent(part / whole)})" if whole else f"{part:,}"
