"""A small campaign, ready to send, for the tests of the ledger."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
import sqlalchemy as sa

from domain.customer import Consent
from domain.facts import Facts, HouseFact, Product
from domain.money import Money
from domain.plan import HELD_BACK, Cap, QuietHours
from domain.publication import CitedFact, Content, RenderedVariant, Sender
from ledger import approvals, clock, consent, facts, people, publications, runs, sends, subjects
from ledger.database import Ledger, Transaction, create, open_ledger
from ledger.people import Person
from ledger.publications import Assignment

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = b"a key for tests"
LATE = timedelta(hours=12)


@dataclass(frozen=True)
class Receipt:
    message_id: str = "<1@example.test>"
    response: str = "250 ok"


@dataclass
class World:
    """A simulated workspace in which a campaign was approved and scheduled for ``size`` people."""

    ledger: Ledger
    owner: Person
    run_id: str
    customers: list[str]
    facts: Facts
    names: dict[str, str] = field(default_factory=dict)
    """Customer → pseudonym."""
    publication_id: str = ""
    approval_id: str = ""

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with self.ledger.write() as tx:
            yield tx

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        with self.ledger.read() as tx:
            yield tx

    def claim(self, worker: str = "w", limit: int = 100) -> list[sends.Send]:
        with self.ledger.write() as tx:
            return sends.claim(tx, worker, limit)

    def mark(self, send: sends.Send, worker: str = "w", address: str | None = None) -> str:
        with self.ledger.write() as tx:
            return sends.mark_sending(
                tx, send, worker, self.address(send) if address is None else address, KEY, LATE
            )

    def address(self, send: sends.Send) -> str:
        who = {p: c for c, p in self.names.items()}.get(send.pseudonym, send.pseudonym)
        return f"{who}@example.test"

    def states(self) -> dict[str, int]:
        with self.ledger.read() as tx:
            return {str(k): n for k, n in publications.counts(tx, self.publication_id).items()}

    def advance(self, by: timedelta) -> None:
        with self.ledger.write() as tx:
            clock.advance(tx, tx.now + by)


def watch(price: str = "4200", stock: int = 1) -> Product:
    return Product(
        id="watch-1968",
        name="Dress watch",
        category="watch",
        price=Money(amount=Decimal(price), currency="EUR"),
        stock=stock,
    )


HOUSE = HouseFact(id="house-munich", text="Halden has been in Munich since 1931.")


def some_facts(price: str = "4200", stock: int = 1) -> Facts:
    return Facts(products=(watch(price, stock),), house=(HOUSE,))


def ledger_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'ledger.sqlite'}"


def make_ledger(folder: Path, *, at: datetime | None = MONDAY) -> Ledger:
    """A new ledger; migrated once a process and then copied, to keep the tests quick.

    With MAINSPRING_TEST_POSTGRES (the URL of a server where databases may be made, for the
    driver psycopg) the same tests run there.
    """
    if server := os.environ.get("MAINSPRING_TEST_POSTGRES"):
        return _on_postgres(server, at)
    if at not in _TEMPLATES:
        _TEMPLATES[at] = Path(_KEPT.name) / str(len(_TEMPLATES))
        _TEMPLATES[at].mkdir()
        create(ledger_url(_TEMPLATES[at]), simulated_at=at)
    shutil.copy(_TEMPLATES[at] / "ledger.sqlite", folder)
    return open_ledger(ledger_url(folder))


def raw_bytes(folder: Path) -> bytes:
    """All that the ledger wrote to disk; the test is skipped where that is not ours to read."""
    if "MAINSPRING_TEST_POSTGRES" in os.environ:
        pytest.skip("the ledger is on a server")
    return b"".join(path.read_bytes() for path in folder.iterdir())


def _on_postgres(server: str, at: datetime | None) -> Ledger:
    name = "t" + uuid4().hex
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    url = sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    create(url, simulated_at=at)
    return open_ledger(url)


_KEPT = TemporaryDirectory(prefix="ledger-")
_TEMPLATES: dict[datetime | None, Path] = {}


def make_content(tx: Transaction, run_id: str, **changes: object) -> Content:
    cited = facts.hashes(tx, ["watch-1968.price", "house-munich"])
    variant = RenderedVariant(id="a", subject="One watch", preheader="", html="<p>", text="Hello")
    values: dict[str, object] = {
        "campaign_id": run_id,
        "brief_hash": "b",
        "variants": (variant,),
        "arms": (("a", 0.8), (HELD_BACK, 0.2)),
        "snapshot_hash": "s",
        "size": 5,
        "channel": "email",
        "sender": Sender(address="hello@halden.test", name="Halden"),
        "offer": None,
        "cap": Cap(most=2, days=7),
        "quiet_hours": QuietHours(),
        "send_hour": 10,
        "window_start": MONDAY,
        "window_end": MONDAY + timedelta(days=3),
        "facts": tuple(CitedFact(fact_id=i, fact_hash=h) for i, h in cited.items()),
    }
    return Content.model_validate({**values, **changes})


def approve(tx: Transaction, content: Content, person: Person) -> str:
    asked = approvals.request(tx, content.campaign_id, "publish", content, content.hash())
    approvals.decide(tx, asked.id, person, "approve", content.hash())
    return asked.id


def make_world(folder: Path, size: int = 4, held_back: int = 1, **changes: object) -> World:
    ledger = make_ledger(folder)
    customers = [f"c{n}" for n in range(size + held_back)]
    with ledger.write() as tx:
        owner = people.add(tx, "Ada", "ada@halden.test", "owner")
        run = runs.start(tx, "Viewings for the dress watch", owner.id)
        facts.put(tx, some_facts(), "brand")
        world = World(ledger, owner, run.id, customers, some_facts())
        world.names = subjects.pseudonyms(tx, customers)
        consent.record(tx, [agree(c) for c in customers])
        content = make_content(tx, run.id, **changes)
        world.approval_id = approve(tx, content, owner)
        publication = publications.enqueue(
            tx, content, world.approval_id, make_assignments(world, size)
        )
        world.publication_id = publication.id
    return world


def make_assignments(
    world: World, size: int, due_at: datetime = MONDAY, zone: str = "Europe/Berlin"
) -> list[Assignment]:
    return [
        Assignment(pseudonym=world.names[c], arm="a", due_at=due_at, timezone=zone)
        if n < size
        else Assignment(pseudonym=world.names[c], arm=HELD_BACK, timezone=zone)
        for n, c in enumerate(world.customers)
    ]


def agree(customer_id: str, *, given: bool = True, at: datetime | None = None) -> Consent:
    return Consent(
        customer_id=customer_id,
        purpose="email_marketing",
        given=given,
        at=at or MONDAY - timedelta(days=30),
        source="shop, double opt-in",
    )
