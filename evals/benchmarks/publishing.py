"""``bench publish``: mails through the ledger, beside a bare loop to the same server.

Ours looks recipients up, checks each in the ledger and commits before each group of mails; the
bare loop fills in the name, builds the mail and hands it over. Both make as many connections anew
in each round and close them in it, take turns at going first, and the medians of the rounds count.
"""

from __future__ import annotations

import asyncio
import csv
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiosmtplib

from app.importing import import_file
from app.stack import build_stack
from app.workspace import Workspace
from domain.customer import Contact
from domain.plan import Cap, QuietHours
from domain.publication import Content, Message, RenderedVariant, Sender
from evals.benchmarks.figures import Measurement, median, ratio
from evals.benchmarks.workspace import bench_workspace
from evals.market.inbox import Inbox, running_inbox
from ledger import approvals, publications, runs, snapshots, subjects
from ledger.publications import Assignment
from ledger.snapshots import Member
from tools.esp.mime import build
from tools.esp.smtp import SmtpSending
from tools.render.fill import fill
from workflows.publish import publish_due
from workflows.stack import Stack

ROUNDS = 5
MAILS = 1000
"""In each round, by each of both."""
CONNECTIONS = 4
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
SENDER = Sender(address="post@bench.example", name="Bench")


async def measure(data: Path | None) -> tuple[Measurement, ...]:
    """``data`` is not used: the mails are made here, of a usual size."""
    ours, bare = [], []
    with tempfile.TemporaryDirectory(prefix="mainspring-bench-") as name:
        folder = Path(name)
        with running_inbox(folder / "inbox") as inbox:
            workspace = _workspace(folder, inbox)
            stack = build_stack(workspace)
            stack = replace(stack, limits=replace(stack.limits, at_once=CONNECTIONS))
            for number in range(ROUNDS):
                _schedule(workspace, number)
                if number % 2:  # whichever goes first finds the machine a little different
                    bare.append(await _bare(inbox, number))
                ours.append(await _through_the_ledger(stack))
                if not number % 2:
                    bare.append(await _bare(inbox, number))
            kept = len(inbox.received())
    assert kept == 2 * ROUNDS * MAILS, f"{kept} mails arrived"
    return (
        median("through the ledger", ours, "mails/s"),
        median(
            "bare loop", bare, "mails/s", f"{CONNECTIONS} connections, each mail filled and built"
        ),
        ratio("of the bare loop's rate", ours, bare, "median of the rounds' own ratios"),
    )


async def _through_the_ledger(stack: Stack) -> float:
    began = time.perf_counter()
    counts = await publish_due(stack, "bench")
    assert isinstance(stack.sending, SmtpSending)
    await stack.sending.close()
    seconds = time.perf_counter() - began
    assert counts.sent == MAILS, f"{counts.sent} of {MAILS} went out"
    return MAILS / seconds


async def _bare(inbox: Inbox, number: int) -> float:
    variant = _variant()

    async def hand_over(places: range) -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=inbox.port) as client:
            for place in places:
                address = f"bare{place}@mail.example.test"
                contact = Contact(customer_id=str(place), email=address, first_name="Anna")
                filled = fill(variant, contact, unsubscribe_url=f"http://127.0.0.1/u/{place}")
                message = Message(
                    key=f"bare-{number}-{place:06d}",
                    campaign_id="bare",
                    to_address=address,
                    sender=SENDER,
                    subject=filled.subject,
                    html=filled.html,
                    text=filled.text,
                    unsubscribe_url=f"http://127.0.0.1/u/{place}",
                )
                await client.sendmail(SENDER.address, [address], build(message))

    began = time.perf_counter()
    await asyncio.gather(*(hand_over(range(k, MAILS, CONNECTIONS)) for k in range(CONNECTIONS)))
    return MAILS / (time.perf_counter() - began)


def _workspace(folder: Path, inbox: Inbox) -> Workspace:
    workspace = bench_workspace(
        folder,
        at=NOW,
        settings={
            "sending": {
                "from_address": SENDER.address,
                "smtp_host": "127.0.0.1",
                "smtp_port": inbox.port,
                "connections": CONNECTIONS,
            }
        },
    )
    customers = folder / "customers.csv"
    with customers.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["customer_id", "email", "first_name", "email_marketing", "email_marketing_at",
             "email_marketing_source"]
        )  # fmt: skip
        for person in range(ROUNDS * MAILS):
            writer.writerow(
                [f"C{person:06d}", f"reader{person}@mail.example.test", "Anna", "true",
                 "2026-01-05T10:00:00Z", "bench"]
            )  # fmt: skip
    import_file(workspace, "customers", customers, mapping={}, timezone="UTC", currency="EUR")
    return workspace


def _schedule(workspace: Workspace, number: int) -> None:
    """An approved campaign to people who got none of the others."""
    ids = [f"C{number * MAILS + place:06d}" for place in range(MAILS)]
    with workspace.ledger.write() as tx:
        owner = workspace.person(tx)
        known = subjects.pseudonyms(tx, ids)
        snapshot = snapshots.freeze(
            tx, [Member(pseudonym=p, timezone="Europe/Berlin") for p in known.values()]
        )
        run = runs.start(tx, f"Bench {number}", owner.id)
        content = Content(
            campaign_id=run.id,
            brief_hash="0" * 64,
            variants=(_variant(),),
            arms=(("a", 1.0),),
            snapshot_hash=snapshot.hash,
            size=MAILS,
            channel="email",
            sender=SENDER,
            offer=None,
            cap=Cap(most=3),
            quiet_hours=QuietHours(),
            send_hour=10,
            window_start=NOW - timedelta(hours=1),
            window_end=NOW + timedelta(days=1),
            facts=(),
        )
        asked = approvals.request(tx, run.id, "publish", content, content.hash())
        approvals.decide(tx, asked.id, owner, "approve", asked.content_hash)
        publications.enqueue(
            tx,
            content,
            asked.id,
            [
                Assignment(pseudonym=p, arm="a", due_at=NOW, timezone="Europe/Berlin")
                for p in known.values()
            ],
        )


def _variant() -> RenderedVariant:
    """A mail of a usual size: about 20 KB of HTML."""
    row = '<tr><td style="padding:0 24px;font-family:Georgia,serif">34 mm, steel, 1968.</td></tr>'
    return RenderedVariant(
        id="a",
        subject="A 1968 dress watch, and its one scratch",
        preheader="34 mm, steel, serviced here in March.",
        html=f"<html><body><p>Good morning {{{{first_name}}}},</p><table>{row * 220}</table>"
        '<a href="{{unsubscribe_url}}">Unsubscribe</a></body></html>',
        text="Good morning {{first_name}},\n\n34 mm, steel, 1968.\n\n{{unsubscribe_url}}\n",
        fallbacks=(("first_name", ""),),
    )
