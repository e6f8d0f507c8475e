"""Every kind of entry of the history reads as words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.history_words import KINDS, in_words, thing_in_words
from ledger.journal import Entry

ROOT = Path(__file__).parents[2]


def entry(kind: str, thing: str = "sending", data: dict[str, object] | None = None) -> Entry:
    at = datetime(2026, 11, 2, tzinfo=UTC)
    return Entry.model_validate(
        {"seq": 1, "at": at, "kind": kind, "person_id": None, "thing": thing, "data": data or {},
         "hash": "0"}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("run_status", {"status": "waiting"}, "campaign waits for a person"),
        ("approval_approved", {"gate": "publish"}, "approved the scheduled send"),
        ("sent", {"keys": ["a", "b"]}, "messages sent: 2"),
        ("sent", {}, "sent"),
        ("snapshot_frozen", {"size": 1200}, "audience frozen: 1,200"),
        ("something_new", {}, "something new"),
    ],
)
def test_entries_read_as_words(kind: str, data: dict[str, object], said: str) -> None:
    assert in_words(entry(kind, data=data)) == said


def test_every_kind_that_the_ledger_writes_has_words() -> None:
    texts = [path.read_text("utf-8") for path in (ROOT / "ledger").glob("*.py")]
    written = re.compile(r"(?:journal\.append|tell)\(\s*tx,\s*\"(\w+)\"")
    kinds = {kind for text in texts for kind in written.findall(text)}
    assert len(kinds) > 20
    assert kinds <= set(KINDS)


@pytest.mark.parametrize(
    ("thing", "said"),
    [
        ("0199e1d2-7d1c-7b55-a3f0-6bd1c4e2aa10", "…c4e2aa10"),
        ("sending", "sending"),
        ("p1", "Ada"),
        ("customers:a-very-long-file-name.csv", "customers:a-very-long-file-name.csv"),
    ],
)
def test_things_are_named(thing: str, said: str) -> None:
    assert thing_in_words(entry("x", thing), {"p1": "Ada"}) == said
