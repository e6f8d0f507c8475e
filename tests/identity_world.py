"""A store and a ledger with customers of several systems, and a resolution so plain that a test can
reckon it: one address is one person, one surname in one postcode is worth a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pyarrow as pa

from tools.identity.port import Decided, Figures, Held, Merge, Reason, Resolution, Suggestion
from tools.identity.rules import IdentityRules
from tools.store.rows import rows_of
from tools.store.schema import PROFILES
from tools.store.segments import Store

SAID_AT = datetime(2010, 11, 1, tzinfo=UTC)


def profile(customer_id: str, email: str | None = None, **more: object) -> dict[str, object]:
    return {"customer_id": customer_id, "email": email, "created_at": SAID_AT, **more}


def add_profiles(store: Store, *rows: dict[str, object], source: str = "shop") -> None:
    columns = {
        name: pa.array([row.get(name) for row in rows], PROFILES.field(name).type)
        for name in PROFILES.names
        if name not in ("source", "said_at", "seq")
    }
    columns["source"] = pa.array([source] * len(rows), pa.string())
    store.add("profiles", pa.table(columns))


def make_store(folder: Path) -> Store:
    """a and b share an address; c and d a surname and a postcode; e stands alone."""
    store = Store(folder)
    add_profiles(
        store,
        profile("a", "ann@x.example", first_name="Ann"),
        profile("b", "ann@x.example", last_name="Smith"),
        profile("c", "kim@x.example", last_name="Ortega", postcode="80331", first_name="Kim"),
        profile("d", "k.ortega@y.example", last_name="Ortega", postcode="80331"),
        profile("e", "eve@x.example", last_name="Stone"),
    )
    return store


def plain_resolve(
    profiles: pa.Table,
    links: pa.Table,
    decided: Sequence[Decided],
    *,
    rules: IdentityRules,
    before: Mapping[str, str] | None = None,
) -> Resolution:
    rows = {row["customer_id"]: row for row in rows_of(profiles)}
    verdicts = {frozenset((one.one, one.other)): one.verdict for one in decided}
    merges, suggestions, taken = [], [], set()
    for one, other in combinations(sorted(rows), 2):
        verdict = verdicts.get(frozenset((one, other)))
        same = rows[one]["email"] == rows[other]["email"]
        if verdict == "same" or (same and verdict is None):
            rule, evidence = (
                ("decided", "a person said so")
                if verdict
                else ("same_email", "both have the address a…n@x.example")
            )
            if other not in taken:
                reason = Reason(rule=rule, one=one, other=other, evidence=evidence)
                merges.append(Merge(customer_id=other, person=one, reasons=(reason,)))
                taken.add(other)
            continue
        close = rows[one]["postcode"] and rows[one]["postcode"] == rows[other]["postcode"]
        if close and verdict is None:
            reason = Reason(
                rule="likely_same",
                one=one,
                other=other,
                evidence="the surname and the postcode",
                probability=0.8,
            )
            suggestions.append(Suggestion(one=one, other=other, score=0.8, reasons=(reason,)))
    return Resolution(
        merges=tuple(merges),
        devices=(),
        suggestions=tuple(suggestions),
        refusals=(),
        held=(Held(kind="email", masked="i…o@x.example", count=31, why="role"),),
        figures=Figures(
            customers=len(rows),
            persons=len(rows) - len(merges),
            merged=len(merges),
            by_rule=(("same_email", len(merges)),) if merges else (),
            pairs_compared=len(rows) * (len(rows) - 1) // 2,
            in_band=len(suggestions),
            refused=0,
            model="off",
        ),
    )
