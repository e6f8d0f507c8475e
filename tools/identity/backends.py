"""Where Splink compares: in the DuckDB of this process, or on Spark.

Spark gets the prepared customers as a table and gives back the pairs; everything before and after
stays here. It needs ``pip install "pyspark<4.1"`` and Java 17, and runs on ``spark.master`` of the
usual Spark configuration (``SPARK_CONF_DIR``, ``spark-defaults.conf``).
"""

# ruff: noqa: S608  (statements are made of our own names)

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any, Literal, Protocol, cast

import duckdb

from domain.errors import MainspringError

Engine = Literal["duckdb", "spark"]


def spoken(sql: str, engine: Engine) -> str:
    """DuckDB's SQL with the names that Splink's functions have on Spark."""
    return sql.replace("jaro_winkler_similarity", "jaro_winkler") if engine == "spark" else sql


class IdentityError(MainspringError):
    """``no_spark``: the setting asks for Spark, and it is not installed here."""

    code: Literal["no_spark"]


class Backend(Protocol):
    def linker(self, settings: Any) -> Any:
        """A Splink linker over the table ``keyed``."""
        ...

    def keep(self, predicted: Any, table: str, columns: str) -> None:
        """Make ``table`` in DuckDB of the columns of what was predicted."""
        ...


class _DuckDB:
    def __init__(self, engine: duckdb.DuckDBPyConnection) -> None:
        from splink import DuckDBAPI

        self._engine = engine
        self._people = DuckDBAPI(connection=engine).register("keyed", table_name="compared_people")

    def linker(self, settings: Any) -> Any:
        from splink import Linker

        return Linker(self._people, settings, log_level=None)

    def keep(self, predicted: Any, table: str, columns: str) -> None:
        self._engine.execute(
            f"CREATE TABLE {table} AS SELECT {columns} FROM {predicted.physical_name}"
        )
        predicted.drop_table_from_database_and_remove_from_cache()


class _Spark:
    def __init__(self, engine: duckdb.DuckDBPyConnection, folder: str) -> None:
        try:
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise IdentityError(
                "no_spark",
                "Who is who is set to run on Spark, and pyspark is not installed here.",
                next_step='pip install "pyspark<4.1", or set the engine to duckdb.',
            ) from error
        from splink import SparkAPI
        from splink.backends.spark import similarity_jar_location

        self._engine, self._folder = engine, folder
        # A session of its own, so that what is set here is not set for others of this process.
        self._spark = (
            SparkSession.builder.appName("mainspring-identity")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .getOrCreate()
            .newSession()
        )
        self._spark.conf.set("spark.sql.session.timeZone", "UTC")
        # What compares all fields at once is more than one Java method may be long.
        self._spark.conf.set("spark.sql.codegen.wholeStage", "false")
        # Not by configuration, which is not read where this process runs Spark already.
        self._spark.sql(f"ADD JAR '{similarity_jar_location()}'")
        self._spark.sparkContext.setLogLevel("ERROR")
        self._spark.sparkContext.setCheckpointDir(f"{folder}/checkpoints")
        engine.execute(f"COPY keyed TO '{folder}/people.parquet' (FORMAT parquet)")
        api: Any = cast(Any, SparkAPI)(spark_session=self._spark)
        self._people = api.register(
            self._spark.read.parquet(f"{folder}/people.parquet"), table_name="compared_people"
        )

    def linker(self, settings: Any) -> Any:
        from splink import Linker

        return Linker(self._people, settings, log_level=None)

    def keep(self, predicted: Any, table: str, columns: str) -> None:
        path = f"{self._folder}/{table}"
        predicted.as_spark_dataframe().write.mode("overwrite").parquet(path)
        self._engine.execute(
            f"CREATE TABLE {table} AS SELECT {columns} FROM read_parquet('{path}/*.parquet')"
        )


@contextmanager
def backend(engine: duckdb.DuckDBPyConnection, name: Engine) -> Iterator[Backend]:
    if name == "duckdb":
        yield _DuckDB(engine)
        return
    with TemporaryDirectory(prefix="mainspring-identity-") as folder:
        yield _Spark(engine, folder)
