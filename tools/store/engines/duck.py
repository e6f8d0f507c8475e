"""DuckDB over the segments, in memory and embedded: the default."""

from __future__ import annotations

from typing import Any

import duckdb
import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa
from ibis.backends.sql.compilers import DuckDBCompiler

from domain.figures import EngineKind
from tools.store.manifest import Manifest
from tools.store.schema import TABLES
from tools.store.segments import Store, connect, damaged


@ibis.udf.scalar.builtin(  # type: ignore[untyped-decorator]
    name="timezone", signature=((dt.string, dt.Timestamp(timezone="UTC")), dt.timestamp)
)
def timezone(zone: Any, at: Any) -> Any:
    """DuckDB's own function, from the ICU that it carries, and PostgreSQL's."""


class _Compiler(DuckDBCompiler):  # type: ignore[misc]
    """Ibis sorts the rows of each group to take the last of them; DuckDB keeps it as it goes."""

    def visit_ArgMax(self, op: Any, *, arg: Any, key: Any, where: Any) -> Any:  # noqa: N802
        return self.agg["arg_max_null"](arg, key, where=where)


_COMPILER = _Compiler()


class DuckDB:
    """An engine of its own for each look."""

    kind: EngineKind = "duckdb"

    def __init__(self) -> None:
        self.connection = connect()

    def point(self, store: Store, manifest: Manifest) -> None:
        try:
            for table in TABLES:
                view = store.resolved_view(table, manifest)
                self.connection.execute(f"CREATE OR REPLACE VIEW {table} AS {view}")
        except duckdb.Error as error:
            raise damaged(error, TABLES) from error

    def give(self, name: str, rows: pa.Table) -> None:
        self.connection.register(name, rows)

    def text(self, expression: Any) -> str:
        return str(_COMPILER.to_sqlglot(expression).sql(_COMPILER.dialect, pretty=True))

    def run(self, statement: str) -> pa.Table:
        try:
            return self.connection.execute(statement).to_arrow_table()
        except (duckdb.IOException, duckdb.InvalidInputException, duckdb.HTTPException) as error:
            raise damaged(error, TABLES) from error

    def local_time(self, zone: Any, at: Any) -> Any:
        return timezone(zone, at)

    def close(self) -> None:
        self.connection.close()
