"""A copy of the segments in a database, which follows the manifest.

Each look first loads the segments that are not there yet and removes those that the manifest
names no longer; so it answers what the segments say, and what was loaded stays for the next one.
"""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as rows)

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq
import sqlglot

from tools.store.manifest import Manifest
from tools.store.schema import (
    RESOLVED,
    SCHEMAS,
    SQL_TYPES,
    TABLES,
    complete,
    one_id_a_person,
)
from tools.store.segments import Store

ROWS_AT_ONCE = 200_000
"""Of a segment, so that it fits into memory."""


class Database(Protocol):
    """Where the copy lies. Names without a schema are those of the copy's own."""

    sql: str
    """sqlglot's name of what it speaks."""

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Do a statement; its rows, if it has any."""
        ...

    def load(self, table: str, rows: pa.Table) -> None:
        """Append rows to a table, by the names of their columns."""
        ...


def holds(database: Database, manifest: Manifest) -> bool:
    """Whether the copy is of exactly this manifest; its tables are there."""
    return _loaded(database) == _wanted(manifest)


def make(database: Database) -> None:
    """The tables, and the views over them, where they are missing or of an older version."""
    _do(database, "CREATE TABLE IF NOT EXISTS loaded (file VARCHAR, hash VARCHAR)")
    _do(database, f"CREATE TABLE IF NOT EXISTS resolved ({_columns(RESOLVED)})")
    for table in TABLES:
        said = f"{_columns(SCHEMAS[table])}, segment VARCHAR"
        _do(database, f"CREATE TABLE IF NOT EXISTS said_{table} ({said})")
        view = one_id_a_person(table, f"said_{table}", "resolved")
        _do(database, f"CREATE OR REPLACE VIEW {table} AS {view}")


def follow(database: Database, store: Store) -> None:
    """Bring the copy to the store's manifest as it stands. The caller sees to it that one process
    does so at a time, and all of it or nothing. Raises CdpError store_damaged."""
    manifest = store.manifest()
    loaded, wanted = _loaded(database), _wanted(manifest)
    for file, digest in sorted(loaded - wanted):
        if file.startswith("resolved"):
            _do(database, "DELETE FROM resolved WHERE true")
        for table in TABLES:
            if Path(file).name.startswith(f"{table}-"):
                _do(database, f"DELETE FROM said_{table} WHERE segment = '{file}'")
        _do(database, f"DELETE FROM loaded WHERE file = '{file}' AND hash = '{digest}'")
    for segment in manifest.segments:
        if (segment.file, segment.sha256) not in loaded:
            for rows in _parts(store.path(segment)):
                whole = complete(segment.table, rows)
                named = pa.repeat(segment.file, whole.num_rows)
                database.load(f"said_{segment.table}", whole.append_column("segment", named))
    who = store.who(manifest)
    if who is not None and (manifest.resolved, "") not in loaded:
        database.load("resolved", pq.read_table(who))
    for file, digest in sorted(wanted - loaded):
        _do(database, f"INSERT INTO loaded (file, hash) VALUES ('{file}', '{digest}')")


def in_words_of(sql: str, statement: str) -> str:
    """A statement in the SQL of another database."""
    return sqlglot.transpile(statement, read="duckdb", write=sql, identify=True)[0]


def _do(database: Database, statement: str) -> None:
    database.execute(in_words_of(database.sql, statement))


def _loaded(database: Database) -> set[tuple[str, str]]:
    statement = in_words_of(database.sql, "SELECT file, hash FROM loaded")
    return {(str(file), str(digest)) for file, digest in database.execute(statement)}


def _wanted(manifest: Manifest) -> set[tuple[str, str]]:
    files = {(segment.file, segment.sha256) for segment in manifest.segments}
    return files | ({(manifest.resolved, "")} if manifest.resolved else set())


def _columns(schema: pa.Schema) -> str:
    return ", ".join(f"{field.name} {SQL_TYPES[field.type]}" for field in schema)


def _parts(path: Path) -> Iterator[pa.Table]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=ROWS_AT_ONCE):
            yield pa.Table.from_batches([batch])
