"""The store as Ibis tables, as of a moment, and the one place where they are run.

What is later than the moment is hidden: orders and events by when they happened, customers by
when they became one. Each object looks through an engine of its own at the segments that the
manifest named when it was opened; make one per question, and use it in one thread.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from copy import copy
from datetime import date, datetime, time, timedelta
from threading import Lock
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from ibis.expr.types import Table

from domain.figures import Query
from tools.cdp.port import CdpError
from tools.store.engines.duck import DuckDB
from tools.store.engines.port import OpenEngine
from tools.store.manifest import Manifest
from tools.store.rows import Row, rows_of
from tools.store.schema import CONSENTS, PROFILE_FIELDS, SCHEMAS, TableName
from tools.store.segments import Store

T = TypeVar("T")
ReadConsents = Callable[[], pa.Table]
"""Every answer that the ledger keeps, as rows of schema.CONSENTS; called once a question, and
only where a rule asks for consent."""


class Kept:
    """What was found in the files of one manifest, the latest; safe for any number of threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._manifest: Manifest | None = None
        self._found: dict[Hashable, Any] = {}

    def get(self, manifest: Manifest, key: Hashable) -> Any:
        with self._lock:
            return self._found.get(key) if self._manifest == manifest else None

    def put(self, manifest: Manifest, key: Hashable, found: Any) -> None:
        with self._lock:
            if self._manifest != manifest:
                self._manifest, self._found = manifest, {}
            self._found[key] = found


class Tables:
    """profiles, customers, lines, purchases and events, as of ``as_of``.

    ``timezone`` (IANA) is the workspace's: days begin there. ``consents`` reads the ledger's
    copy of who agreed to what, ``kept`` keeps what later questions of the same files need not look
    for again. Raises CdpError store_damaged, and of an engine that is a server engine_missing,
    engine_unreachable.
    """

    def __init__(
        self,
        store: Store,
        as_of: datetime,
        timezone: str,
        open_engine: OpenEngine = DuckDB,
        consents: ReadConsents | None = None,
        kept: Kept | None = None,
    ) -> None:
        self.as_of = as_of
        self.timezone = timezone
        self._store = store
        self._manifest = store.manifest()
        self._consents = consents
        self._known: dict[Hashable, Any] = {}
        self._kept = Kept() if kept is None else kept
        self._people: Table | None = None
        self.engine = open_engine()
        try:
            self._anew(lambda: self.engine.point(store, self._manifest))
        except CdpError:
            self.engine.close()
            raise

    def earlier(self, by: timedelta) -> Tables:
        """The same segments in the same engine, as of a moment ``by`` before; so that one
        expression may speak of both."""
        sibling = copy(self)
        sibling.as_of = self.as_of - by
        sibling._known = {}
        return sibling

    def among(self, people: Table) -> Tables:
        """The same of these people alone (customer_id, each once): what is theirs is told apart
        before it is counted."""
        sibling = copy(self)
        sibling._people = people
        return sibling

    @property
    def whole(self) -> Tables:
        """The same over everybody again, for what is measured on all of them."""
        if self._people is None:
            return self
        sibling = copy(self)
        sibling._people = None
        return sibling

    def kept(self, key: Hashable, look: Callable[[], T]) -> T:
        """What ``look`` found, for later questions of the same files too. It must follow from the
        key and the files alone, whatever the moment."""
        manifest = self._manifest
        found: T | None = self._kept.get(manifest, key)
        if found is None:
            found = look()
            if self._manifest == manifest:
                self._kept.put(manifest, key, found)
        return found

    def once(self, key: Hashable, look: Callable[[], T]) -> T:
        """What ``look`` found the first time: what a question needs several times is asked once."""
        if key not in self._known:
            self._known[key] = look()
        found: T = self._known[key]
        return found

    def __enter__(self) -> Tables:
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.close()

    # --- views -------------------------------------------------------------------------------

    def stored(self, table: TableName) -> Table:
        """All rows of a table as they were written. The expression is bound to no engine."""
        return ibis.table(ibis.Schema.from_pyarrow(SCHEMAS[table]), name=table)

    @property
    def moment(self) -> Any:
        """The as-of moment as an expression."""
        return ibis.timestamp(self.as_of.isoformat()).cast("timestamp('UTC')")

    def profiles(self, *fields: str) -> Table:
        """One row a customer: customer_id and the fields, all where none is named, each from the
        latest import that said it. Few are quicker: an engine merges what is asked for."""
        rows, wanted = self._theirs(self.stored("profiles")), fields or PROFILE_FIELDS
        latest = {
            f: rows[f].argmax(rows.seq, where=rows[f].notnull())
            for f in dict.fromkeys((*wanted, "created_at"))
        }
        merged = rows.group_by("customer_id").aggregate(**latest)
        known = merged.filter(merged.created_at.isnull() | (merged.created_at <= self.moment))
        return known.select("customer_id", *wanted)

    def customers(self) -> Table:
        """Every customer known, by a profile or an order: customer_id."""
        if self._people is not None:
            return self._people
        bought = self.lines().filter(lambda t: t.customer_id.notnull()).select("customer_id")
        ids = self.profiles("created_at").select("customer_id")
        return ids.union(bought, distinct=True)

    def lines(self) -> Table:
        """Order lines with ``purchase``: neither a cancellation nor an adjustment."""
        rows = self._theirs(self.stored("orders"))
        return rows.filter(rows.ordered_at <= self.moment).mutate(
            purchase=~(rows.cancellation | rows.adjustment)
        )

    def purchases(self) -> Table:
        """One row a purchase: order_id, customer_id, ordered_at (its first line), net (of its own
        lines), units, channel."""
        rows = self.lines().filter(lambda t: t.purchase)
        return rows.group_by(["order_id", "customer_id"]).aggregate(
            ordered_at=rows.ordered_at.min(),
            net=rows.net.sum(),
            units=rows.quantity.sum(),
            channel=rows.channel.min(),
        )

    def events(self) -> Table:
        """Events that have happened, machine opens included (``machine``)."""
        rows = self._theirs(self.stored("events"))
        return rows.filter(rows.occurred_at <= self.moment)

    def consents(self) -> Table:
        """Every answer that was ever given: CONSENTS with the id that it was ``said`` under, and
        as customer_id the one that stands for the person.

        Raises CdpError unknown_field where no ledger stands beside the store.
        """
        if self._consents is None:
            raise CdpError(
                "unknown_field",
                "Nothing here knows who agreed to what",
                next_step="ask it of a workspace: consents are kept in its ledger",
            )
        read = self._consents
        given = self.once("consents", lambda: self.give("consents", self._by_person(read())))
        return self._theirs(given)

    def _theirs(self, rows: Table) -> Table:
        return rows if self._people is None else rows.semi_join(self._people, "customer_id")

    def _by_person(self, answers: pa.Table) -> pa.Table:
        answers, who = answers.cast(CONSENTS), self._store.who(self._manifest)
        answers = answers.append_column("said", answers.column("customer_id"))
        if who is None:
            return answers
        people = pq.read_table(who, filters=[("kind", "=", "customer")]).select(["value", "person"])
        both = answers.join(people, "said", right_keys="value")
        person = pc.coalesce(both.column("person"), both.column("said"))
        return both.set_column(
            both.column_names.index("customer_id"), "customer_id", person
        ).select(answers.column_names)

    # --- days --------------------------------------------------------------------------------

    def start_of(self, day: date) -> Any:
        """The moment at which a day of the workspace begins, as an expression."""
        return self.at(midnight(day, self.timezone))

    def at(self, moment: datetime) -> Any:
        return ibis.timestamp(moment.isoformat()).cast("timestamp('UTC')")

    def local_day(self, at: Any) -> Any:
        """The workspace's day of a moment, as an expression."""
        return self.local_time(self.timezone, at).date()

    def local_time(self, zone: Any, at: Any) -> Any:
        """What a clock in an IANA zone shows at a moment, as an expression."""
        return self.engine.local_time(zone, at)

    def today(self) -> date:
        """The workspace's day at the as-of moment."""
        return self.as_of.astimezone(ZoneInfo(self.timezone)).date()

    # --- running -----------------------------------------------------------------------------

    def give(self, name: str, rows: pa.Table) -> Table:
        """Make the caller's rows a table beside the store's."""
        self.engine.give(name, rows)
        return ibis.table(ibis.Schema.from_pyarrow(rows.schema), name=name)

    def text(self, expression: Any) -> str:
        """The statement behind an expression, over the tables profiles, orders and events."""
        return self.engine.text(expression)

    def run(self, expression: Any) -> pa.Table:
        """The rows of a table expression, in its own types whatever the engine answers with."""
        rows = self.run_text(self.text(expression))
        return rows.cast(expression.schema().to_pyarrow())

    def run_text(self, statement: str) -> pa.Table:
        """The rows of a statement in the engine's SQL, for instance of a Query's text.

        Raises store_damaged.
        """
        return self._anew(lambda: self.engine.run(statement))

    def ask(self, name: str, expression: Any) -> tuple[list[Row], Query]:
        """The rows of an aggregate, and the query that a reader can run again."""
        statement = self.text(expression)  # once: a long one takes a tenth of a second
        rows = self.run_text(statement).cast(expression.schema().to_pyarrow())
        return rows_of(rows), self._query(name, statement)

    def ask_text(self, name: str, statement: str) -> tuple[list[Row], Query]:
        """The same for a statement over the tables profiles, orders and events."""
        return rows_of(self.run_text(statement)), self._query(name, statement)

    def _query(self, name: str, statement: str) -> Query:
        told_apart = hashlib.sha256(statement.encode()).hexdigest()[:8]
        return Query(id=f"{name}-{told_apart}", engine=self.engine.kind, text=statement)

    def _anew(self, look: Callable[[], T]) -> T:
        """A look, and where its files were replaced meanwhile another one at what is there now."""
        try:
            return look()
        except CdpError as error:
            now = self._store.manifest()
            if error.code != "store_damaged" or now == self._manifest:
                raise
            self._manifest = now
            self.engine.point(self._store, now)
            return look()


def midnight(day: date, timezone: str) -> datetime:
    """When a day begins in a time zone; where the clock skips midnight, the first moment after."""
    return datetime.combine(day, time(0), ZoneInfo(timezone))


def next_day(day: date) -> date:
    return day + timedelta(days=1)
