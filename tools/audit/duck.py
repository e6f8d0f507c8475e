"""The data audit over the store. Each question opens it anew in a thread, as the others do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

import pyarrow as pa

from domain.audit import FindingCode
from domain.clock import Clock
from domain.frozen import content_hash
from domain.predicate import Predicate
from tools.audit import counting, fields, ground, groups, growth, ranking, retention, sources, trace
from tools.audit.growth import LiftTest
from tools.audit.port import Group, Looked, Measured, Problems
from tools.store.rows import rows_of
from tools.store.segments import Store, literal
from tools.store.tables import ReadConsents, Tables

T = TypeVar("T")


@dataclass(frozen=True)
class _Kept:
    """The counts of one state of the data, and who stands behind each problem."""

    key: str
    problems: Problems
    rows: pa.Table


class DuckAuditor:
    """The Auditor port over one store.

    ``timezone`` (IANA) says when days begin; the clock's now hides what is later. ``quarantine``
    is the folder of rows that could not be read; ``consents`` reads the ledger's copy, for
    segments that ask for it.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        timezone: str,
        quarantine: Path,
        consents: ReadConsents | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._timezone = timezone
        self._quarantine = quarantine
        self._consents = consents
        self._kept: _Kept | None = None

    async def addresses(self) -> pa.Table:
        """customer_id and email of every customer."""

        def look(tables: Tables) -> pa.Table:
            people = tables.customers().left_join(tables.profiles(), "customer_id")
            return tables.run(people.select("customer_id", "email"))

        return await self._in_thread(look)

    async def quickly(
        self, permissions: Callable[[], Awaitable[pa.Table]], mark: str, rule: Predicate
    ) -> Looked:
        """The counts that a score stands on, and the problems of one audience."""
        key = await asyncio.to_thread(self._state, mark)
        kept = self._kept if self._kept is not None and self._kept.key == key else None
        given = await permissions() if kept is None else None

        def look(tables: Tables) -> tuple[Looked, _Kept]:
            if given is not None:
                ground.prepare(tables, given)
                problems, _ = counting.count(tables, self._rows(), self._quarantine)
                rows = tables.run_text("SELECT * FROM problem")
                found = _Kept(key, problems, rows)
            else:
                assert kept is not None
                tables.give("problem", kept.rows)
                found = kept
            held = groups.held_back((Group(name="audience", rule=rule),), tables)
            return Looked(problems=found.problems, audience=held[0] if held else None), found

        looked, self._kept = await self._in_thread(look)
        return looked

    async def whole(
        self,
        permissions: pa.Table,
        segments: Sequence[Group],
        campaigns: Sequence[Group],
        tests: Sequence[LiftTest] = (),
    ) -> Measured:
        """Everything. ``tests``: experiments with rented channels."""

        def look(tables: Tables) -> Measured:
            queries = [*ground.prepare(tables, permissions)]
            problems, some = counting.count(tables, self._rows(), self._quarantine)
            queries += some
            best, ranked, some = ranking.rank(tables)
            queries += some
            ids = [one for one, _ in best]
            traced, matrix, some = trace.trace(ids, tables)
            queries += some
            by_field, about_fields = fields.by_source(tables)
            channels, about_channels = sources.by_channel(tables)
            times, about_times = sources.times(tables)
            grown, about_growth = growth.look(tables, tests)
            kept, some = retention.look(tables)
            queries += [about_fields, about_channels, about_times, about_growth, *some]
            of_top = rows_of(
                tables.run_text(
                    "SELECT code, count(*) AS n FROM problem SEMI JOIN top USING (customer_id) "
                    "GROUP BY code ORDER BY code"
                )
            )
            return Measured(
                problems=problems,
                times=times,
                fields=by_field,
                channels=channels,
                top=traced,
                expected=tuple(worth for _, worth in best),
                top_problems=tuple((cast(FindingCode, row["code"]), row["n"]) for row in of_top),
                ranking=ranked,
                matrix=matrix,
                groups=groups.held_back(segments, tables),
                campaigns=groups.held_back(campaigns, tables),
                growth=grown,
                retention=kept,
                queries=tuple(queries),
            )

        return await self._in_thread(look)

    async def behind(self, permissions: pa.Table, code: FindingCode) -> tuple[str, ...]:
        """Customer ids behind a finding, sorted; nobody where no customer stands behind it."""

        def look(tables: Tables) -> tuple[str, ...]:
            ground.prepare(tables, permissions)
            rows = tables.run_text(
                "SELECT DISTINCT customer_id FROM problem "  # noqa: S608 (a code of ours)
                f"WHERE code = {literal(code)} ORDER BY customer_id"
            )
            return tuple(rows.column("customer_id").to_pylist())

        return await self._in_thread(look)

    async def most_valuable(self, permissions: pa.Table) -> tuple[str, ...]:
        """The most valuable customers, the first first."""

        def look(tables: Tables) -> tuple[str, ...]:
            ground.prepare(tables, permissions)
            return tuple(one for one, _ in ranking.rank(tables)[0])

        return await self._in_thread(look)

    def _state(self, mark: str) -> str:
        """What the counts depend on, as a hash."""
        today = self._clock.now().date().isoformat()
        unread = [(p.name, p.stat().st_size) for p in sorted(self._quarantine.glob("*.jsonl"))]
        said = [self._store.manifest().model_dump_json(), today, unread, mark]
        return content_hash(said)

    def _rows(self) -> int:
        return sum(self._store.counts().values())

    async def _in_thread(self, look: Callable[[Tables], T]) -> T:
        zone = self._timezone

        def run() -> T:
            with Tables(self._store, self._clock.now(), zone, consents=self._consents) as tables:
                return look(tables)

        return await asyncio.to_thread(run)
