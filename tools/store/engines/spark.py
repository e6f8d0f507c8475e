"""PySpark over the segments' files: on this machine (``local[2]``) or a cluster that sees the
same folder."""

from __future__ import annotations

import os
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa

from domain.figures import EngineKind
from tools.store.engines.port import (
    engine_missing,
    engine_unreachable,
    in_sql,
)
from tools.store.manifest import Manifest
from tools.store.schema import RESOLVED, SCHEMAS, TABLES, one_id_a_person
from tools.store.segments import Store, damaged

PARTITIONS = 4
"""Of a shuffle: Spark's own 200 are for hundreds of cores. A cluster's configuration goes before
it (spark-defaults.conf)."""


@ibis.udf.scalar.builtin(  # type: ignore[untyped-decorator]
    name="from_utc_timestamp", signature=((dt.Timestamp(timezone="UTC"), dt.string), dt.timestamp)
)
def from_utc_timestamp(at: Any, zone: Any) -> Any:
    """Spark's own function."""


class Spark:
    """A session of its own for each look, in the one Spark of this process.

    ``master`` is Spark's: ``local[N]``, ``spark://host:port``, ``yarn``.
    """

    kind: EngineKind = "spark"

    def __init__(self, master: str) -> None:
        try:
            import pyspark  # noqa: F401
        except ImportError as error:
            raise engine_missing("spark", "pyspark") from error
        self._session = _spark(master).newSession()
        ibis.pyspark  # noqa: B018  (its options are read where expressions are compiled)

    def point(self, store: Store, manifest: Manifest) -> None:
        for table in TABLES:
            files = [f"file://{path.resolve()}" for path in store.paths(table, manifest)]
            self._read(files, SCHEMAS[table], f"said_{table}")
        who = store.who(manifest)
        self._read([] if who is None else [f"file://{who.resolve()}"], RESOLVED, "resolved")
        for table in TABLES:
            view = one_id_a_person(table, f"said_{table}", "resolved")
            if who is None:
                view = f"SELECT * FROM said_{table}"  # noqa: S608 (our own name)
            self._session.sql(view).createOrReplaceTempView(table)

    def give(self, name: str, rows: pa.Table) -> None:
        self._session.createDataFrame(rows).createOrReplaceTempView(name)

    def text(self, expression: Any) -> str:
        return in_sql(expression, "spark", "pyspark")

    def run(self, statement: str) -> pa.Table:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            return self._session.sql(statement).toArrow()
        except PySparkException as error:
            if "FILE_NOT_EXIST" in str(error) or "PATH_NOT_FOUND" in str(error):
                raise damaged(error, TABLES) from error
            raise
        except (Py4JError, OSError) as error:
            raise engine_unreachable("spark", "[engine] url", str(error)[:200]) from error

    def local_time(self, zone: Any, at: Any) -> Any:
        return from_utc_timestamp(at, zone)

    def close(self) -> None:
        for table in (*TABLES, *(f"said_{table}" for table in TABLES), "resolved"):
            self._session.catalog.dropTempView(table)

    def _read(self, files: list[str], schema: pa.Schema, name: str) -> None:
        """The files as a view; columns that an older one lacks are null."""
        from pyspark.sql.pandas.types import from_arrow_schema

        fields = from_arrow_schema(schema)
        frame = (
            self._session.read.schema(fields).parquet(*files)
            if files
            else self._session.createDataFrame([], fields)
        )
        frame.createOrReplaceTempView(name)


def _spark(master: str) -> Any:
    from pyspark.sql import SparkSession

    if master.startswith("local"):
        # Spark asks the machine for its name otherwise, and listens on whatever that leads to.
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = (
        SparkSession.builder.master(master)
        .appName("mainspring")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", PARTITIONS)
        # Over rules of many clauses it takes longer than what it saves.
        .config("spark.sql.constraintPropagation.enabled", "false")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.log.level", "ERROR")
    )
    return builder.getOrCreate()
