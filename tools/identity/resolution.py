"""``resolve``: who is who, from what systems say and people decided."""

# ruff: noqa: S608  (statements are made of our own names; what customers say enters as tables)

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import duckdb
import numpy as np
import pyarrow as pa

from tools.identity import likeness, ties
from tools.identity.evidence import EVIDENCE, agreements
from tools.identity.graph import Grouping, Ints, group
from tools.identity.parameters import FIELDS
from tools.identity.paths import Tree, tree
from tools.identity.port import (
    Decided,
    Device,
    Figures,
    Held,
    Merge,
    Reason,
    Refusal,
    Resolution,
    Suggestion,
)
from tools.identity.prepared import prepare
from tools.identity.rules import IdentityRules
from tools.identity.second_look import SURE, look_again
from tools.identity.words import MASK
from tools.store.rows import Row, rows_of

_LISTED = 1_000
"""Refusals and held identifiers that are listed; figures count them all."""
_LIKELY = 9
"""The rank of ties by likeness, below every shared identifier."""
_REFUSED = {
    "decided_apart": "A person decided that they are two.",
    "contradiction": "Their names or birthdays contradict each other.",
    "too_many": "One person would have too many customer ids.",
}


def resolve(
    profiles: pa.Table,
    links: pa.Table,
    decided: Sequence[Decided],
    *,
    rules: IdentityRules,
    before: Mapping[str, str] | None = None,
) -> Resolution:
    """See ``tools.identity.port.Resolve``.

    Works in memory, in an engine of its own; a million customers take about 4 GB.
    """
    with resolving(profiles, links, rules) as work:
        return work.answer(decided, before or {})


@contextmanager
def _no_collecting() -> Iterator[None]:
    """An answer of a million parts has no cycles; looking for them over and over, while it grows,
    would take as long as making it."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextmanager
def resolving(profiles: pa.Table, links: pa.Table, rules: IdentityRules) -> Iterator[Resolving]:
    """A resolution that can be asked afterwards what it looked at."""
    with duckdb.connect(
        config={"autoinstall_known_extensions": False, "allow_community_extensions": False}
    ) as engine:
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute("SET preserve_insertion_order = false")
        engine.execute("SET enable_progress_bar = false")
        prepare(engine, profiles, links, rules)
        yield Resolving(engine, rules)


class Resolving:
    """One resolution over what ``prepare`` made."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, rules: IdentityRules) -> None:
        self._engine, self._rules = engine, rules
        ids = engine.execute("SELECT customer_id FROM customers ORDER BY n").to_arrow_table()
        self.ids: list[str] = ids.column(0).to_pylist()
        self._numbers: dict[str, int] = {}

    def answer(self, decided: Sequence[Decided], before: Mapping[str, str]) -> Resolution:
        with _no_collecting():
            return self._answer(decided, before)

    def _answer(self, decided: Sequence[Decided], before: Mapping[str, str]) -> Resolution:
        engine, rules = self._engine, self._rules
        ties.tie(engine, rules)
        apart = self._take_decisions(decided)
        compared = self._compare()
        if compared is not None:
            # First the sure ties; then those in doubt, weighed by persons instead of records.
            self._tie_likely(SURE)
            self._publish(self._grouped(apart).group)
            look_again(engine, compared.weighing)
            self._tie_likely(rules.merge_from)
        grouping = self._grouped(apart)
        one, other = self._ordered_ties()
        self._publish(grouping.group)
        persons = self._persons(grouping.group, before)
        found = tree(one, other, grouping.held, persons)
        reasons = self._reasons(found.ties)
        suggestions, in_band = self._suggestions(apart)
        merges = self._merges(found, persons, reasons)
        used = Counter(reason.rule for reason in reasons.values())
        notes: tuple[str, ...] = ()
        if compared is not None and compared.model == "prior":
            few = len(self.ids) < rules.estimate_from
            notes = (
                f"{len(self.ids):,} customers are too few to estimate from (fewer than "
                f"{rules.estimate_from:,}): documented parameters were used."
                if few
                else "Too few addresses and birthdays are shared to estimate from: documented "
                "parameters were used.",
            )
        return Resolution(
            merges=merges,
            devices=self._devices(persons),
            suggestions=suggestions,
            refusals=self._refusals(grouping),
            held=self._held(),
            figures=Figures(
                customers=len(self.ids),
                persons=len(self.ids) - len(merges),
                merged=len(merges),
                by_rule=tuple(sorted(used.items())),
                pairs_compared=compared.pairs if compared else 0,
                in_band=in_band,
                refused=len(grouping.refused),
                model=compared.model if compared else "off",
                notes=notes,
            ),
        )

    def tied(self) -> tuple[Ints, Ints]:
        """The pairs that were tied directly, as positions in ``ids``."""
        return self._pairs("SELECT DISTINCT a, b FROM ties")

    def looked_at(self) -> tuple[Ints, Ints]:
        """The pairs that share an identifier or a key, and so were compared."""
        shared = "SELECT a, b FROM sharing"
        keyed = likeness.KEYED if self._rules.compared else shared
        return self._pairs(f"SELECT DISTINCT a, b FROM ({shared} UNION ALL {keyed})")

    def _pairs(self, query: str) -> tuple[Ints, Ints]:
        found = self._engine.execute(
            f"SELECT a::INTEGER AS a, b::INTEGER AS b FROM ({query})"
        ).fetchnumpy()
        return np.asarray(found["a"], np.int32), np.asarray(found["b"], np.int32)

    # --- ties ------------------------------------------------------------------------------

    def _number(self, customer_id: str) -> int | None:
        if not self._numbers:
            self._numbers = {customer_id: n for n, customer_id in enumerate(self.ids)}
        return self._numbers.get(customer_id)

    def _take_decisions(self, decided: Sequence[Decided]) -> list[tuple[int, int]]:
        """Make ties of those who are the same, and answer with those who are apart."""
        apart = []
        for decision in decided:
            one, other = self._number(decision.one), self._number(decision.other)
            if one is None or other is None or one == other:
                continue
            pair = (min(one, other), max(one, other))
            if decision.verdict == "apart":
                apart.append(pair)
            else:
                self._engine.execute(
                    "INSERT INTO ties VALUES (?, ?, 0, 'decided', 'a person decided so', NULL, "
                    "NULL, NULL)",
                    pair,
                )
        return sorted(set(apart))

    def _compare(self) -> likeness.Compared | None:
        if not self._rules.compared or len(self.ids) < 2:
            levels = ", ".join(f"NULL::TINYINT AS {field.name}" for field in FIELDS)
            self._engine.execute(
                f"CREATE TABLE scored AS SELECT 0 AS a, 0 AS b, NULL::DOUBLE AS probability, "
                f"{levels} WHERE false"
            )
            return None
        return likeness.compare(self._engine, self._rules)

    def _tie_likely(self, least: float) -> None:
        self._engine.execute(
            f"""INSERT INTO ties SELECT a, b, {_LIKELY}, 'likely_same', NULL, probability, NULL,
                NULL FROM scored ANTI JOIN ties USING (a, b) WHERE probability >= {least}"""
        )

    def _grouped(self, apart: list[tuple[int, int]]) -> Grouping:
        one, other = self._ordered_ties()
        return group(
            len(self.ids),
            one,
            other,
            apart=apart,
            most=self._rules.members,
            contradictions=self._contradictions,
        )

    def _ordered_ties(self) -> tuple[Ints, Ints]:
        self._engine.execute(
            """CREATE OR REPLACE TABLE ordered AS SELECT (row_number() OVER (ORDER BY rank,
                probability DESC NULLS LAST, a, b, evidence, seen_at, source) - 1)::INTEGER
                AS position, * FROM ties"""
        )
        return self._pairs("SELECT a, b FROM ordered ORDER BY position")

    def _publish(self, groups: Ints) -> None:
        table = pa.table(
            {"n": np.arange(groups.size, dtype=np.int32), "g": groups.astype(np.int32)}
        )
        self._engine.register("groups_found", table)
        self._engine.execute(
            "CREATE OR REPLACE TABLE grouped AS SELECT n, g FROM groups_found "
            "WHERE g IN (SELECT g FROM groups_found GROUP BY g HAVING count(*) > 1)"
        )
        self._engine.unregister("groups_found")

    def _contradictions(self, groups: Ints) -> list[tuple[int, int]]:
        self._publish(groups)
        return ties.contradicting(self._engine, self._rules.merge_from)

    # --- the answer ------------------------------------------------------------------------

    def _persons(self, groups: Ints, before: Mapping[str, str]) -> Ints:
        """Of each customer the one who names the person: the earliest, or who did before."""
        _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
        named = first.astype(np.int32)
        votes: dict[int, Counter[int]] = {}
        standing = set(before.values())
        for customer_id, person_id in (*before.items(), *((p, p) for p in standing)):
            customer, person = self._number(customer_id), self._number(person_id)
            if customer is None or person is None or groups[customer] != groups[person]:
                continue
            votes.setdefault(int(inverse[person]), Counter())[person] += 1
        for which, counted in votes.items():
            named[which] = min(counted, key=lambda person: (-counted[person], person))
        persons: Ints = named[inverse]
        return persons

    def _reasons(self, chosen: Ints) -> dict[int, Reason]:
        """The reason of each of the chosen ties, by its position."""
        self._engine.register("chosen", pa.table({"position": chosen}))
        rows = rows_of(
            self._engine.execute(
                f"""SELECT position, a, b, rule, coalesce(o.evidence, {EVIDENCE}) AS evidence,
                    o.probability, seen_at, source
                FROM ordered AS o JOIN chosen USING (position)
                LEFT JOIN scored AS s USING (a, b)"""
            ).to_arrow_table()
        )
        self._engine.unregister("chosen")
        return {row["position"]: self._reason(row) for row in rows}

    def _reason(self, row: Row) -> Reason:
        return Reason(
            rule=row["rule"],
            one=self.ids[row["a"]],
            other=self.ids[row["b"]],
            evidence=row["evidence"],
            probability=row["probability"],
            seen_at=row["seen_at"],
            source=row["source"] or "",
        )

    def _merges(self, found: Tree, persons: Ints, reasons: dict[int, Reason]) -> tuple[Merge, ...]:
        ids, towards, by = self.ids, found.towards.tolist(), found.by.tolist()
        merges = []
        for customer in np.flatnonzero(persons != np.arange(persons.size)).tolist():
            person = int(persons[customer])
            path, at = [], customer
            while at != person:
                path.append(reasons[by[at]])
                at = towards[at]
            merges.append(Merge(customer_id=ids[customer], person=ids[person], reasons=tuple(path)))
        return tuple(merges)

    def _devices(self, persons: Ints) -> tuple[Device, ...]:
        """Browsers on which one known person signed in; with two, nobody knows who was there."""
        self._engine.register(
            "named", pa.table({"n": np.arange(persons.size, dtype=np.int32), "person": persons})
        )
        rows = rows_of(
            self._engine.execute(
                """SELECT value, min(person) AS person, arg_max(n, (seen_at, n)) AS n,
                    max(seen_at) AS seen_at, arg_max(source, (seen_at, n)) AS source
                FROM identifiers JOIN named USING (n) WHERE kind = 'anonymous_id'
                GROUP BY value HAVING count(DISTINCT person) = 1 ORDER BY value"""
            ).to_arrow_table()
        )
        self._engine.unregister("named")
        return tuple(
            Device(
                anonymous_id=row["value"],
                person=self.ids[row["person"]],
                reasons=(
                    Reason(
                        rule="same_user_id",
                        one=row["value"],
                        other=self.ids[row["n"]],
                        evidence=f"signed in on the browser {row['value'][:3]}…",
                        seen_at=row["seen_at"],
                        source=row["source"] or "",
                    ),
                ),
            )
            for row in rows
        )

    def _suggestions(self, apart: list[tuple[int, int]]) -> tuple[tuple[Suggestion, ...], int]:
        """The likeliest pair of each two persons in the band, unless they were decided apart."""
        levels = ", ".join(f"arg_max({f.name}, (probability, -a, -b)) AS {f.name}" for f in FIELDS)
        self._engine.register(
            "decided_apart",
            pa.table(
                {"a": [a for a, _ in apart], "b": [b for _, b in apart]},
                schema=pa.schema([("a", pa.int32()), ("b", pa.int32())]),
            ),
        )
        self._engine.execute(
            f"""CREATE TABLE band AS
            WITH person AS (SELECT n, coalesce(g, -1 - n) AS g FROM people LEFT JOIN grouped
                USING (n)),
            away AS (SELECT DISTINCT least(x.g, y.g) AS one, greatest(x.g, y.g) AS other
                FROM decided_apart AS d JOIN person AS x ON x.n = d.a
                JOIN person AS y ON y.n = d.b),
            pairs AS (SELECT s.*, least(x.g, y.g) AS one, greatest(x.g, y.g) AS other
                FROM scored AS s JOIN person AS x ON x.n = s.a JOIN person AS y ON y.n = s.b
                WHERE s.probability >= {self._rules.suggest_from} AND x.g <> y.g)
            SELECT arg_max(a, (probability, -a, -b)) AS a, arg_max(b, (probability, -a, -b)) AS b,
                max(probability) AS probability, {levels}
            FROM pairs ANTI JOIN away USING (one, other) GROUP BY one, other"""
        )
        row = self._engine.execute("SELECT count(*) FROM band").fetchone()
        rows = rows_of(
            self._engine.execute(
                f"""SELECT *, {EVIDENCE} AS evidence FROM band
                ORDER BY probability DESC, a, b LIMIT {self._rules.suggestions}"""
            ).to_arrow_table()
        )
        listed = tuple(
            Suggestion(
                one=self.ids[r["a"]],
                other=self.ids[r["b"]],
                score=r["probability"],
                reasons=(self._reason(r | {"rule": "likely_same", "seen_at": None, "source": ""}),),
                fields=agreements(r),
            )
            for r in rows
        )
        return listed, int(row[0]) if row else 0

    def _refusals(self, grouping: Grouping) -> tuple[Refusal, ...]:
        listed = grouping.refused[:_LISTED]
        reasons = self._reasons(np.array([position for position, _, _ in listed], np.int32))
        return tuple(
            Refusal(
                one=self.ids[pair[0]],
                other=self.ids[pair[1]],
                why=why,
                explanation=_REFUSED[why],
                reasons=(reasons[position],),
            )
            for position, why, pair in listed
        )

    def _held(self) -> tuple[Held, ...]:
        rows = rows_of(
            self._engine.execute(
                f"SELECT kind, {MASK} AS masked, customers AS count, why FROM held "
                f"ORDER BY customers DESC, kind, value LIMIT {_LISTED}"
            ).to_arrow_table()
        )
        return tuple(Held(**row) for row in rows)
