"""How much of a group of people the data hold back: of a segment, or of a campaign's audience."""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, cast

from domain.audit import FindingCode
from domain.frozen import Frozen
from domain.predicate import Predicate
from tools.cdp.port import CdpError
from tools.store.compile import PerPerson
from tools.store.rows import rows_of
from tools.store.tables import Tables

HOLDS_BACK: tuple[FindingCode, ...] = (
    "no_address",
    "no_consent",
    "invalid_values",
    "duplicates",
    "disagreement",
)
"""Whoever has one of these cannot be mailed, or not rightly: no address, no answer, a value that
cannot be, two ids (two mails), or details that contradict each other."""

Asked = Literal["orders", "events"]
_ASKS: dict[str, Asked] = {
    "bought": "orders",
    "spent": "orders",
    "stage": "orders",
    "score": "orders",
    "did": "events",
}


class Group(Frozen):
    """People by a rule, under a name. Saved segments are in the place of their names."""

    name: str
    rule: Predicate


class Held(Frozen):
    """A group, and what its people lack."""

    name: str
    size: int
    held_back: int
    missing: tuple[tuple[FindingCode, int], ...]
    """People by problem, the most frequent first."""
    asks: frozenset[Asked] = frozenset()
    """The tables, beside that of people, that the group's rule asks."""

    def count(self, code: FindingCode) -> int:
        return dict(self.missing).get(code, 0)


def held_back(groups: Sequence[Group], tables: Tables) -> tuple[Held, ...]:
    """In the order given, in one look at each table; a group whose rule the data cannot answer is
    left out."""
    asked = PerPerson(tables)
    kept, conditions = [], []
    for group in groups:
        try:
            conditions.append(asked.ask(group.rule))
        except CdpError as error:
            if error.code == "store_damaged":
                raise
            continue  # names what the data no longer have, or adds amounts that do not add
        kept.append(group)
    if not kept:
        return ()
    people = asked.table()
    fits: dict[str, Any] = {f"g{n}": fit(people) for n, fit in enumerate(conditions)}
    tables.give("member", tables.run(people.select("customer_id", **fits)))
    counts = ", ".join(f"count(*) FILTER (g{n}) AS g{n}" for n in range(len(kept)))
    blocking = ", ".join(f"'{code}'" for code in HOLDS_BACK)
    (sizes,) = rows_of(tables.run_text(f"SELECT {counts} FROM member"))
    (held,) = rows_of(
        tables.run_text(
            f"SELECT {counts} FROM member SEMI JOIN (SELECT customer_id FROM problem WHERE code "
            f"IN ({blocking})) USING (customer_id)"
        )
    )
    by_code = rows_of(
        tables.run_text(
            f"SELECT code, {counts} FROM problem JOIN member USING (customer_id) GROUP BY code"
        )
    )
    return tuple(
        Held(
            name=group.name,
            size=sizes[f"g{n}"],
            held_back=held[f"g{n}"],
            missing=_most_first((row["code"], row[f"g{n}"]) for row in by_code),
            asks=tables_of(group.rule),
        )
        for n, group in enumerate(kept)
    )


def tables_of(rule: Predicate) -> frozenset[Asked]:
    """The tables that a rule asks, by the kinds of its parts."""
    found: set[Asked] = set()
    parts: list[object] = [rule.model_dump()]
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            if part.get("kind") in _ASKS:
                found.add(_ASKS[part["kind"]])
            parts += part.values()
        elif isinstance(part, list | tuple):
            parts += part
    return frozenset(found)


def _most_first(counts: Any) -> tuple[tuple[FindingCode, int], ...]:
    found = [(cast(FindingCode, code), int(n)) for code, n in counts if n]
    return tuple(sorted(found, key=lambda one: (-one[1], one[0])))
