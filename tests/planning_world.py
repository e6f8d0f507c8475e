"""A workspace with a full calendar: sends that went out, that are scheduled and that wait, to
people who partly overlap. For the tests of the calendar, of stories, of reports and of sent mail.

Everything goes through the ledger's own functions, as campaigns do; only the agents are left out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from domain.plan import HELD_BACK, Cap, QuietHours
from domain.publication import Content, RenderedVariant, Sender
from ledger import approvals, consent, publications, runs, snapshots, subjects
from ledger import tables as t
from ledger.approvals import Approval
from ledger.database import Ledger, Transaction
from ledger.people import Person
from ledger.publications import Assignment, Publication
from ledger.snapshots import Member
from tests.campaign_world import Shop, contact
from tests.desk_world import Desk, make_desk
from tests.integration.ledger_world import agree

TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)
ZONE = "Europe/Berlin"
CAP = Cap(most=2, days=7)
MAIL = (
    "<!doctype html><html><body><h1>Halden</h1><p>Good morning {{first_name}},</p>"
    '<p><a href="{{unsubscribe_url}}">Unsubscribe</a></p></body></html>'
)


@dataclass
class Planning:
    """Sends in one ledger. Times are given as days and hours from TUESDAY, 9:00 UTC."""

    ledger: Ledger
    owner: Person
    everybody: list[str] = field(default_factory=list)
    """Customer ids."""

    def start(self, goal: str) -> str:
        with self.ledger.write() as tx:
            return runs.start(tx, goal, self.owner.id).id

    def ask(self, goal: str, who: slice, at: datetime, **changes: object) -> Approval:
        """A mail that waits for a yes."""
        with self.ledger.write() as tx:
            run = runs.start(tx, goal, self.owner.id)
            asked, _ = self._ask(tx, run.id, who, at, changes)
            runs.set_status(tx, run.id, "waiting", "waits for approval of what would go out")
            return asked

    def schedule(
        self, goal: str, who: slice, at: datetime, *, held: int = 0, **changes: object
    ) -> Publication:
        """A mail that somebody said yes to, due at one moment for everybody."""
        with self.ledger.write() as tx:
            run = runs.start(tx, goal, self.owner.id)
            asked, names = self._ask(tx, run.id, who, at, changes)
            approvals.decide(tx, asked.id, self.owner, "approve", asked.content_hash)
            assignments = [
                Assignment(pseudonym=name, arm=HELD_BACK, timezone=ZONE)
                if number < held
                else Assignment(pseudonym=name, arm="a", due_at=at, timezone=ZONE)
                for number, name in enumerate(names)
            ]
            content = Content.model_validate(asked.content)
            made = publications.enqueue(tx, content, asked.id, assignments)
            runs.set_status(tx, run.id, "publishing", "scheduled as approved")
            return made

    def settle(self, made: Publication, **states: Sequence[str]) -> None:
        """What became of its messages: ``sent=…`` and so on name pseudonyms; the rest went out."""
        with self.ledger.write() as tx:
            c = t.sends.c
            mine = c.publication_id == made.id
            went = {"state": "sent", "sending_at": made.starts_at, "sent_at": made.starts_at}
            tx.connection.execute(sa.update(t.sends).where(mine).values(**went))
            for state, names in states.items():
                these = sa.and_(mine, c.pseudonym.in_(names))
                left = {"state": state, "sent_at": None}
                left |= {"reason": "cap_reached"} if state == "left_out" else {}
                tx.connection.execute(sa.update(t.sends).where(these).values(**left))
            publications.close_done(tx)

    def names(self, who: slice) -> list[str]:
        with self.ledger.read() as tx:
            known = subjects.known(tx, self.everybody)
        return [known[one] for one in self.everybody[who]]

    def _ask(
        self, tx: Transaction, run_id: str, who: slice, at: datetime, changes: dict[str, object]
    ) -> tuple[Approval, list[str]]:
        known = subjects.pseudonyms(tx, self.everybody[who])
        names = [known[one] for one in self.everybody[who]]
        ref = snapshots.freeze(tx, [Member(pseudonym=name, timezone=ZONE) for name in names])
        local = at + timedelta(hours=1)  # Berlin, in winter
        content = Content.model_validate(
            {
                "campaign_id": run_id,
                "brief_hash": "b",
                "variants": (
                    RenderedVariant(
                        id="a", subject="One watch", preheader="", html=MAIL, text="Hello"
                    ),
                ),
                "arms": (("a", 0.8), (HELD_BACK, 0.2)),
                "snapshot_hash": ref.hash,
                "size": ref.size,
                "channel": "email",
                "sender": Sender(address="hello@halden.test", name="Halden"),
                "offer": None,
                "cap": CAP,
                "quiet_hours": QuietHours(),
                "send_hour": local.hour,
                "send_minute": local.minute,
                "window_start": at - timedelta(hours=1),
                "window_end": at + timedelta(days=3),
                "facts": (),
                **changes,
            }
        )
        return approvals.request(tx, run_id, "publish", content, content.hash()), names


def make_planning(ledger: Ledger, owner: Person, size: int = 40) -> Planning:
    """An empty calendar in a ledger, and people who agreed to mails."""
    found = Planning(ledger, owner, [f"c{number:03d}" for number in range(size)])
    with ledger.write() as tx:
        subjects.pseudonyms(tx, found.everybody)
        consent.record(tx, [agree(one) for one in found.everybody])
    return found


@asynccontextmanager
async def planning_desk(folder: Path, size: int = 40) -> AsyncIterator[tuple[Desk, Planning]]:
    """A desk over such a calendar; the people's addresses are in memory."""
    limits = {"cap_most": CAP.most, "cap_days": CAP.days}
    sending = {"from_address": "hello@halden.test"}
    async with make_desk(
        folder, simulated_at=TUESDAY, settings={"limits": limits, "sending": sending}
    ) as desk:
        shop = Shop({c.customer_id: c for c in map(contact, range(size))})
        desk.site.stack = replace(desk.site.stack, customers=shop, people=shop, analytics=shop)
        yield desk, make_planning(desk.site.stack.ledger, desk.people["owner"], size)


def fill(plan: Planning) -> dict[str, str]:
    """A month as one sees it at work; the ids of what was made, by a short name."""
    day = timedelta(days=1)
    pearls = plan.schedule("Pearls, new this autumn", slice(0, 30), TUESDAY - 7 * day, held=4)
    plan.settle(pearls, left_out=plan.names(slice(28, 30)))
    letter = plan.schedule("Collector's letter No. 12", slice(10, 20), TUESDAY - 5 * day)
    plan.settle(letter, needs_review=plan.names(slice(10, 13)))
    advent = plan.schedule("Advent evening", slice(0, 25), TUESDAY + 3 * day + timedelta(hours=8))
    orders = plan.schedule("Last order dates", slice(5, 35), TUESDAY + 4 * day)
    late = plan.schedule("Engraving, last day", slice(0, 20), TUESDAY + 5 * day)
    year = plan.ask("A year on your wrist", slice(0, 18), TUESDAY + 2 * day + timedelta(hours=9))
    return {
        "pearls": pearls.id,
        "letter": letter.id,
        "advent": advent.id,
        "orders": orders.id,
        "late": late.id,
        "year": year.id,
    }
