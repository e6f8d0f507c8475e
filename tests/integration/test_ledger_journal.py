"""The journal: whatever is changed in it is found, and erasing a person changes nothing in it."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import consent, journal, people, subjects, suppression
from ledger.database import open_ledger
from ledger.errors import LedgerError
from tests.integration.ledger_world import KEY, agree, make_ledger, make_world, raw_bytes

COLUMNS = ("seq", "at", "kind", "person_id", "thing", "data", "hash")
ROWS = 12


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("journal")
    ledger = make_ledger(folder)
    for n in range(ROWS):
        with ledger.write() as tx:
            data = {"n": n, "at": datetime(2026, 1, 1, tzinfo=UTC), "word": "Köln"}
            journal.append(tx, "tested", person_id="p" if n % 2 else None, thing="t", data=data)
    ledger.close()
    return folder / "ledger.sqlite"


def _check(path: Path, statement: str, *parameters: object) -> journal.ChainCheck:
    """What verify says after a change; the change is taken back."""
    with sqlite3.connect(path, isolation_level=None) as connection:
        before = connection.execute("SELECT * FROM journal").fetchall()
        connection.execute(statement, parameters)
        ledger = open_ledger(f"sqlite:///{path}")
        with ledger.read() as tx:
            found = journal.verify(tx)
        ledger.close()
        connection.execute("DELETE FROM journal")
        connection.executemany("INSERT INTO journal VALUES (?,?,?,?,?,?,?)", before)
    return found


def test_a_whole_chain_is_whole(kept: Path) -> None:
    found = _check(kept, "SELECT 1")
    assert found == journal.ChainCheck(ok=True, entries=ROWS)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    row=st.integers(1, ROWS),
    column=st.sampled_from(COLUMNS[1:]),
    place=st.integers(0, 10_000),
    flip=st.integers(1, 255),
)
def test_any_flipped_byte_is_found(
    kept: Path, row: int, column: str, place: int, flip: int
) -> None:
    with sqlite3.connect(kept) as connection:
        query = f"SELECT CAST({column} AS BLOB) FROM journal WHERE seq = ?"
        value = connection.execute(query, (row,)).fetchone()[0]
    if value is None:
        value = b"\0"
    changed = bytearray(value)
    changed[place % len(changed)] ^= flip
    change = f"UPDATE journal SET {column} = CAST(? AS TEXT) WHERE seq = ?"
    found = _check(kept, change, bytes(changed), row)
    assert not found.ok
    assert found.first_bad == row


@settings(deadline=None, max_examples=25)
@given(row=st.integers(1, ROWS))
def test_a_removed_row_is_found_wherever_it_was(kept: Path, row: int) -> None:
    assert not _check(kept, "DELETE FROM journal WHERE seq = ?", row).ok


@settings(deadline=None, max_examples=25)
@given(first=st.integers(1, ROWS), second=st.integers(1, ROWS))
def test_rows_that_changed_places_are_found(kept: Path, first: int, second: int) -> None:
    change = "UPDATE journal SET seq = CASE seq WHEN ? THEN -? ELSE -? END WHERE seq IN (?, ?)"
    with sqlite3.connect(kept, isolation_level=None) as connection:
        before = connection.execute("SELECT * FROM journal").fetchall()
        connection.execute(change, (first, second, first, first, second))
        connection.execute("UPDATE journal SET seq = -seq WHERE seq < 0")
        ledger = open_ledger(f"sqlite:///{kept}")
        with ledger.read() as tx:
            assert journal.verify(tx).ok == (first == second)
        ledger.close()
        connection.execute("DELETE FROM journal")
        connection.executemany("INSERT INTO journal VALUES (?,?,?,?,?,?,?)", before)


def test_a_changed_head_is_found(tmp_path: Path) -> None:
    ledger = make_ledger(tmp_path)
    with ledger.write() as tx:
        journal.append(tx, "tested", person_id=None, thing="t", data={})
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.execute("DELETE FROM journal_head")
    with ledger.read() as tx:
        assert not journal.verify(tx).ok


def test_erasing_a_person_leaves_the_chain_whole_and_nothing_that_leads_back(
    tmp_path: Path,
) -> None:
    world = make_world(tmp_path)
    customer, address = "customer-number-4711", "someone@example.test"
    with world.write() as tx:
        name = subjects.pseudonyms(tx, [customer])[customer]
        consent.record(tx, [agree(customer)])
        assert subjects.erase(tx, customer, world.owner, addresses=[address], key=KEY)
        assert not subjects.erase(tx, customer, world.owner, addresses=[address], key=KEY)
    with world.read() as tx:
        assert journal.verify(tx).ok
        assert subjects.customer_ids(tx, [name]) == {}
        assert consent.latest(tx, [name], "email_marketing") == {}
        assert suppression.suppressed(tx, [address], KEY) == {address}
    raw = raw_bytes(tmp_path)
    assert customer.encode() not in raw
    assert address.encode() not in raw
    assert name.encode() in raw  # the journal's row of the erasure


def test_who_comes_back_after_erasure_is_somebody_new(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    with world.write() as tx:
        before = world.names["c0"]
        subjects.erase(tx, "c0", world.owner)
        assert subjects.pseudonyms(tx, ["c0"])["c0"] != before


def test_erasing_needs_the_right(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    with world.write() as tx:
        author = people.add(tx, "Bo", "bo@halden.test", "author")
        with pytest.raises(LedgerError) as refused:
            subjects.erase(tx, "c0", author)
    assert refused.value.code == "not_allowed"
