"""The most valuable customers through every source: what each knows, what is missing, what
contradicts, what is stale. Customer ids stay with the caller; words are masked."""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

import pyarrow as pa

from domain.audit import CellState, MatrixRow, Trace
from domain.figures import Query
from domain.frozen import Frozen
from tools.audit.ground import COMPARED, LATE, NAMELESS, STALE_AFTER, VALID, valid
from tools.store.rows import Row
from tools.store.schema import PROFILE_FIELDS
from tools.store.segments import literal
from tools.store.tables import Tables

Group = Literal["who", "agreed", "bought", "does"]

WHO: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Name", ("first_name", "last_name")),
    ("E-mail", ("email",)),
    ("Phone", ("phone",)),
    ("Address", ("street", "postcode", "city", "country")),
    ("Language", ("language",)),
    ("Customer since", ("created_at",)),
)
FIELD_WORDS = {f: "e-mail" if f == "email" else f.replace("_", " ") for f in PROFILE_FIELDS}
PERMISSION, PROOF = "E-mail permission", "Proof of it"
VISITS, ANSWERS = "Site and app", "Answers to mail"
LEDGER = "consents"
MOST_CHANNELS = 5


class Traced(Frozen):
    """One customer, for the caller to name."""

    customer_id: str
    value: float
    orders: int
    last_order: date | None
    reachable: bool
    sources: tuple[str, ...]
    knows: tuple[tuple[str, tuple[str, ...]], ...]
    traces: tuple[Trace, ...]


def trace(
    ids: Sequence[str], tables: Tables
) -> tuple[tuple[Traced, ...], tuple[MatrixRow, ...], tuple[Query, ...]]:
    """Each of the customers, in the order given, and one row of cells for each field."""
    top = pa.table({"customer_id": pa.array(ids, pa.string())})
    tables.give("top", top)
    judged = ", ".join(
        f"{f} IS NULL OR coalesce({valid(f, tables)}, false) AS {f}_valid" for f in VALID
    )
    people, q1 = tables.ask_text(
        "top-people", f"SELECT *, {judged} FROM person SEMI JOIN top USING (customer_id)"
    )
    said, q2 = tables.ask_text(
        "top-said", "SELECT * FROM said SEMI JOIN top USING (customer_id) ORDER BY source"
    )
    zone = literal(tables.timezone)
    bought, q3 = tables.ask_text(
        "top-bought",
        f"""SELECT customer_id, coalesce(nullif(channel, ''), 'unknown') AS channel,
            list(DISTINCT coalesce(source, '{NAMELESS}')) AS sources,
            count(DISTINCT order_id) AS orders,
            max(CAST(timezone({zone}, ordered_at) AS DATE)) AS last
        FROM ({tables.text(tables.lines().filter(lambda t: t.purchase))})
        SEMI JOIN top USING (customer_id) GROUP BY ALL""",
    )
    did, q4 = tables.ask_text(
        "top-did",
        f"""SELECT customer_id, starts_with(name, 'Email ') AS mail,
            list(DISTINCT coalesce(source, '{NAMELESS}')) AS sources, max(occurred_at) AS last
        FROM ({tables.text(tables.events())})
        SEMI JOIN top USING (customer_id)
        WHERE NOT coalesce(machine, false)
            AND name NOT IN ('Email Delivered', 'Email Bounced') GROUP BY ALL""",
    )
    known = _Known(tables, people, said, bought, did)
    traced = tuple(known.customer(one) for one in ids)
    rows = [_row("who", field, known, ids, _sources_of(said, parts)) for field, parts in WHO]
    rows += [_row("agreed", field, known, ids, (LEDGER,)) for field in (PERMISSION, PROOF)]
    for channel in known.channels:
        where = [row for row in bought if row["channel"] == channel]
        rows.append(_row("bought", _bought_in(channel), known, ids, _united(where)))
    for field, mail in known.behaviour:
        did_so = [row for row in did if row["mail"] == mail]
        rows.append(_row("does", field, known, ids, _united(did_so)))
    return traced, tuple(rows), (q1, q2, q3, q4)


class _Known:
    """What the rows say of each customer, by field."""

    def __init__(
        self, tables: Tables, people: list[Row], said: list[Row], bought: list[Row], did: list[Row]
    ) -> None:
        self.now = tables.as_of
        self.people = {row["customer_id"]: row for row in people}
        self.said: dict[str, list[Row]] = {one: [] for one in self.people}
        for row in said:
            self.said[row["customer_id"]].append(row)
        self.bought = {(row["customer_id"], row["channel"]): row for row in bought}
        self.did = {(row["customer_id"], row["mail"]): row for row in did}
        self.channels = _frequent(row["channel"] for row in bought)
        kinds = {row["mail"] for row in did}
        self.behaviour = [(f, m) for f, m in ((VISITS, False), (ANSWERS, True)) if m in kinds]
        self.cells = {one: dict(self._fields(one)) for one in self.people}

    def customer(self, one: str) -> Traced:
        person = self.people[one]
        knows = self._knows(one)
        found = [
            Trace(field=field, state=state, words=words)
            for field, (state, words) in self.cells[one].items()
            if state not in ("good", "none")
        ]
        last = person["last_order"]
        return Traced(
            customer_id=one,
            value=float(person["value"]),
            orders=person["orders"],
            last_order=last.date() if last else None,
            reachable=bool(
                person["email"]
                and person["email_valid"]
                and person["agreed"]
                and not person["suppressed"]
                and not person["barred"]
            ),
            sources=tuple(sorted(knows)),
            knows=tuple((source, tuple(said)) for source, said in sorted(knows.items())),
            traces=tuple(found),
        )

    def _knows(self, one: str) -> dict[str, list[str]]:
        """Source → which fields it says of a customer, and what it saw them do."""
        found: dict[str, list[str]] = {}
        for row in self.said[one]:
            said = found.setdefault(row["source"], [])
            said += [FIELD_WORDS[f] for f in PROFILE_FIELDS if row[f] is not None]
        for channel in self.channels:
            for source in self.bought.get((one, channel), {}).get("sources", ()):
                found.setdefault(source, []).append(f"orders ({channel})")
        for field, mail in self.behaviour:
            for source in self.did.get((one, mail), {}).get("sources", ()):
                found.setdefault(source, []).append(field.lower())
        return found

    def _fields(self, one: str) -> list[tuple[str, tuple[CellState, str]]]:
        person = self.people[one]
        found: list[tuple[str, tuple[CellState, str]]] = [
            (field, self._who(one, field, parts)) for field, parts in WHO
        ]
        found += [(PERMISSION, _permission(person)), (PROOF, _proof(person))]
        for channel in self.channels:
            there = (one, channel) in self.bought
            state: CellState = "good" if there else "none"
            found.append((_bought_in(channel), (state, "")))
        for field, mail in self.behaviour:
            row = self.did.get((one, mail))
            found.append((field, self._lately(row["last"] if row else None)))
        return found

    def _who(self, one: str, field: str, parts: tuple[str, ...]) -> tuple[CellState, str]:
        person, rows = self.people[one], self.said[one]
        first = parts[0]
        if person[first] is None:
            others = [p for p in parts[1:] if person[p] is not None]
            named = ", ".join(p.replace("_", " ") for p in others)
            return "missing", f"only the {named}" if others else "no source says it"
        wrong = next((p for p in parts if not person.get(f"{p}_valid", True)), None)
        if wrong is not None:
            return "disagree", f"the {wrong.replace('_', ' ')} cannot be right"
        for part in parts:
            values = [(r["source"], r[part]) for r in rows if r[part] is not None]
            if part in COMPARED and len({str(v).strip().lower() for _, v in values}) > 1:
                return "disagree", ", ".join(f"{s} {hint(part, v)}" for s, v in values)
        if first == "created_at":
            bought = person["first_order"]
            if bought is not None and bought < person[first] - LATE:
                return "disagree", f"since {person[first]:%Y-%m-%d}, yet bought {bought:%Y-%m-%d}"
            return "good", ""
        confirmed = [r["said_at"] for r in rows if r[first] is not None and r["said_at"]]
        if confirmed and max(confirmed) < self.now - STALE_AFTER:
            return "stale", f"last said {max(confirmed):%Y-%m-%d}"
        return "good", ""

    def _lately(self, last: datetime | None) -> tuple[CellState, str]:
        if last is None:
            return "missing", "nothing is recorded"
        if last < self.now - STALE_AFTER:
            return "stale", f"last seen {last:%Y-%m-%d}"
        return "good", ""


def hint(field: str, value: Any) -> str:
    """A personal value that can be told apart and not used."""
    text = str(value).strip()
    match field:
        case "email":
            name, _, host = text.rpartition("@")
            return f"says {name[:1]}…@{host}"
        case "phone":
            return f"ends in {text[-3:]}"
        case "language" | "country":
            return f"says {text}"
        case "birthday":
            return "says another day"
        case _:
            return f"says {text[:1]}…"


def _permission(person: Row) -> tuple[CellState, str]:
    if not person["answered"]:
        return "missing", "no answer is recorded"
    if person["agreed"] and person["barred"]:
        return "disagree", f"agreed, and {person['barred']}"
    if person["agreed"] and person["suppressed"]:
        return "disagree", "agreed, and the address must not be mailed"
    return "good", ""


def _proof(person: Row) -> tuple[CellState, str]:
    if not person["agreed"]:
        return ("none" if person["answered"] else "missing"), "no answer is recorded"
    if not person["proven"]:
        return "missing", "agreed, and the wording or where is not recorded"
    return "good", ""


def _row(
    group: Group, field: str, known: _Known, ids: Sequence[str], sources: tuple[str, ...]
) -> MatrixRow:
    cells = tuple(known.cells[one][field][0] for one in ids)
    good = sum(1 for cell in cells if cell == "good")
    return MatrixRow(group=group, field=field, sources=sources, cells=cells, good=good)


def _sources_of(said: list[Row], parts: tuple[str, ...]) -> tuple[str, ...]:
    assert set(parts) <= set(PROFILE_FIELDS)
    return _frequent(r["source"] for r in said if any(r[p] is not None for p in parts))


def _united(rows: list[Row]) -> tuple[str, ...]:
    return _frequent(source for row in rows for source in row["sources"])


def _frequent(names: Any) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    return tuple(ordered[:MOST_CHANNELS])


def _bought_in(channel: str) -> str:
    return f"Bought: {channel}"
