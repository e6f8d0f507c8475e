"""PostgreSQL: a copy of the segments in a schema of its own, which follows the manifest.

Each look first loads the segments that are not there yet and removes those that the manifest
names no longer, so that it answers what the segments say; what was loaded stays for the next one.
"""

# ruff: noqa: S608  (statements are made of our own names; what files say enters by COPY)

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import ibis.expr.datatypes as dt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq
from ibis.backends.sql.compilers import PostgresCompiler

from tools.store.engines.duck import timezone
from tools.store.engines.port import (
    EngineKind,
    engine_missing,
    engine_unreachable,
)
from tools.store.manifest import Manifest
from tools.store.schema import MOMENT, RESOLVED, SCHEMAS, TABLES, complete, one_id_a_person
from tools.store.segments import Store

_TYPES: dict[pa.DataType, str] = {
    pa.string(): "text",
    pa.int64(): "bigint",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    MOMENT: "timestamptz",
}
_READ: dict[int, pa.DataType] = {
    16: pa.bool_(),
    20: pa.int64(),
    21: pa.int64(),
    23: pa.int64(),
    25: pa.string(),
    700: pa.float64(),
    701: pa.float64(),
    1043: pa.string(),
    1082: pa.date32(),
    1114: pa.timestamp("us"),
    1184: MOMENT,
}
"""PostgreSQL's type numbers; numeric is read as decimal of the digits that it has."""


class _Compiler(PostgresCompiler):  # type: ignore[misc]
    """PostgreSQL turns a yes or no into a plain integer, and into no other number."""

    def visit_Cast(self, op: Any, *, arg: Any, to: Any) -> Any:  # noqa: N802 (Ibis's own name)
        if op.arg.dtype.is_boolean() and to.is_numeric():
            arg = self.cast(arg, dt.int32)
        return super().visit_Cast(op, arg=arg, to=to)


_COMPILER = _Compiler()


class Postgres:
    """One transaction that sees one state for each look.

    ``url`` is libpq's (postgresql://user@host/database); the password may stand in the
    environment (PGPASSWORD) or in ~/.pgpass. ``schema`` is this workspace's alone, and made where
    it is missing.
    """

    kind: EngineKind = "postgres"

    def __init__(self, url: str, schema: str = "mainspring") -> None:
        try:
            import psycopg
        except ImportError as error:
            raise engine_missing("postgres", "psycopg") from error
        self._schema = schema
        self._where = url.rpartition("@")[2] or "postgresql://"
        options = f"-c TimeZone=UTC -c search_path={schema},pg_temp -c jit=off -c work_mem=64MB"
        with self._answering():
            self._connection = psycopg.connect(url, autocommit=True, options=options)
            self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

    def point(self, store: Store, manifest: Manifest) -> None:
        with self._answering():
            self._connection.rollback()
            self._connection.autocommit = True
            if not self._holds(manifest):
                self._load(store)
            self._connection.autocommit = False

    def give(self, name: str, rows: pa.Table) -> None:
        with self._answering():
            columns = ", ".join(f'"{f.name}" {_type(f.type)}' for f in rows.schema)
            self._connection.execute(f'DROP TABLE IF EXISTS pg_temp."{name}"')
            self._connection.execute(f'CREATE TEMP TABLE "{name}" ({columns})')
            self._copy(f'pg_temp."{name}"', rows)

    def text(self, expression: Any) -> str:
        return str(_COMPILER.to_sqlglot(expression.unbind()).sql("postgres", pretty=True))

    def run(self, statement: str) -> pa.Table:
        with self._answering():
            found = self._connection.execute(statement.encode())
            rows = found.fetchall()
        described = found.description or []
        values = zip(*rows, strict=True) if rows else [()] * len(described)
        columns = [
            pa.array(column, _READ.get(about.type_code))
            for column, about in zip(values, described, strict=True)
        ]
        return pa.table(columns, names=[about.name for about in described])

    def local_time(self, zone: Any, at: Any) -> Any:
        return timezone(zone, at)

    def close(self) -> None:
        self._connection.close()

    # --- the copy ----------------------------------------------------------------------------

    def _holds(self, manifest: Manifest) -> bool:
        """Whether the copy is of exactly this manifest."""
        there = self._connection.execute(f"SELECT to_regclass('{self._schema}.loaded')").fetchone()
        return there != (None,) and self._loaded() == _wanted(manifest)

    def _loaded(self) -> set[tuple[str, str]]:
        return set(self._connection.execute("SELECT file, hash FROM loaded").fetchall())

    def _load(self, store: Store) -> None:
        """Follow the store's manifest as it stands now; one process at a time."""
        self._connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [self._schema])
        try:
            with self._connection.transaction():
                self._make()
                manifest = store.manifest()
                loaded, wanted = self._loaded(), _wanted(manifest)
                for file, _ in loaded - wanted:
                    self._remove(file)
                for segment in manifest.segments:
                    if (segment.file, segment.sha256) not in loaded:
                        path = store.path(segment)
                        for rows in _parts(path):
                            whole = complete(segment.table, rows)
                            marked = whole.append_column(
                                "segment", pa.repeat(segment.file, whole.num_rows)
                            )
                            self._copy(f"said_{segment.table}", marked)
                who = store.who(manifest)
                if who is not None and not {(who.name, "")} & loaded:
                    self._copy("resolved", pq.read_table(who))
                self._connection.cursor().executemany(
                    "INSERT INTO loaded VALUES (%s, %s)", sorted(wanted - loaded)
                )
            self._connection.execute("ANALYZE")
        finally:
            self._connection.execute("SELECT pg_advisory_unlock(hashtext(%s))", [self._schema])

    def _make(self) -> None:
        """The tables and the views over them, where they are missing or of an older version."""
        execute = self._connection.execute
        execute(f"CREATE SCHEMA IF NOT EXISTS {self._schema}")
        execute("CREATE TABLE IF NOT EXISTS loaded (file text PRIMARY KEY, hash text)")
        who = ", ".join(f"{field.name} text" for field in RESOLVED)
        execute(f"CREATE TABLE IF NOT EXISTS resolved ({who})")
        for table in TABLES:
            columns = ", ".join(f"{f.name} {_type(f.type)}" for f in SCHEMAS[table])
            execute(f"CREATE TABLE IF NOT EXISTS said_{table} ({columns}, segment text)")
            view = one_id_a_person(table, f"said_{table}", "resolved")
            execute(f"CREATE OR REPLACE VIEW {table} AS {view}".encode())

    def _remove(self, file: str) -> None:
        """What was loaded from a file that the manifest names no longer."""
        if file.startswith("resolved"):
            self._connection.execute("TRUNCATE resolved")
        for table in TABLES:
            if file.rpartition("/")[2].startswith(f"{table}-"):
                statement = f"DELETE FROM said_{table} WHERE segment = %s"
                self._connection.execute(statement.encode(), [file])
        self._connection.execute("DELETE FROM loaded WHERE file = %s", [file])

    def _copy(self, table: str, rows: pa.Table) -> None:
        names = ", ".join(f'"{name}"' for name in rows.column_names)
        text = BytesIO()
        # Its strings are quoted and its nulls are not, which is how COPY tells "" from null.
        csv.write_csv(_without_nul(rows), text, csv.WriteOptions(include_header=False))
        statement = f"COPY {table} ({names}) FROM STDIN (FORMAT csv)"
        with self._connection.cursor().copy(statement.encode()) as copy:
            copy.write(text.getbuffer())

    @contextmanager
    def _answering(self) -> Iterator[None]:
        import psycopg

        try:
            yield
        except (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege) as error:
            why = str(error).strip().splitlines()[0]
            raise engine_unreachable("postgres", self._where, why) from error


def _wanted(manifest: Manifest) -> set[tuple[str, str]]:
    files = {(segment.file, segment.sha256) for segment in manifest.segments}
    return files | ({(manifest.resolved, "")} if manifest.resolved else set())


def _parts(path: Path) -> Iterator[pa.Table]:
    """A file's rows, so many at a time that they fit into memory."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=100_000):
            yield pa.Table.from_batches([batch])


def _without_nul(rows: pa.Table) -> pa.Table:
    """PostgreSQL's text holds every character but U+0000."""
    for number, field in enumerate(rows.schema):
        if field.type == pa.string():
            column = pc.replace_substring(rows.column(number), "\x00", "\ufffd")
            rows = rows.set_column(number, field.name, column)
    return rows


def _type(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return f"numeric({kind.precision}, {kind.scale})"
    return _TYPES[kind]
