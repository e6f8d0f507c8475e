"""PostgreSQL, over a copy of the segments in a schema of its own (``following``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import ibis.expr.datatypes as dt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
from ibis.backends.sql.compilers import PostgresCompiler

from domain.figures import EngineKind
from tools.store.engines.duck import timezone
from tools.store.engines.following import follow, holds, in_words_of, make
from tools.store.engines.port import engine_missing, engine_unreachable
from tools.store.manifest import Manifest
from tools.store.schema import MOMENT, SQL_TYPES
from tools.store.segments import Store

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

    ``url`` is libpq's (postgresql://user@host/database); the password stands in the environment
    (PGPASSWORD) or in ~/.pgpass. ``schema`` is this workspace's alone, and made where it is
    missing.
    """

    kind: EngineKind = "postgres"
    sql = "postgres"

    def __init__(self, url: str, schema: str) -> None:
        try:
            import psycopg
        except ImportError as error:
            raise engine_missing("postgres", "psycopg") from error
        self._schema = schema
        self._where = url.rpartition("@")[2] or "postgresql://"
        # Its compiler takes seconds over statements of this length.
        options = f"-c TimeZone=UTC -c search_path={schema},pg_temp -c jit=off -c work_mem=64MB"
        with self._answering():
            self._connection = psycopg.connect(url, autocommit=True, options=options)
            self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

    def point(self, store: Store, manifest: Manifest) -> None:
        with self._answering():
            self._connection.rollback()
            self._connection.autocommit = True
            there = self.execute(f"SELECT to_regclass('{self._schema}.loaded')") != [(None,)]
            if not (there and holds(self, manifest)):
                self._follow(store)
            self._connection.autocommit = False

    def give(self, name: str, rows: pa.Table) -> None:
        columns = ", ".join(f"{f.name} {SQL_TYPES[f.type]}" for f in rows.schema)
        with self._answering():
            self.execute(f'DROP TABLE IF EXISTS pg_temp."{name}"')
            self.execute(in_words_of(self.sql, f"CREATE TEMP TABLE {name} ({columns})"))
            self.load(name, rows)

    def text(self, expression: Any) -> str:
        return str(_COMPILER.to_sqlglot(expression).sql("postgres", pretty=True))

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

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        done = self._connection.execute(statement.encode())
        return done.fetchall() if done.description else []

    def load(self, table: str, rows: pa.Table) -> None:
        names = ", ".join(f'"{name}"' for name in rows.column_names)
        text = BytesIO()
        # Its strings are quoted and its nulls are not, which is how COPY tells "" from null.
        csv.write_csv(_without_nul(rows), text, csv.WriteOptions(include_header=False))
        statement = f'COPY "{table}" ({names}) FROM STDIN (FORMAT csv)'
        with self._connection.cursor().copy(statement.encode()) as copy:
            copy.write(text.getbuffer())

    def _follow(self, store: Store) -> None:
        lock = f"hashtext('mainspring {self._schema}')"
        self.execute(f"SELECT pg_advisory_lock({lock})")
        try:
            with self._connection.transaction():
                self.execute(f'CREATE SCHEMA IF NOT EXISTS "{self._schema}"')
                make(self)
                follow(self, store)
            self.execute("ANALYZE")
        finally:
            self.execute(f"SELECT pg_advisory_unlock({lock})")

    @contextmanager
    def _answering(self) -> Iterator[None]:
        import psycopg

        try:
            yield
        except (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege) as error:
            why = str(error).strip().splitlines()[0]
            raise engine_unreachable("postgres", self._where, why) from error


def _without_nul(rows: pa.Table) -> pa.Table:
    """PostgreSQL's text holds every character but U+0000."""
    for number, field in enumerate(rows.schema):
        if field.type == pa.string():
            column = pc.replace_substring(rows.column(number), "\x00", "\ufffd")
            rows = rows.set_column(number, field.name, column)
    return rows
