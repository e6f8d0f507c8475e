"""The engine that the settings name."""

from __future__ import annotations

from domain.figures import EngineKind
from tools.store.engines.duck import DuckDB
from tools.store.engines.port import OpenEngine


def engine_of(kind: EngineKind, url: str, namespace: str) -> OpenEngine:
    """Opens a look through it; each of them raises what Engine says."""
    match kind:
        case "duckdb":
            return DuckDB
        case "spark":
            from tools.store.engines.spark import Spark

            return lambda: Spark(url or "local[2]")
        case "postgres":
            from tools.store.engines.postgres import Postgres

            return lambda: Postgres(url, namespace)
        case "bigquery":
            from tools.store.engines.bigquery import BigQuery

            return lambda: BigQuery(url, namespace)
        case "snowflake":
            from tools.store.engines.snowflake import Snowflake

            return lambda: Snowflake(url, namespace)
