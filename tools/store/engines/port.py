"""Engine: where the store's tables are asked. DuckDB over the segments is the embedded one.

All of them get the same Ibis expressions and reckon in UTC; moments are kept to the microsecond.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import ibis
import pyarrow as pa
from ibis.common.exceptions import OperationNotDefinedError, UnsupportedOperationError

from domain.figures import EngineKind
from tools.cdp.port import CdpError
from tools.store.manifest import Manifest
from tools.store.segments import Store


class Engine(Protocol):
    """One look at the tables, by one thread.

    Raises CdpError: store_damaged where a segment cannot be read, engine_missing where the
    engine's own packages are not installed, engine_unreachable where it does not answer,
    engine_cannot where its SQL has no words for a question.
    """

    kind: EngineKind

    def point(self, store: Store, manifest: Manifest) -> None:
        """Let ``profiles``, ``orders``, ``events`` and ``links`` be what the manifest names, with
        one customer id a person."""
        ...

    def give(self, name: str, rows: pa.Table) -> None:
        """Make the caller's rows a table of that name, seen by this look alone."""
        ...

    def text(self, expression: Any) -> str:
        """An expression in its SQL."""
        ...

    def run(self, statement: str) -> pa.Table:
        """The rows of a statement in its SQL."""
        ...

    def local_time(self, zone: Any, at: Any) -> Any:
        """What a clock in an IANA zone shows at a moment, as an expression."""
        ...

    def close(self) -> None: ...


OpenEngine = Callable[[], Engine]


def engine_missing(kind: EngineKind, package: str) -> CdpError:
    return CdpError(
        "engine_missing",
        f"The settings name the engine {kind}, and {package} is not installed",
        thing=kind,
        next_step=f'install it (pip install {package}), or set kind = "duckdb" in [engine] of '
        "mainspring.toml",
    )


def in_sql(expression: Any, kind: EngineKind, dialect: str) -> str:
    """The expression in the dialect. Raises CdpError engine_cannot where it has no words for a part
    of it."""
    try:
        return str(ibis.to_sql(expression, dialect=dialect))
    except (OperationNotDefinedError, UnsupportedOperationError) as error:
        raise CdpError(
            "engine_cannot",
            f"The engine {kind} cannot answer this question: {str(error).rstrip('.')}",
            thing=kind,
            next_step='set kind = "duckdb" in [engine] of mainspring.toml: it answers all of them, '
            "from the same data",
        ) from error


def engine_unreachable(kind: EngineKind, where: str, why: str) -> CdpError:
    return CdpError(
        "engine_unreachable",
        f"The engine {kind} does not answer: {why}",
        thing=where,
        next_step="look whether it runs and the address in [engine] of mainspring.toml is right; "
        'kind = "duckdb" needs none',
    )
