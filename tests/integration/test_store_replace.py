"""Segments that are replaced by one: for tidiness, and so that erased people are in none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from tools.cdp.port import CdpError
from tools.store.schema import EVENTS
from tools.store.segments import Store
from tools.store.tables import Tables
from tools.store.tidying import MANY, tidy, untidy

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Four segments of two events each."""
    store = Store(tmp_path / "data")
    for first in range(0, 8, 2):
        store.add("events", events(first, first + 1))
    return store


def events(*numbers: int) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "event_id": f"e{n}",
                "customer_id": f"c{n % 3}",
                "name": "Viewing Booked",
                "occurred_at": NOW - timedelta(hours=n),
                "machine": False,
            }
            for n in numbers
        ],
        schema=EVENTS,
    )


def ids(store: Store) -> list[str]:
    with Tables(store, NOW, "UTC") as tables:
        rows = tables.run(tables.events().select("event_id").order_by("event_id"))
        return [str(value) for value in rows.column("event_id").to_pylist()]


def test_one_segment_holds_the_rows_of_those_it_replaces(store: Store) -> None:
    before = store.manifest()

    new = store.replace(before.segments[:3])

    assert new is not None
    assert new.rows == 6
    assert store.manifest().segments == (before.segments[3], new)
    assert ids(store) == [f"e{n}" for n in range(8)]
    assert store.verify() == ()
    assert store.add("events", events(2)).added == 0  # it is still known


def test_rows_that_are_left_out_are_in_no_file(store: Store) -> None:
    erased = pa.table({"customer_id": ["c1"]})

    store.replace(
        store.manifest().segments,
        "SELECT * FROM old ANTI JOIN erased USING (customer_id)",
        {"erased": erased},
    )
    removed = store.sweep(timedelta(0))

    assert removed == 4
    assert ids(store) == ["e0", "e2", "e3", "e5", "e6"]
    assert not [path for path in store.folder.glob("*.parquet") if b"e7" in path.read_bytes()]


def test_no_files_name_is_used_twice_when_no_row_is_left(store: Store) -> None:
    old = store.manifest().segments

    assert store.replace(old, "SELECT * FROM old WHERE false") is None
    added = store.add("events", events(9))

    assert added.segment is not None
    assert added.segment.file not in {segment.file for segment in old}
    assert ids(store) == ["e9"]


def test_a_segment_that_was_replaced_meanwhile_is_refused(store: Store) -> None:
    old = store.manifest().segments
    store.replace(old[:2])

    with pytest.raises(CdpError, match="meanwhile"):
        store.replace(old)


def test_files_are_kept_for_readers_of_an_older_manifest(store: Store) -> None:
    with Tables(store, NOW, "UTC") as reader:
        store.replace(store.manifest().segments)
        assert store.sweep() == 0

        counted = reader.run(reader.events().aggregate(n=reader.events().count()))

    assert counted.column("n").to_pylist() == [8]
    assert store.verify() == ()


def test_a_reader_whose_file_is_gone_looks_anew(store: Store) -> None:
    with Tables(store, NOW, "UTC") as reader:
        store.replace(store.manifest().segments)
        store.sweep(timedelta(0))

        counted = reader.run(reader.events().aggregate(n=reader.events().count()))

    assert counted.column("n").to_pylist() == [8]


def test_many_small_segments_become_one(store: Store) -> None:
    assert not untidy(store)
    assert tidy(store) == 0
    for number in range(8, 8 + MANY - 3):
        store.add("events", events(number))
    before = ids(store)

    assert untidy(store)
    assert tidy(store) == MANY

    assert len(store.manifest().segments) == 1
    assert ids(store) == before
    assert store.verify() == ()


def test_the_same_rows_are_there_while_importers_readers_and_tidying_go_on(store: Store) -> None:
    def add(first: int) -> None:
        for number in range(first, first + 20):
            store.add("events", events(number))

    with ThreadPoolExecutor(3) as threads:
        adding = [threads.submit(add, first) for first in (100, 200)]
        while not all(one.done() for one in adding):
            threads.submit(store.replace, store.manifest().segments[-3:]).exception()
            store.sweep(timedelta(0))
            assert set(ids(store)) >= {f"e{n}" for n in range(8)}
        for one in adding:
            one.result()

    assert len(ids(store)) == 48
    assert store.verify() == ()
