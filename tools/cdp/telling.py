"""Facts about a house's customers that its owner may not know: computed, and only where shown.

Each is a count over everybody, or an estimate whose interval shows what is said; with the people
behind it, as an audience rule where one says who they are, else as their ids. The days are those
of the data: who has been silent for long is reckoned from the last day that they hold.
"""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import ceil, floor, sqrt
from typing import Any, Literal
from zoneinfo import ZoneInfo

from domain.figures import Figure, Query
from domain.predicate import AllOf, Bought, NotThat, Predicate, Spent
from tools.measurement.effects import Estimate, difference_of_shares, share_interval
from tools.store.names import require_one_currency
from tools.store.segments import literal
from tools.store.tables import Tables, midnight

Subject = Literal["silent", "top_tenth", "first_buy", "once", "late_regulars"]

FEWEST = 50
"""Fewer people than this show nothing worth telling."""
MOST_CANDIDATES = 20
"""Categories or articles that are compared; the interval is widened for so many looks."""
LONGEST_WAIT = 180
"""Days within which somebody comes back, where the data are long enough."""


@dataclass(frozen=True)
class Told:
    """One fact: what it is about, its numbers, and who is behind it."""

    subject: Subject
    people: int
    value_share: float
    """Their part of the value of all known customers; a fraction."""
    figures: tuple[Figure, ...]
    said: float
    """The number that surprises, as a fraction."""
    guess: float
    """What one would guess of it: the rule for "surprising" measures the distance."""
    queries: tuple[Query, ...]
    rule: Predicate | None = None
    ids: tuple[str, ...] = ()
    words: dict[str, Any] = field(default_factory=dict)
    """What its sentence names beside the figures: a day, a category."""


def tell(tables: Tables, currency: str) -> tuple[Told, ...]:
    """Every fact that the data show, in no order. Raises CdpError mixed_currencies."""
    require_one_currency(tables, currency)
    look = _Look(tables)
    if look.buyers < FEWEST:
        return ()
    found = (look.silent(), look.top_tenth(), look.first_buy(), look.once(), look.late_regulars())
    return tuple(fact for fact in found if fact is not None)


class _Look:
    """One look through a store: its buyers, one row each."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        purchases, lines = tables.text(tables.purchases()), tables.text(tables.lines())
        self._with = f"""WITH purchases AS (
            SELECT * FROM ({purchases}) WHERE customer_id IS NOT NULL
        ), numbered AS (
            SELECT *, row_number() OVER one AS nth,
                date_diff('day', lag(ordered_at) OVER one, ordered_at) AS waited
            FROM purchases WINDOW one AS (PARTITION BY customer_id ORDER BY ordered_at, order_id)
        ), lines AS (
            SELECT * FROM ({lines}) WHERE customer_id IS NOT NULL
        ), value AS (
            SELECT customer_id, sum(net) AS value FROM lines GROUP BY customer_id
        ), buyers AS (
            SELECT n.customer_id, count(*) AS orders, min(ordered_at) AS first,
                max(ordered_at) AS last, max(waited) AS longest,
                CAST(any_value(v.value) AS DOUBLE) AS value
            FROM numbered n JOIN value v USING (customer_id) GROUP BY n.customer_id
        ) """
        (row,), self._about = self._ask(
            "buyers",
            "SELECT count(*) AS n, sum(value) AS value, max(last) AS last, min(first) AS first "
            "FROM buyers",
        )
        self.buyers: int = row["n"]
        self.value: float = row["value"] or 0.0
        if self.buyers:
            self.last, self.first = row["last"], row["first"]

    def silent(self) -> Told | None:
        """Those who have been away for longer than nine of ten ever wait."""
        (wait,), about_wait = self._ask(
            "waits",
            "SELECT count(*) AS n, quantile_disc(waited, 0.9) AS days FROM numbered "
            "WHERE waited > 0",
        )
        if wait["n"] < FEWEST:
            return None
        since = self._day(self.last) - timedelta(days=wait["days"])
        cut = f"TIMESTAMPTZ '{midnight(since, self._tables.timezone).isoformat()}'"
        (row,), query = self._ask(
            "silent", f"SELECT count(*) AS n, sum(value) AS value FROM buyers WHERE last < {cut}"
        )
        return self._told(
            "silent",
            row,
            (about_wait, query),
            guess=0.25,
            rule=AllOf(of=(Bought(), NotThat(that=Bought(since=since)))),
            words={"since": since, "wait": int(wait["days"])},
            figures=(
                Figure(
                    name="wait_days_p90",
                    value=float(wait["days"]),
                    unit="days",
                    n=wait["n"],
                    query=about_wait.id,
                    note="nine of ten waits between two purchases are this long or shorter",
                ),
            ),
        )

    def top_tenth(self) -> Told | None:
        """How much of the value the tenth of the buyers who spend most bring."""
        (row,), query = self._ask(
            "top-tenth",
            "SELECT count(*) AS n, sum(value) AS value, min(value) AS least FROM (SELECT value "
            f"FROM buyers ORDER BY value DESC LIMIT {ceil(self.buyers / 10)})",
        )
        least = floor(row["least"] * 100) / 100
        (row,), query = self._ask(
            "top-tenth",
            f"SELECT count(*) AS n, sum(value) AS value FROM buyers WHERE value >= {least}",
        )
        return self._told(
            "top_tenth",
            row,
            (query,),
            guess=0.5,
            rule=Spent(at_least=Decimal(str(least))),
            words={"least": least},
        )

    def first_buy(self) -> Told | None:
        """What people begin with whose coming back differs most from all others'."""
        span = (self.last - self.first).days
        days = min(LONGEST_WAIT, span // 3)
        if days < 14:
            return None
        for column in ("category", "product_id"):
            rows, query = self._ask("first-buy", _FIRST_BUY.format(column=column, days=days))
            found = self._strongest(rows)
            if found is not None:
                name, row, rest, apart = found
                break
        else:
            return None
        (people,), _ = self._ask(
            "first-buy",
            f"SELECT list(DISTINCT customer_id ORDER BY customer_id) AS ids FROM "
            f"({_FIRST_PEOPLE.format(column=column, days=days)}) WHERE name = {literal(name)}",
        )
        ids = tuple(people["ids"])
        said = share_interval(row["back"], row["n"])
        others = share_interval(rest["back"], rest["n"])
        return Told(
            subject="first_buy",
            people=len(ids),
            value_share=(row["value"] or 0) / self.value if self.value else 0.0,
            figures=(
                _figure("came_back", said, row["n"], query),
                _figure("others_came_back", others, rest["n"], query),
                _figure("difference", apart, row["n"] + rest["n"], query),
            ),
            said=said.value,
            guess=others.value,
            queries=(query,),
            ids=ids,
            words={
                "name": name if column == "category" else row["words"] or name,
                "days": days,
                "column": column,
            },
        )

    def _strongest(self, rows: list[Any]) -> tuple[str, Any, dict[str, int], Estimate] | None:
        """Of what people began with, that whose difference is surest, if one is shown at all."""
        compared = [r for r in rows if r["name"] and r["n"] >= FEWEST][:MOST_CANDIDATES]
        everybody = next((r for r in rows if r["name"] is None), None)
        if everybody is None:
            return None
        best = None
        for row in compared:
            rest = {"n": everybody["n"] - row["n"], "back": everybody["back"] - row["back"]}
            if rest["n"] < FEWEST:
                continue
            apart = difference_of_shares(
                row["back"], row["n"], rest["back"], rest["n"], 0.05 / len(compared)
            )
            sure = min(abs(apart.low), abs(apart.high))
            if apart.leaves_out_zero and (best is None or sure > best[0]):
                best = (sure, row["name"], row, rest, apart)
        return best[1:] if best else None

    def once(self) -> Told | None:
        """Those who bought once, and how soon the others came back."""
        (row,), query = self._ask(
            "once", "SELECT count(*) AS n, sum(value) AS value FROM buyers WHERE orders = 1"
        )
        (second,), about = self._ask(
            "second-purchase",
            "SELECT list(waited ORDER BY waited) AS days FROM numbered WHERE nth = 2",
        )
        days = second["days"] or []
        if len(days) < FEWEST:
            return None
        return self._told(
            "once",
            row,
            (query, about),
            said=row["n"] / self.buyers,
            guess=0.5,
            rule=Bought(at_least=1, at_most=1),
            figures=(_median(days, about),),
        )

    def late_regulars(self) -> Told | None:
        """Regulars who are later than they have ever been; by chance one of as many as each has
        bought would be."""
        late = (
            f"orders >= 4 AND longest > 0 AND date_diff('day', last, "
            f"TIMESTAMPTZ '{self.last.isoformat()}') > longest"
        )
        (row,), query = self._ask(
            "late-regulars",
            f"SELECT count(*) FILTER (WHERE {late}) AS n, count(*) AS regulars, "
            f"sum(value) FILTER (WHERE {late}) AS value, sum(1.0 / orders) AS by_chance, "
            f"list(customer_id ORDER BY value DESC) FILTER (WHERE {late}) AS ids "
            "FROM buyers WHERE orders >= 4",
        )
        if not row["n"] or row["regulars"] < FEWEST:
            return None
        share = share_interval(row["n"], row["regulars"])
        expected = row["by_chance"] / row["regulars"]
        if share.low <= expected:
            return None  # no more than chance would bring: nothing to tell
        return self._told(
            "late_regulars",
            row,
            (query,),
            said=share.value,
            guess=expected,
            ids=tuple(row["ids"]),
            words={"regulars": row["regulars"], "by_chance": expected},
            figures=(_figure("late_share", share, row["regulars"], query),),
        )

    def _told(
        self,
        subject: Subject,
        row: Any,
        queries: tuple[Query, ...],
        *,
        guess: float,
        said: float | None = None,
        rule: Predicate | None = None,
        ids: tuple[str, ...] = (),
        words: dict[str, Any] | None = None,
        figures: tuple[Figure, ...] = (),
    ) -> Told | None:
        if row["n"] < FEWEST or self.value <= 0:
            return None
        share = float(row["value"] or 0) / self.value
        return Told(
            subject=subject,
            people=row["n"],
            value_share=share,
            figures=(
                Figure(
                    name="value_share",
                    value=share,
                    unit="share",
                    n=row["n"],
                    query=queries[-1].id,
                    note="of the value of all known customers, net of returns, VAT and discount",
                ),
                *figures,
            ),
            said=share if said is None else said,
            guess=guess,
            queries=queries,
            rule=rule,
            ids=ids,
            words={**(words or {}), "buyers": self.buyers},
        )

    def _ask(self, name: str, select: str) -> tuple[list[Any], Query]:
        return self._tables.ask_text(name, self._with + select)

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self._tables.timezone)).date()


# Who has not had the whole time to come back is not counted.
_FIRST_PEOPLE = """
    SELECT DISTINCT l.{column} AS name, p.customer_id, l.description,
        EXISTS (SELECT 1 FROM numbered q WHERE q.customer_id = p.customer_id AND q.nth = 2
            AND q.ordered_at <= p.ordered_at + INTERVAL {days} DAY) AS back
    FROM numbered p JOIN lines l USING (order_id, customer_id)
    WHERE p.nth = 1 AND l.purchase AND l.{column} <> ''
        AND p.ordered_at <= (SELECT max(ordered_at) FROM purchases) - INTERVAL {days} DAY
"""
_FIRST_BUY = (
    "SELECT name, count(DISTINCT customer_id) AS n, "
    "count(DISTINCT customer_id) FILTER (WHERE back) AS back, "
    "CAST(sum(value) AS DOUBLE) AS value, max(description) AS words FROM "
    "(SELECT name, customer_id, any_value(back) AS back, max(description) AS description, "
    "any_value(v.value) AS value FROM (" + _FIRST_PEOPLE + ") JOIN value v USING (customer_id) "
    "GROUP BY name, customer_id) GROUP BY GROUPING SETS ((name), ()) ORDER BY n DESC"
)


def _figure(name: str, estimate: Estimate, n: int, query: Query) -> Figure:
    return Figure(
        name=name,
        value=estimate.value,
        unit="share",
        low=estimate.low,
        high=estimate.high,
        n=n,
        query=query.id,
    )


def _median(days: list[int], query: Query) -> Figure:
    """The median wait, with the order statistics that bound it at 95 %."""
    n = len(days)
    reach = 1.96 * sqrt(n) / 2
    low, high = max(0, floor(n / 2 - reach)), min(n - 1, ceil(n / 2 + reach))
    return Figure(
        name="second_purchase_days_median",
        value=float(days[n // 2]),
        unit="days",
        low=float(days[low]),
        high=float(days[high]),
        n=n,
        query=query.id,
        note="of those who came back",
    )
