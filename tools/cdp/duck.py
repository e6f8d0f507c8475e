"""Customer data from the store: aggregates for agents, people for the publisher.

Each question opens the store anew in a thread, so that it sees what was imported meanwhile and
never stalls the event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

import pyarrow as pa
from ibis.expr.types import Table

from domain.brief import AudienceEvidence
from domain.clock import Clock
from domain.customer import Contact
from domain.figures import Figure
from domain.goal import Kpi
from domain.money import Currency
from domain.predicate import InSegment, Predicate
from domain.predicate.naming import SegmentNameError, clauses, with_segments
from tools.cdp.baseline import measure_baseline
from tools.cdp.description import describe_data
from tools.cdp.evidence import gather_evidence
from tools.cdp.port import AudiencePreview, CdpError, DataDescription, Ids, Named, Sizes
from tools.cdp.preview import preview_audience
from tools.cdp.sizes import count_each
from tools.store.compile import PerPerson, customers_that_fit
from tools.store.engines.duck import DuckDB
from tools.store.engines.port import OpenEngine
from tools.store.manifest import Manifest
from tools.store.rows import rows_of
from tools.store.segments import Store
from tools.store.tables import Kept, ReadConsents, Tables


class DuckCustomerData:
    """CustomerData and People over one store.

    ``timezone`` (IANA) says when days begin, ``currency`` what amounts are in; the clock's now
    hides what is later. ``consents`` is the ledger's copy of who agreed to what, ``segments`` the
    saved rules by name: without them a rule that speaks of either is refused.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        timezone: str,
        currency: Currency,
        *,
        open_engine: OpenEngine = DuckDB,
        consents: ReadConsents | None = None,
        segments: Callable[[], Mapping[str, Predicate]] = dict,
    ) -> None:
        self._described: tuple[Manifest, date, DataDescription] | None = None
        self._open_engine = open_engine
        self._consents = consents
        self._segments = segments
        self._store = store
        self._kept = Kept()
        self._clock = clock
        self._timezone = timezone
        self._currency = currency

    async def describe(self) -> DataDescription:
        """Tables, counts and gaps; all zero where nothing was imported. The same data give the same
        answer all day, so it is looked up once."""

        def look() -> DataDescription:
            now, manifest = self._clock.now(), self._store.manifest()
            day = now.astimezone(ZoneInfo(self._timezone)).date()
            known = self._described
            if known is None or known[:2] != (manifest, day):
                with self._open() as tables:
                    known = self._described = (manifest, day, describe_data(tables))
            return known[2].model_copy(update={"as_of": now})

        return await asyncio.to_thread(look)

    async def evidence(self, rule: Predicate) -> AudienceEvidence:
        """What the data say of an audience. Raises CdpError no_data, unknown_field,
        mixed_currencies, store_damaged."""

        def look() -> AudienceEvidence:
            with self._open() as tables:
                self._require_data(tables)
                return gather_evidence(self._whole(rule), tables, self._currency)

        return await asyncio.to_thread(look)

    async def baseline(self, rule: Predicate, kpi: Kpi, days: int) -> Figure:
        """What these people do in ``days`` days; see tools/cdp/baseline.py. Raises as evidence."""

        def look() -> Figure:
            with self._open() as tables:
                self._require_data(tables)
                return measure_baseline(self._whole(rule), kpi, days, tables, self._currency)

        return await asyncio.to_thread(look)

    async def select(self, rule: Predicate) -> tuple[str, ...]:
        """Customer ids that fit, sorted. Raises CdpError unknown_field, mixed_currencies."""

        def look() -> tuple[str, ...]:
            with self._open() as tables:
                fit = customers_that_fit(self._whole(rule), tables)
                found = tables.run(fit.order_by("customer_id"))
                return tuple(found.column("customer_id").to_pylist())

        return await asyncio.to_thread(look)

    async def addresses(self, rule: Predicate) -> pa.Table:
        """customer_id, email and timezone of everybody who fits. Raises as ``select``."""

        def look() -> pa.Table:
            with self._open() as tables:
                return tables.run(_addresses(self._whole(rule), tables))

        return await asyncio.to_thread(look)

    async def preview(self, rule: Predicate, beside: Sequence[Named] = ()) -> AudiencePreview:
        """Whom a rule finds, in aggregate; see tools/cdp/preview.py. Raises as evidence."""

        def look() -> AudiencePreview:
            with self._open() as tables:
                self._require_data(tables)
                others = [Named(name=one.name, rule=self._whole(one.rule)) for one in beside]
                found = preview_audience(
                    self._whole(rule), others, tables, consents=self._consents is not None
                )
                return found.model_copy(update={"rule": rule})

        return await asyncio.to_thread(look)

    async def sizes(self, rules: Sequence[Predicate], among: Ids) -> tuple[Sizes | None, ...]:
        """Of each rule how many fit, and how many of those ``among``, in one look; None where the
        data cannot answer it. Raises CdpError store_damaged."""

        def look() -> tuple[Sizes | None, ...]:
            with self._open() as tables:
                whole: list[Predicate | None] = []
                for rule in rules:
                    try:
                        whole.append(self._whole(rule))
                    except SegmentNameError:
                        whole.append(None)
                return count_each(whole, among, tables)

        return await asyncio.to_thread(look)

    async def contacts(self, customer_ids: Sequence[str]) -> tuple[Contact, ...]:
        """In the order asked for; ids that no customer has are left out. An id that is one person
        with another one has what is known of the person."""

        def look() -> tuple[Contact, ...]:
            person = self._store.persons(customer_ids)
            with self._open() as tables:
                asked = [person.get(i, i) for i in customer_ids]
                found = {one.customer_id: one for one in _contacts(tables, asked)}
            return tuple(
                found[person.get(i, i)].model_copy(update={"customer_id": i})
                for i in dict.fromkeys(customer_ids)
                if person.get(i, i) in found
            )

        return await asyncio.to_thread(look)

    def _open(self) -> Tables:
        return Tables(
            self._store,
            self._clock.now(),
            self._timezone,
            self._open_engine,
            self._consents,
            self._kept,
        )

    def _whole(self, rule: Predicate) -> Predicate:
        """With the rules of saved segments in the place of their names. Raises SegmentNameError."""
        if not any(isinstance(clause, InSegment) for clause in clauses(rule)):
            return rule
        return with_segments(rule, self._segments())

    def _require_data(self, tables: Tables) -> None:
        counts = self._store.counts()
        if not counts["profiles"] and not counts["orders"]:
            raise CdpError(
                "no_data",
                "No customer is known yet",
                thing=str(self._store.folder),
                next_step="import orders or customers: mainspring import orders FILE",
            )


def _addresses(rule: Predicate, tables: Tables) -> Table:
    asked = PerPerson(tables)
    fits = asked.ask(rule)
    email, timezone = asked.trait("email"), asked.trait("timezone")
    people = asked.table(rule)
    found = people.filter(fits(people))
    return found.select("customer_id", email=email(found), timezone=timezone(found))


def _contacts(tables: Tables, customer_ids: Sequence[str]) -> tuple[Contact, ...]:
    asked = pa.table({"customer_id": pa.array(dict.fromkeys(customer_ids), pa.string())})
    people = tables.give("asked", asked).semi_join(tables.customers(), "customer_id")
    profiles = tables.profiles()
    found = people.left_join(profiles, "customer_id").select(
        "customer_id", "email", "first_name", "last_name", "language", "timezone"
    )
    by_id = {
        row["customer_id"]: Contact(**{k: v for k, v in row.items() if v is not None})
        for row in rows_of(tables.run(found))
    }
    return tuple(by_id[i] for i in dict.fromkeys(customer_ids) if i in by_id)
