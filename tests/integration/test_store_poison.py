"""Hostile and broken values in every field of every kind: counted, and the good rows are in."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from domain.errors import WrongUsage
from tests.import_world import CUSTOMER, ROWS, WRITE, stored, take_in, write_jsonl
from tools.store.fields import Kind

EXTREMES = (
    "inf",
    "-Infinity",
    "1e400",
    "1970-01-01",
    "2099-12-31",
    "0000-00-00",
    "99999-01-01T00:00:00Z",
    "=HYPERLINK(1)",
    "x" * 1_000_000,
    "a\tb\nc",
    "\ufeff",
    "'; DROP TABLE raw; --",
    '"',
    "{",
    "[]",
    "12,5,6",
    "1,234",
    "٣",
)


@pytest.fixture(scope="session")
def poison(shared_data: Path) -> list[str]:
    path = shared_data / "injection" / "poison_profile_values.json.gz"
    values = [entry["value"] for entry in json.loads(gzip.decompress(path.read_bytes()))]
    return [*values, *EXTREMES]


@pytest.mark.shared
@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet", "csv.gz"])
@pytest.mark.parametrize("kind", list(ROWS))
def test_poison_in_every_field_is_counted_and_never_crashes(
    tmp_path: Path, poison: list[str], kind: Kind, suffix: str
) -> None:
    good, identity = ROWS[kind], next(iter(ROWS[kind]))
    rows = [good]
    for field in good:
        for number, value in enumerate(poison):
            rows.append(good | {identity: f"{field}{number}@example.test"} | {field: value})
    path = WRITE[suffix.removesuffix(".gz")](tmp_path / f"f.{suffix.removesuffix('.gz')}", rows)
    if suffix.endswith("gz"):
        path = tmp_path / f"f.{suffix}"
        path.write_bytes(gzip.compress((tmp_path / "f.csv").read_bytes(), 1))

    intake = take_in(kind, path, tmp_path, timezone="UTC", currency="EUR")

    kept = intake.added + intake.already_known + intake.duplicates
    if kind == "orders":  # repeats of a line are among the added
        kept -= intake.duplicates
    assert intake.rows_read == len(rows)
    assert kept + intake.quarantined == len(rows)
    assert 0 < intake.quarantined < len(rows)
    assert sum(n for _, n in intake.reasons) == intake.quarantined
    if kind in ("orders", "events"):
        [row] = stored(tmp_path, f"SELECT count(*) AS n FROM {kind}")
        assert row["n"] == intake.added
    if suffix.endswith("gz"):
        path.write_bytes(path.read_bytes()[:-40])
        with pytest.raises(WrongUsage, match="damaged or cut off"):
            take_in(kind, path, tmp_path, timezone="UTC", currency="EUR")


@pytest.mark.parametrize("kind", list(ROWS))
def test_shifted_columns_and_mixed_encodings_leave_the_good_rows(
    tmp_path: Path, kind: Kind
) -> None:
    good = ROWS[kind]
    values, identity = [*good.values()], next(iter(good))
    broken = [
        [*values, "one too many"], values[:-1], ["", *values[:-1]], [*values[1:], ""],
        [*values[2:], *values[:2]], [f"{value}\N{GREEK SMALL LETTER ALPHA}" for value in values],
    ]  # fmt: skip
    lines = [",".join(f'"{value}"' for value in row) for row in (good, values, *broken)]
    content = (
        "\n".join(lines).encode() + b"\n" + lines[1].replace(values[0], "J\xf6rg").encode("latin-1")
    )
    path = tmp_path / "f.csv"
    path.write_bytes(content)

    intake = take_in(kind, path, tmp_path, timezone="UTC", currency="EUR")

    kept = intake.added + (0 if kind == "orders" else intake.duplicates)
    assert intake.rows_read == 8
    assert kept + intake.quarantined == 8
    assert intake.added >= 1
    assert intake.quarantined >= 3, identity


@pytest.mark.shared
def test_no_poison_reaches_a_name_and_real_names_stay(tmp_path: Path, poison: list[str]) -> None:
    names = [*poison, "李小龙", "محمد", "Łukasz", "O'Neill", "Anne-Marie", "Null", "José Ángel"]
    rows = [CUSTOMER | {"customer_id": str(n), "first_name": v} for n, v in enumerate(names)]

    take_in("customers", write_jsonl(tmp_path / "c.jsonl", rows), tmp_path)

    kept = {
        row["first_name"]
        for row in stored(tmp_path, "SELECT first_name FROM profiles WHERE first_name IS NOT NULL")
    }
    real = {"李小龙", "محمد", "Łukasz", "O'Neill", "Anne-Marie", "Null", "José Ángel", "ß"}
    assert real - {"Null"} <= kept
    wrong = [name for name in kept if set(name) & set("{}<>|=$%\x00\u202e\u200b@")]
    assert wrong == []
    assert all(len(name) <= 100 for name in kept)
