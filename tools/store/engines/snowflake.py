"""Snowflake, over a copy of the segments in a schema of its own (``following``).

Its SQL is compiled in the tests and was never run: docs/engines.md.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa
import pyarrow.parquet as pq

from domain.figures import EngineKind
from tools.store.engines.following import follow, holds, in_words_of, make
from tools.store.engines.port import engine_missing, engine_unreachable, in_sql
from tools.store.manifest import Manifest
from tools.store.schema import SQL_TYPES
from tools.store.segments import Store


@ibis.udf.scalar.builtin(  # type: ignore[untyped-decorator]
    name="CONVERT_TIMEZONE", signature=((dt.string, dt.Timestamp(timezone="UTC")), dt.timestamp)
)
def convert_timezone(zone: Any, at: Any) -> Any:
    """Snowflake's own function."""


class Snowflake:
    """One session for each look.

    ``connection`` is a name in ~/.snowflake/connections.toml, which says account, role, database
    and how to sign in; empty: the default one.
    """

    kind: EngineKind = "snowflake"
    sql = "snowflake"

    def __init__(self, connection: str, schema: str) -> None:
        try:
            import snowflake.connector as connector
        except ImportError as error:
            raise engine_missing("snowflake", "snowflake-connector-python") from error
        self._failures, self._where = connector.Error, connection or "the default connection"
        named = {"connection_name": connection} if connection else {}
        try:
            self._connection = connector.connect(
                **named, session_parameters={"TIMEZONE": "UTC", "ABORT_DETACHED_QUERY": True}
            )
        except connector.Error as error:
            raise engine_unreachable("snowflake", self._where, str(error)) from error
        self.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        self.execute(f'USE SCHEMA "{schema}"')

    def point(self, store: Store, manifest: Manifest) -> None:
        make(self)
        if not holds(self, manifest):
            self.execute("BEGIN")
            follow(self, store)
            self.execute("COMMIT")

    def give(self, name: str, rows: pa.Table) -> None:
        columns = ", ".join(f"{f.name} {SQL_TYPES[f.type]}" for f in rows.schema)
        made = in_words_of(self.sql, f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")
        self.execute(made)
        self.load(name, rows)

    def text(self, expression: Any) -> str:
        return in_sql(expression, "snowflake", "snowflake")

    def run(self, statement: str) -> pa.Table:
        try:
            return self._connection.cursor().execute(statement).fetch_arrow_all(True)
        except self._failures as error:
            raise engine_unreachable("snowflake", self._where, str(error)) from error

    def local_time(self, zone: Any, at: Any) -> Any:
        return convert_timezone(zone, at)

    def close(self) -> None:
        self._connection.close()

    # --- the copy ----------------------------------------------------------------------------

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        try:
            return [tuple(row) for row in self._connection.cursor().execute(statement).fetchall()]
        except self._failures as error:
            raise engine_unreachable("snowflake", self._where, str(error)) from error

    def load(self, table: str, rows: pa.Table) -> None:
        with TemporaryDirectory(prefix="mainspring-") as folder:
            file = Path(folder) / "rows.parquet"
            pq.write_table(rows, file)
            self.execute(f"PUT 'file://{file}' '@%\"{table}\"' OVERWRITE = TRUE")
            self.execute(
                f'COPY INTO "{table}" FROM \'@%"{table}"\' PURGE = TRUE '
                "FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE) "
                "MATCH_BY_COLUMN_NAME = CASE_SENSITIVE"
            )
