"""What other processes do at the same time, with the ledger alone: they start in a moment."""

from __future__ import annotations

import json
import multiprocessing
from datetime import UTC, datetime
from pathlib import Path

from domain.customer import Consent
from ledger import approvals, consent, facts, people, runs
from ledger.database import open_ledger
from ledger.errors import LedgerError
from tests.unit import copy_world

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def decide(folder: str, approval_id: str, content_hash: str, decision: str, go: object) -> None:
    """One process that decides as soon as all are ready; says what came of it."""
    ledger = open_ledger(f"sqlite:///{folder}/ledger.sqlite")
    with ledger.read() as tx:
        owner = people.get(tx, runs.list_runs(tx)[0].started_by)
    edit = {"variants": {"a": {"subject": "A watch, one scratch"}}} if decision == "edit" else None
    go.wait()  # type: ignore[attr-defined]
    try:
        with ledger.write() as tx:
            approvals.decide(
                tx,
                approval_id,
                owner,
                decision,  # type: ignore[arg-type]
                content_hash,
                "because",
                edit,
            )
        said = "won"
    except LedgerError as error:
        said = error.code
    path = Path(folder) / "said" / f"{multiprocessing.current_process().pid}.json"
    path.write_text(json.dumps([decision, said]))


def bring_in(folder: str, go: object) -> None:
    """A process that imports consents and facts again and again."""
    ledger = open_ledger(f"sqlite:///{folder}/ledger.sqlite")
    go.wait()  # type: ignore[attr-defined]
    for number in range(40):
        with ledger.write() as tx:
            given = Consent(
                customer_id=f"n{number:03d}",
                purpose="email_marketing",
                given=True,
                at=MONDAY,
                source="import",
            )
            consent.record(tx, [given])
            facts.put(tx, copy_world.FACTS, "test")


def start_some(folder: str, go: object) -> None:
    """A process that starts campaigns."""
    ledger = open_ledger(f"sqlite:///{folder}/ledger.sqlite")
    go.wait()  # type: ignore[attr-defined]
    with ledger.read() as tx:
        owner = runs.list_runs(tx)[0].started_by
    for _ in range(5):
        with ledger.write() as tx:
            runs.start(tx, "Sell the 1968 dress watch.", owner)
