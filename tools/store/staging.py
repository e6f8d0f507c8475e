"""A file on its way in: loaded as text, its columns understood, each value judged."""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from domain.errors import WrongUsage
from tools.store.columns import ColumnMap, Understood, understand
from tools.store.exports import Part
from tools.store.fields import FIELDS, Kind
from tools.store.quarantine import Quarantine
from tools.store.readers import LINE, read_batches
from tools.store.segments import Erased, Store, connect, literal
from tools.store.values import MACROS, Times, Value, without_offset

MISSING = "ELSE 'missing'"
WITHOUT_THE_ERASED = (
    "CASE WHEN customer_id NOT IN (FROM erased_ones) THEN customer_id END AS customer_id"
)
"""The customer of a row that stays although it is of somebody who was erased."""
Progress = Callable[[int], None]
"""Called now and then with the number of rows read so far."""


class Staged:
    """One file as the tables ``raw`` (its own columns) and ``said`` (our fields, as text)."""

    def __init__(
        self,
        kind: Kind,
        path: Path,
        said: Mapping[str, str],
        quarantine: Quarantine,
        progress: Progress | None = None,
        *,
        part: Part | None = None,
        store: Store | None = None,
        source: str = "",
    ) -> None:
        """``part``: how the file of a known system is read; it asks the store whom it knows.
        ``source``: the system that says these rows."""
        self.kind = kind
        self.source = source or f"{kind} file"
        self.path = path
        self.quarantine = quarantine
        self.engine = connect()
        for macro in MACROS:
            self.engine.execute(macro)
        self.rows = self._load(progress)
        self._part, self._said = part, said
        self._erased = store.erased if store is not None else None
        self._erased_orders = store.erased_orders if store is not None else "keep"
        self._give_erased(())
        self.erased = 0
        """Rows of people who were erased: left out, or of orders taken without their customer."""
        columns = [c for c in self._columns() if c != LINE]
        self.mapping: ColumnMap = understand(
            kind, columns, said, _known(part), part.columns if part else frozenset()
        )
        self.notes: tuple[str, ...] = part.notes if part else ()
        fields = ", ".join(f"known({self._source(f.name)}) AS {f.name}" for f in FIELDS[kind])
        if part is None:
            self.engine.execute(f"CREATE VIEW said AS SELECT {LINE}, {fields} FROM raw")
        else:
            self._read_part(part, fields, store)
        self.rows += sum(quarantine.rows.values())

    def close(self) -> None:
        self.engine.close()

    def has(self, field: str) -> bool:
        """Whether the file, or the caller for every row, says this field."""
        return self.mapping.source(field) is not None

    def times(self, zone: str | None, latest: datetime, fields: Sequence[str]) -> Times:
        """What the file's times mean. Raises WrongUsage where that must be said first."""
        present = [f for f in fields if self.has(f)]
        if zone is None:
            for field in present:
                naive = self._value(f"SELECT count(*) FROM said WHERE {without_offset(field)}")
                if naive:
                    raise WrongUsage(
                        "timezone_unsaid",
                        f"{naive:,} rows carry times without an offset in {field}",
                        thing=self.path.name,
                        next_step="say the time zone that they are meant in: --tz Europe/London",
                    )
        elif not is_time_zone(zone):
            raise WrongUsage(
                "unknown_timezone",
                f"{zone!r} is no IANA time zone",
                next_step="use a name such as Europe/Berlin",
            )
        return Times(zone or "UTC", self._day_first(present), latest)

    def judge(self, values: Sequence[Value]) -> None:
        """Make the table ``judged``: LINE and each field's value, of the rows that can be kept.

        The others, and the values that were left out, are in the quarantine.
        """
        # Three steps, so that each text is read once: candidates, reasons, then the values.
        read = ", ".join(f"{v.read} AS {v.field}__" for v in values)
        problems = ", ".join(
            f"CASE WHEN {v.field} IS NOT NULL THEN {v.problem} "
            f"{MISSING if v.required else ''} END AS _{v.field}"
            for v in values
        )
        reasons = [f"{literal(v.field + ': ')} || _{v.field}" for v in values if v.refuses]
        optional = [v for v in values if not v.refuses]
        kept = ", ".join(
            f"CASE WHEN _{v.field} IS NULL THEN {v.field}__ END AS {v.field}" for v in values
        )
        self.engine.execute(
            f"CREATE TEMP TABLE sorted_out AS SELECT {LINE}, "
            + "".join(f"_{v.field}, " for v in optional)
            + f"coalesce({', '.join([*reasons, 'NULL'])}) AS _refused, {kept} "
            f"FROM (SELECT *, {problems} FROM (SELECT *, {read} FROM said))"
        )
        if self._erased is not None:
            self._leave_out(self._erased, [v.field for v in values])
        self._quarantine_rows()
        for field in self._unreadable([v.field for v in optional]):
            self._quarantine_values(field)
        left_out = ", ".join(["_refused", *(f"_{v.field}" for v in optional)])
        self.engine.execute(
            f"CREATE VIEW judged AS SELECT * EXCLUDE ({left_out}) "
            "FROM sorted_out WHERE _refused IS NULL"
        )

    def _leave_out(self, erased: Erased, fields: Sequence[str]) -> None:
        """Take out the rows of people who were erased, before any of them is set aside."""
        known = [f for f in ("customer_id", "anonymous_id", "email") if f in fields]
        if not known:
            return
        values = " UNION ".join(f"SELECT {f} AS value FROM sorted_out" for f in known)
        rows = self.engine.execute(f"{values} EXCEPT SELECT NULL").fetchall()
        found = erased(row[0] for row in rows)
        if not found:
            return
        self._give_erased(found)
        of_them = {f: f"{f} IN (FROM erased_ones)" for f in known}
        if self.kind == "orders" and self._erased_orders == "keep":
            # Whose it is tells lines apart, so ``WITHOUT_THE_ERASED`` takes it away after that.
            statement = f"SELECT count(*) FROM sorted_out WHERE {of_them['customer_id']}"
            said = "taken without a customer"
        else:
            alone = [of_them[f] for f in known if f != "customer_id"]
            where = of_them["customer_id"] if "customer_id" in known else "false"
            if alone:
                nobody = "customer_id IS NULL AND " if "customer_id" in known else ""
                where += f" OR ({nobody}({' OR '.join(alone)}))"
            statement = f"DELETE FROM sorted_out WHERE {where}"
            said = "left out"
        self.erased = self._value(statement)
        if self.kind == "orders":
            self._drop_erased("_refused IS NOT NULL")
        if self.erased:
            one = self.erased == 1
            of = (
                "1 row is of somebody who was"
                if one
                else f"{self.erased:,} rows are of people who were"
            )
            self.notes = (*self.notes, f"{of} erased: {'it was' if one else 'they were'} {said}.")

    def _give_erased(self, found: Iterable[str]) -> None:
        values = pa.array(sorted(found), pa.string())
        self.engine.register("erased_ones", pa.table({"value": values}))

    def _drop_erased(self, condition: str) -> None:
        """Orders that would be set aside and are of people who were erased are kept nowhere."""
        self.engine.execute(
            f"DELETE FROM sorted_out WHERE ({condition}) AND customer_id IN (FROM erased_ones)"
        )

    def refuse(self, condition: str, reason: str) -> None:
        """Set aside the judged rows that meet a condition over several fields."""
        if self.kind == "orders":
            self._drop_erased(condition)
        self.engine.execute(
            f"UPDATE sorted_out SET _refused = {literal(reason)} "
            f"WHERE _refused IS NULL AND ({condition})"
        )
        self._quarantine_rows(reason)

    def arrow(self, statement: str) -> pa.Table:
        return self.engine.execute(statement).to_arrow_table()

    def count(self, statement: str) -> int:
        """The one number that a statement gives."""
        return self._value(statement)

    # --- loading -----------------------------------------------------------------------------

    def _load(self, progress: Progress | None) -> int:
        self.engine.execute(f"CREATE TABLE raw ({LINE} BIGINT)")
        known = {LINE}
        rows = 0
        for batch in read_batches(self.path, self.quarantine.row):
            for name in batch.schema.names:
                if name.casefold() not in {k.casefold() for k in known}:
                    self.engine.execute(f"ALTER TABLE raw ADD COLUMN {quoted(name)} VARCHAR")
                    known.add(name)
            self.engine.register("batch", pa.Table.from_batches([batch]))
            kept = [n for n in batch.schema.names if n in known]
            names = ", ".join(quoted(n) for n in kept)
            self.engine.execute(f"INSERT INTO raw ({names}) SELECT {names} FROM batch")
            self.engine.unregister("batch")
            rows += batch.num_rows
            if progress:
                progress(rows)
        return rows

    def _read_part(self, part: Part, fields: str, store: Store | None) -> None:
        """Make ``said`` from an export's rows; what is no row of this kind is counted."""
        people = "SELECT NULL AS address, NULL AS customer_id WHERE false"
        if store is not None:
            people = (
                "SELECT lower(email) AS address, min(customer_id) AS customer_id "
                f"FROM ({store.view('profiles')}) WHERE email IS NOT NULL GROUP BY 1"
            )
        ids = f"SELECT DISTINCT customer_id FROM ({store.view('profiles')})" if store else people
        self.engine.execute(f"CREATE TABLE known_people AS {people}")
        self.engine.execute(f"CREATE TABLE known_ids AS {ids}")
        self.engine.execute(f"CREATE TABLE x AS {part.rows}")
        for condition, words in part.left_out:
            left = self._value(f"SELECT count(*) FROM x WHERE {condition}")
            if left:
                self.notes = (*self.notes, f"{left:,} {words}: left out.")
                self.engine.execute(f"DELETE FROM x WHERE {condition}")
        self.engine.execute(f"CREATE TABLE said AS SELECT {LINE}, {fields} FROM x")

    def _columns(self) -> list[str]:
        return [str(c[0]) for c in self.engine.execute("SELECT * FROM raw LIMIT 0").description]

    def _source(self, field: str) -> str:
        found = self.mapping.source(field)
        if found is None:
            return "CAST(NULL AS VARCHAR)"
        known = self._part.field(field) if self._part else None
        if found.constant is not None:
            said = literal(found.constant)
            # What the export leaves open is filled; what it says stays.
            return f"coalesce({known.sql}, {said})" if known else said
        return known.sql if known and field not in self._said else quoted(found.column)

    # --- judging -----------------------------------------------------------------------------

    def _day_first(self, fields: Sequence[str]) -> bool:
        """How 3/4/2010 is meant: as said, else as the file's other dates show."""
        said = self.mapping.source("date_order")
        if said is not None and said.constant is not None:
            if said.constant not in ("dmy", "mdy"):
                raise WrongUsage(
                    "unknown_date_order",
                    f"date_order cannot be {said.constant!r}",
                    next_step="say --map date_order==dmy or --map date_order==mdy",
                )
            return said.constant == "dmy"
        first = second = slashed = 0
        for field in fields:
            row = self.engine.execute(
                "SELECT count(*), max(CAST(p.a AS INT)), max(CAST(p.b AS INT)) FROM (SELECT "
                f"regexp_extract({field}, '^(\\d{{1,2}})/(\\d{{1,2}})/\\d{{4}}', ['a', 'b']) AS p "
                f"FROM said WHERE {field} LIKE '%/%') WHERE p.a <> ''"
            ).fetchone()
            if row is not None and row[0]:
                slashed, first, second = slashed + row[0], max(first, row[1]), max(second, row[2])
        if slashed and (first > 12) == (second > 12):
            raise WrongUsage(
                "date_order_unsaid",
                f"{slashed:,} dates with slashes can be read in two ways",
                thing=self.path.name,
                next_step="say --map date_order==dmy (day first) or --map date_order==mdy",
            )
        return first > 12

    def _quarantine_rows(self, reason: str | None = None) -> None:
        condition = "_refused IS NOT NULL" if reason is None else f"_refused = {literal(reason)}"
        found = self.engine.execute(
            f"SELECT _refused, raw.* FROM sorted_out JOIN raw USING ({LINE}) "
            f"WHERE {condition} ORDER BY {LINE}"
        )
        for batch in found.to_arrow_reader(10_000):
            for row in batch.to_pylist():
                self.quarantine.row(row.pop(LINE), row.pop("_refused"), row)

    def _unreadable(self, fields: Sequence[str]) -> list[str]:
        """The fields of which any value was left out."""
        counts = ", ".join(f"count(_{field})" for field in fields)
        row = self.engine.execute(
            f"SELECT {counts} FROM sorted_out WHERE _refused IS NULL"
        ).fetchone()
        return [field for field, count in zip(fields, row or (), strict=True) if count]

    def _quarantine_values(self, field: str) -> None:
        found = self.engine.execute(
            f"SELECT o.{LINE}, o._{field} AS why, s.{field} AS value "
            f"FROM sorted_out o JOIN said s USING ({LINE}) "
            f"WHERE o._{field} IS NOT NULL AND o._refused IS NULL ORDER BY o.{LINE}"
        )
        for batch in found.to_arrow_reader(10_000):
            for row in batch.to_pylist():
                self.quarantine.value(row[LINE], field, row["why"], row["value"])

    def _value(self, statement: str) -> int:
        row = self.engine.execute(statement).fetchone()
        return int(row[0]) if row and row[0] is not None else 0


def _known(part: Part | None) -> tuple[Understood, ...]:
    return tuple(
        Understood(field=f.name, column=", ".join(f.columns), how=f.how)
        for f in (part.fields if part else ())
    )


def quoted(name: str) -> str:
    """A SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def is_time_zone(name: str) -> bool:
    """Whether this is an IANA name."""
    return name in zoneinfo.available_timezones()


def add_zones(engine: duckdb.DuckDBPyConnection) -> None:
    """Make the table ``zones``: the names that Python and the engine both know."""
    names = pa.table({"zone": sorted(zoneinfo.available_timezones())})
    engine.register("python_zones", names)
    engine.execute(
        "CREATE TABLE zones AS SELECT zone FROM python_zones "
        "WHERE zone IN (SELECT name FROM pg_timezone_names())"
    )
    engine.unregister("python_zones")
