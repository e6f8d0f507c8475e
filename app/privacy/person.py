"""Who a person is: all ids of theirs, and what else they can be found by."""

# ruff: noqa: S608  (statements are made of our own names; what people say enters as tables)

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from app.workspace import Workspace
from domain.errors import WrongUsage
from domain.frozen import Frozen
from domain.identifiers import Identifiers, Phone, is_telling_name
from ledger import same_people, subjects
from tools.store.schema import TABLES
from tools.store.segments import Store, connect


class Found(Frozen):
    """A person, and what else must be known to find them and nobody else."""

    who: Identifiers = Identifiers()
    longer: tuple[str, ...] = ()
    """Identifiers of others that hold one of the person's as a part: joanna@… holds anna@…"""
    shared: tuple[str, ...] = ()
    """Identifiers that are also those of customers who are somebody else. They stay."""
    weak: tuple[str, ...] = ()
    """Ids too short to be told apart in running text; looked for in columns of ids alone."""

    named_in: tuple[str, ...] = ()
    """Campaigns and conversations whose texts name them, by their ids."""

    def and_more(self, other: Found) -> Found:
        """Both together."""

        def both(one: Frozen, another: Frozen) -> dict[str, tuple[Any, ...]]:
            return {
                name: tuple(dict.fromkeys((*getattr(one, name), *getattr(another, name))))
                for name in type(one).model_fields
                if name != "who"
            }

        return Found(who=Identifiers(**both(self.who, other.who)), **both(self, other))


@dataclass
class _Known:
    """What is found, growing."""

    customers: set[str] = field(default_factory=set)
    devices: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    names: set[tuple[str, str]] = field(default_factory=set)


def find(workspace: Workspace, asked: str) -> Found:
    """The person with this customer id or mail address, under all ids that are theirs.

    Raises WrongUsage ambiguous_person where several customers who are not known to be one person
    have the address. Who is known nowhere is found by what was asked alone.
    """
    store = Store(workspace.store_folder)
    with connect() as engine:
        for table in TABLES:
            engine.execute(f"CREATE VIEW {table} AS {store.view(table)}")
        known = _Known(customers=_asked(engine, workspace, asked))
        if "@" in asked:
            known.addresses.add(asked.strip().lower())
        _all_ids(workspace, store, known)
        _what_they_are_found_by(engine, known)
        shared = _shared(engine, known)
        who = Identifiers(
            customer_ids=tuple(sorted(known.customers)),
            devices=tuple(sorted(known.devices)),
            addresses=tuple(sorted(known.addresses - shared)),
            phones=tuple(_phones(sorted(known.phones - shared))),
            names=tuple(sorted(known.names)),
        )
        return Found(
            who=who,
            longer=tuple(_longer(engine, who)),
            shared=tuple(sorted(shared)),
            weak=tuple(i for i in (*who.customer_ids, *who.devices) if not who.find(i)),
        )


def unknown(asked: str) -> WrongUsage:
    return WrongUsage(
        "unknown_person",
        "Nothing is held about this person here.",
        thing=asked,
        next_step="Name them by a customer id of one of your systems, or by their mail address. "
        "An address of nobody here can be left out by `mainspring import suppressions`.",
    )


def is_known(workspace: Workspace, who: Identifiers) -> bool:
    """Whether the customer data or the ledger know any of the ids."""
    with workspace.ledger.read() as tx:
        if subjects.known(tx, who.customer_ids):
            return True
    store = Store(workspace.store_folder)
    with connect() as engine:
        _give(engine, "ids", who.customer_ids)
        return any(
            _column(
                engine,
                f"SELECT customer_id FROM ({store.view(table)}) "
                "WHERE customer_id IN (FROM ids) LIMIT 1",
            )
            for table in TABLES
        )


def _asked(engine: duckdb.DuckDBPyConnection, workspace: Workspace, asked: str) -> set[str]:
    if "@" not in asked:
        return {asked}
    _give(engine, "asked", [asked.strip().lower()])
    found = set(
        _column(engine, "SELECT customer_id FROM profiles WHERE lower(email) IN (FROM asked)")
    )
    if len(found) > 1:
        with workspace.ledger.read() as tx:
            names = subjects.known(tx, found)
            who = same_people.groups(tx, sorted(names.values()))
        people = {who.of(names[one]) if one in names else one for one in found}
        if len(people) > 1:
            ids = ", ".join(sorted(found))
            raise WrongUsage(
                "ambiguous_person",
                f"{len(found)} customers have this address, and nothing says that they are one "
                f"person: {ids}.",
                thing=asked,
                next_step="Name one of them by their id, or say first that they are the same: "
                "mainspring identity decide.",
            )
    return found


def _all_ids(workspace: Workspace, store: Store, known: _Known) -> None:
    """Every customer id and device that was found to be the same person's."""
    with workspace.ledger.read() as tx:
        names = subjects.known(tx, known.customers)
        group = same_people.groups(tx, sorted(names.values()))
        known.customers.update(subjects.customer_ids(tx, group.person).values())
    path = store.who()
    if path is None:
        return
    rows = pq.read_table(path).to_pylist()
    people = {
        row["person"]
        for row in rows
        if row["kind"] == "customer" and known.customers & {row["value"], row["person"]}
    } | known.customers
    for row in rows:
        if row["person"] in people:
            (known.customers if row["kind"] == "customer" else known.devices).add(row["value"])
            known.customers.add(row["person"])


def _what_they_are_found_by(engine: duckdb.DuckDBPyConnection, known: _Known) -> None:
    _give(engine, "ids", known.customers)
    mine = "WHERE customer_id IN (FROM ids)"
    for table in ("profiles", "links"):
        known.addresses.update(_column(engine, f"SELECT lower(email) FROM {table} {mine}"))
        known.phones.update(_column(engine, f"SELECT phone FROM {table} {mine}"))
    for column in ("anonymous_id", "device_id"):
        known.devices.update(_column(engine, f"SELECT {column} FROM links {mine}"))
    known.devices.update(_column(engine, f"SELECT anonymous_id FROM events {mine}"))
    names = engine.execute(
        f"SELECT DISTINCT trim(first_name), trim(last_name) FROM profiles {mine} "
        "AND first_name IS NOT NULL AND last_name IS NOT NULL"
    ).fetchall()
    for first, last in names:
        _give(engine, "name", [f"{first} {last}".lower()])
        others = _column(
            engine,
            "SELECT customer_id FROM profiles WHERE customer_id NOT IN (FROM ids) AND "
            "lower(trim(first_name) || ' ' || trim(last_name)) IN (FROM name) LIMIT 1",
        )
        if not others and is_telling_name(first, last):
            known.names.add((first, last))


def _shared(engine: duckdb.DuckDBPyConnection, known: _Known) -> set[str]:
    """Addresses, phone numbers and devices that are others' too, by their profiles and links."""
    _give(engine, "theirs", [*known.addresses, *known.phones])
    shared = {
        value
        for column in ("lower(email)", "phone")
        for value in _column(
            engine,
            f"SELECT {column} FROM profiles WHERE customer_id NOT IN (FROM ids) "
            f"AND {column} IN (FROM theirs)",
        )
    }
    _give(engine, "devices_seen", known.devices)
    for column in ("anonymous_id", "device_id"):
        others = _column(
            engine,
            f"SELECT {column} FROM links WHERE customer_id NOT IN (FROM ids) "
            f"AND {column} IN (FROM devices_seen)",
        )
        known.devices -= set(others)
        shared |= set(others)
    return shared


def _longer(engine: duckdb.DuckDBPyConnection, who: Identifiers) -> Iterator[str]:
    for column, values in (
        ("customer_id", who.customer_ids),
        ("lower(email)", who.addresses),
        ("lower(first_name || ' ' || last_name)", [" ".join(n).lower() for n in who.names]),
    ):
        _give(engine, "parts", values)
        yield from _column(
            engine,
            f"SELECT DISTINCT v FROM (SELECT {column} AS v FROM profiles), parts "
            "WHERE contains(v, value) AND v <> value",
        )


def _phones(numbers: Iterable[str]) -> Iterator[Phone]:
    import phonenumbers

    for number in numbers:
        try:
            read = phonenumbers.parse(number)
        except phonenumbers.NumberParseException:
            continue  # the store keeps E.164; what is none was never a phone
        national = phonenumbers.national_significant_number(read)
        yield Phone(country=str(read.country_code), national=national)


def _give(engine: duckdb.DuckDBPyConnection, name: str, values: Iterable[str]) -> None:
    engine.register(name, pa.table({"value": pa.array(sorted(values), pa.string())}))


def _column(engine: duckdb.DuckDBPyConnection, statement: str) -> list[str]:
    """The values of one column, without nulls and empty ones."""
    return [row[0] for row in engine.execute(statement).fetchall() if row[0]]
