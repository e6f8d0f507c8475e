"""BigQuery, over a copy of the segments in a dataset of its own (``following``).

Its SQL is compiled in the tests and was never run: docs/engines.md.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa
import pyarrow.parquet as pq

from domain.figures import EngineKind
from domain.ids import new_id
from tools.store.engines.following import follow, holds, make
from tools.store.engines.port import engine_missing, engine_unreachable, in_sql
from tools.store.manifest import Manifest
from tools.store.segments import Store


@ibis.udf.scalar.builtin(  # type: ignore[untyped-decorator]
    name="DATETIME", signature=((dt.Timestamp(timezone="UTC"), dt.string), dt.timestamp)
)
def local_datetime(at: Any, zone: Any) -> Any:
    """BigQuery's own function."""


class BigQuery:
    """One session for each look, whose temporary tables nobody else sees.

    ``project`` is Google Cloud's; credentials are found as Google's own clients find them.
    """

    kind: EngineKind = "bigquery"
    sql = "bigquery"

    def __init__(self, project: str, dataset: str) -> None:
        try:
            from google.api_core.exceptions import GoogleAPIError
            from google.auth.exceptions import GoogleAuthError
            from google.cloud import bigquery
        except ImportError as error:
            raise engine_missing("bigquery", "google-cloud-bigquery") from error
        self._api, self._where = bigquery, f"{project}.{dataset}"
        self._failures = (GoogleAPIError, GoogleAuthError)
        try:
            self._client = bigquery.Client(project=project or None)
            self._client.create_dataset(dataset, exists_ok=True)
            opened = self._client.query("SELECT 1", bigquery.QueryJobConfig(create_session=True))
            opened.result()
        except self._failures as error:
            raise engine_unreachable("bigquery", self._where, str(error)) from error
        self._config = bigquery.QueryJobConfig(
            default_dataset=f"{self._client.project}.{dataset}",
            connection_properties=[
                bigquery.ConnectionProperty("session_id", opened.session_info.session_id)
            ],
        )
        self._dataset = dataset

    def point(self, store: Store, manifest: Manifest) -> None:
        make(self)
        if not holds(self, manifest):
            follow(self, store)

    def give(self, name: str, rows: pa.Table) -> None:
        landed = f"given_{new_id().replace('-', '_')}"
        self.load(landed, rows)
        self.execute(f"CREATE OR REPLACE TEMP TABLE `{name}` AS SELECT * FROM `{landed}`")  # noqa: S608
        self.execute(f"DROP TABLE `{landed}`")

    def text(self, expression: Any) -> str:
        return in_sql(expression, "bigquery", "bigquery")

    def run(self, statement: str) -> pa.Table:
        try:
            return self._client.query(statement, self._config).to_arrow()
        except self._failures as error:
            raise engine_unreachable("bigquery", self._where, str(error)) from error

    def local_time(self, zone: Any, at: Any) -> Any:
        return local_datetime(at, zone)

    def close(self) -> None:
        self.execute("CALL BQ.ABORT_SESSION()")
        self._client.close()

    # --- the copy ----------------------------------------------------------------------------

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        try:
            return [tuple(row) for row in self._client.query(statement, self._config).result()]
        except self._failures as error:
            raise engine_unreachable("bigquery", self._where, str(error)) from error

    def load(self, table: str, rows: pa.Table) -> None:
        file = BytesIO()
        pq.write_table(rows, file)
        file.seek(0)
        config = self._api.LoadJobConfig(source_format=self._api.SourceFormat.PARQUET)
        try:
            self._client.load_table_from_file(
                file, f"{self._client.project}.{self._dataset}.{table}", job_config=config
            ).result()
        except self._failures as error:
            raise engine_unreachable("bigquery", self._where, str(error)) from error
