"""Who is who on Spark: the same persons, for the same reasons, as on DuckDB."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

RESOLVED = """
from pyspark.sql import SparkSession

from evals.records import write_records
from tools.identity import resolve
from tools.identity.rules import IdentityRules

SparkSession.builder.getOrCreate()  # as where audiences are counted on Spark too
records = write_records(300)
duckdb, spark = (
    resolve(records.profiles, records.links, (), rules=IdentityRules(engine=engine))
    for engine in ("duckdb", "spark")
)
assert dict(spark.figures.by_rule)["likely_same"] > 5, spark.figures
assert spark == duckdb, (spark.figures, duckdb.figures)
print("equal")
"""


def test_spark_finds_the_same_persons_as_duckdb(tmp_path: Path) -> None:
    """In a process of its own: one Java machine serves a process to its end."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed (pip install 'mainspring[spark]')")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, and there is none")
    (tmp_path / "spark-defaults.conf").write_text(
        "spark.master local[2]\nspark.default.parallelism 2\nspark.sql.shuffle.partitions 2\n"
    )
    # What Java's second compiler would win, a test of a minute does not get back.
    java = {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}
    done = subprocess.run(
        [sys.executable, "-c", RESOLVED],
        cwd=Path(__file__).parents[2],
        env={**os.environ, **java, "SPARK_CONF_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip().endswith("equal"), done.stderr[-4000:]
