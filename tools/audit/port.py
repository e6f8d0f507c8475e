"""The port of the data audit: figures of the whole store, and the people behind a finding."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import pyarrow as pa

from domain.audit import (
    ChannelShare,
    FieldOfSource,
    FindingCode,
    Growth,
    MatrixRow,
    Ranking,
    Retention,
    Share,
    SourceHealth,
)
from domain.figures import Query
from domain.frozen import Frozen
from domain.predicate import Predicate
from tools.audit.groups import Group, Held
from tools.audit.growth import LiftTest
from tools.audit.sources import Matching, Times
from tools.audit.trace import Traced

__all__ = ["Auditor", "Group", "Held", "Looked", "Measured", "Problems"]


class Problems(Frozen):
    """What a score stands on: quick to count."""

    customers: int
    by_code: tuple[tuple[FindingCode, int], ...]
    """Customers behind each finding that people stand behind."""
    details: tuple[tuple[FindingCode, tuple[tuple[str, int], ...]], ...]
    complete: tuple[Share, ...]
    readable: tuple[Share, ...]
    known_twice: int
    """Customers of whom two sources or more say something."""
    dated: int
    """Customers of whom it is known when a source last said something."""
    with_address: int
    answered: int
    """Of those with an address."""
    agreed: int
    matching: Matching
    sources: tuple[SourceHealth, ...]
    rows: int
    """Rows that the store holds."""
    quarantined: int
    """Rows of imported files that could not be read."""
    set_aside: int
    """Single values that were left out of rows that were kept."""

    def count(self, code: FindingCode) -> int:
        return dict(self.by_code).get(code, 0)

    @property
    def silent_days(self) -> int | None:
        """Days since the latest order or event of any source; None: there is none."""
        return min((source.silent_days for source in self.sources), default=None)


class Looked(Frozen):
    """The quick part, for one audience."""

    problems: Problems
    audience: Held | None
    """None: the data cannot answer the audience's rule."""


class Measured(Frozen):
    """The whole look. ``top`` holds customer ids and goes no further than workflows."""

    problems: Problems
    times: Times
    fields: tuple[FieldOfSource, ...]
    channels: tuple[ChannelShare, ...]
    top: tuple[Traced, ...]
    expected: tuple[float | None, ...]
    top_problems: tuple[tuple[FindingCode, int], ...]
    ranking: Ranking
    matrix: tuple[MatrixRow, ...]
    groups: tuple[Held, ...]
    campaigns: tuple[Held, ...]
    growth: Growth
    retention: Retention
    queries: tuple[Query, ...]


class Auditor(Protocol):
    """All answers are as of the clock's now. Raises CdpError store_damaged."""

    async def addresses(self) -> pa.Table:
        """customer_id and email of every customer, for the ledger to say who agreed."""
        ...

    async def quickly(
        self, permissions: Callable[[], Awaitable[pa.Table]], mark: str, rule: Predicate
    ) -> Looked:
        """What a campaign to these people must know. ``mark`` changes with what the permissions
        say: while it, the store and the day are the same, the counts are kept."""
        ...

    async def whole(
        self,
        permissions: pa.Table,
        segments: Sequence[Group],
        campaigns: Sequence[Group],
        tests: Sequence[LiftTest] = (),
    ) -> Measured:
        """Everything. ``tests``: experiments with rented channels."""
        ...

    async def behind(self, permissions: pa.Table, code: FindingCode) -> tuple[str, ...]:
        """Customer ids behind a finding, sorted."""
        ...

    async def most_valuable(self, permissions: pa.Table) -> tuple[str, ...]:
        """Customer ids of the most valuable customers, the first first."""
        ...
