"""A store that several processes write, that was damaged, or whose writer was killed."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from tests.import_world import ORDER, stored, take_in, write_csv
from tools.cdp.port import CdpError
from tools.store.segments import Store


def _import_part(folder: str, part: int) -> int:
    rows = [ORDER | {"order_id": f"{part}-{n}" if n % 2 else f"shared-{n}"} for n in range(400)]
    path = write_csv(Path(folder) / f"part-{part}.csv", rows)
    return take_in("orders", path, Path(folder)).added


def test_four_processes_importing_at_once_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(4) as pool:
        added = pool.starmap(_import_part, [(str(tmp_path), part) for part in range(4)])

    store = Store(tmp_path / "data")
    assert sum(added) == 4 * 200 + 200
    assert store.counts()["orders"] == 1000
    (row,) = stored(tmp_path, "SELECT count(DISTINCT line_id) AS n FROM orders")
    assert row["n"] == 1000
    assert store.verify() == ()
    assert not list((tmp_path / "data").glob("*.tmp"))


@pytest.mark.parametrize("harm", ["gone", "shorter", "scrambled", "manifest"])
def test_damage_is_a_typed_error(tmp_path: Path, harm: str) -> None:
    take_in("orders", write_csv(tmp_path / "o.csv", [ORDER]), tmp_path)
    store = Store(tmp_path / "data")
    (segment,) = store.paths("orders")
    content = segment.read_bytes()
    match harm:
        case "gone":
            segment.unlink()
        case "shorter":
            segment.write_bytes(content[:-10])
        case "scrambled":
            segment.write_bytes(bytes(len(content)))
        case "manifest":
            (tmp_path / "data" / "manifest.json").write_text("{")

    with pytest.raises(CdpError) as caught:
        stored(tmp_path, "SELECT sum(net) FROM orders")
    assert caught.value.code == "store_damaged"
    assert caught.value.next_step
    with pytest.raises(CdpError) as caught:
        take_in("orders", write_csv(tmp_path / "p.csv", [ORDER]), tmp_path)
    assert caught.value.code == "store_damaged"
    assert harm == "manifest" or store.verify()


def test_what_a_killed_importer_left_is_cleared(tmp_path: Path) -> None:
    take_in("orders", write_csv(tmp_path / "o.csv", [ORDER]), tmp_path)
    (tmp_path / "data" / "orders-000002.parquet.tmp").write_bytes(b"half")
    (tmp_path / "data" / "orders-000002.parquet").write_bytes(b"never listed")

    second = take_in("orders", write_csv(tmp_path / "p.csv", [ORDER | {"order_id": "2"}]), tmp_path)

    assert second.added == 1
    assert Store(tmp_path / "data").verify() == ()
    (row,) = stored(tmp_path, "SELECT count(*) AS n FROM orders")
    assert row["n"] == 2
