"""Who the most valuable customers are: by what they brought, or, where a model holds, by what they
will bring.

The model (tools/audit/clv.py) is let rank only where it has shown itself: fitted to the first two
thirds of the days, it must foretell the purchases of the last third, in total and better than each
customer's own rate does. Else customers are ranked by value, and it is said why.
"""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from domain.audit import Ranking
from domain.figures import Query
from tools.audit.clv import BgNbd, GammaGamma, Histories, Numbers, fit_bg_nbd, fit_gamma_gamma
from tools.store.segments import literal
from tools.store.tables import Tables

TOP = 100
FEWEST_REPEATERS = 200
"""Customers with a second purchase in the days the model learns from; fewer leave four parameters
loose."""
FEWEST_DAYS = 180
MOST_OFF = 0.25
"""How far the foretold total may be from what happened (12 % on CDNOW's published holdout)."""
MOST_CORRELATED = 0.3
"""Gamma-Gamma takes for granted that how often and how much have nothing to do with each other."""
HORIZON = 52.0
"""Weeks that CLV looks ahead."""
MOST_LEARNT = 25_000
"""Customers that the model is fitted to, drawn by chance where there are more: four parameters are
narrow by then, and a fit takes a second however many customers there are. It is tried on all."""
SEED = 2005


@dataclass(frozen=True)
class Purchases:
    """Each customer's purchases by days, until a day and after it."""

    ids: pa.ChunkedArray
    """Sorted."""
    before: Histories
    after: Numbers
    """Days with a purchase after the day that the model learns until."""
    whole: Histories
    mean: Numbers
    """Mean net value of the days after the first; 0 without any."""


def rank(tables: Tables) -> tuple[tuple[tuple[str, float | None], ...], Ranking, tuple[Query, ...]]:
    """The most valuable customers with what each will bring in the next year (None: not known),
    what they were ranked by, and the queries behind it."""
    rows, about_value = tables.ask_text(
        "valuable",
        "SELECT customer_id FROM person WHERE value > 0 "
        f"ORDER BY value DESC, customer_id LIMIT {TOP}",
    )
    by_value = tuple((row["customer_id"], None) for row in rows)
    (span,), about_span = tables.ask_text("span", _span(tables))
    first, last = span["first"], span["last"]
    if first is None or (last - first).days < FEWEST_DAYS:
        days = 0 if first is None else (last - first).days + 1
        span_words = f"{days:,} day{'' if days == 1 else 's'}"
        why = f"The orders span {span_words}; a forecast of customers needs {FEWEST_DAYS}."
        return by_value, Ranking(by="value", why=why, repeat_customers=0), (about_value, about_span)
    until = first + (last - first) * 2 // 3
    table, about_days = _purchase_days(tables, until, last)
    found = _purchases(table, until, last)
    ranking, worth = _judged(found, (last - until).days / 7, span["kept"] or 1.0)
    queries = (about_value, about_span, about_days)
    if worth is None:
        return by_value, ranking, queries
    best = _best(worth)
    ids = found.ids.take(best).to_pylist()
    return tuple(zip(ids, worth[best].tolist(), strict=True)), ranking, queries


def _best(worth: Numbers) -> NDArray[np.intp]:
    """Places of the customers who are worth most, the first first; of equals the smaller id."""
    least = np.partition(worth, -TOP)[-TOP] if len(worth) > TOP else -np.inf
    among = np.flatnonzero(worth >= least)
    return among[np.argsort(-worth[among], kind="stable")][:TOP]


def _span(tables: Tables) -> str:
    lines = tables.text(tables.lines().filter(lambda t: t.customer_id.notnull()))
    zone = literal(tables.timezone)
    return (
        f"SELECT min(CAST(timezone({zone}, ordered_at) AS DATE)) FILTER (purchase) AS first, "
        f"max(CAST(timezone({zone}, ordered_at) AS DATE)) FILTER (purchase) AS last, "
        "CAST(sum(net) / nullif(sum(net) FILTER (purchase), 0) AS DOUBLE) AS kept "
        f"FROM ({lines})"
    )


def _purchase_days(tables: Tables, until: date, last: date) -> tuple[pa.Table, Query]:
    # Sums of decimals are the same in any order; sums of floating numbers are not, and threads
    # add in any.
    lines = tables.text(tables.lines().filter(lambda t: t.purchase & t.customer_id.notnull()))
    zone = literal(tables.timezone)
    cut = f"DATE '{until.isoformat()}'"
    statement = f"""
        WITH days AS (
            SELECT customer_id, CAST(timezone({zone}, ordered_at) AS DATE) AS day,
                sum(net) AS net
            FROM ({lines}) GROUP BY ALL HAVING sum(net) > 0),
        firsts AS (SELECT *, min(day) OVER (PARTITION BY customer_id) AS first FROM days)
        SELECT customer_id, any_value(first) AS first,
            count(*) FILTER (day <= {cut}) AS learnt, max(day) FILTER (day <= {cut}) AS learnt_last,
            count(*) FILTER (day > {cut}) AS later, count(*) AS days, max(day) AS last,
            coalesce(CAST(sum(net) FILTER (day > first) AS DOUBLE)
                / nullif(count(*) FILTER (day > first), 0), 0) AS mean
        FROM firsts GROUP BY customer_id ORDER BY customer_id"""
    return tables.run_text(statement), Query(id="purchase-days", engine="duckdb", text=statement)


def _purchases(table: pa.Table, until: date, last: date) -> Purchases:
    def days(name: str) -> Numbers:
        column = table.column(name).cast(pa.int32()).to_numpy(zero_copy_only=False)
        return np.asarray(column, dtype=float)

    epoch = date(1970, 1, 1)
    first, end, cut = days("first"), (last - epoch).days, (until - epoch).days
    learnt = np.asarray(table.column("learnt").to_numpy(), dtype=float)
    known = learnt > 0
    whole = Histories(
        np.asarray(table.column("days").to_numpy(), dtype=float) - 1,
        (days("last") - first) / 7,
        (end - first) / 7,
    )
    before = Histories(
        learnt[known] - 1,
        (days("learnt_last")[known] - first[known]) / 7,
        (cut - first[known]) / 7,
    )
    return Purchases(
        ids=table.column("customer_id"),
        before=before,
        after=np.asarray(table.column("later").to_numpy(), dtype=float)[known],
        whole=whole,
        mean=np.asarray(table.column("mean").to_numpy(), dtype=float),
    )


def _judged(found: Purchases, weeks: float, kept: float) -> tuple[Ranking, Numbers | None]:
    repeaters = int((found.before.x > 0).sum())
    if repeaters < FEWEST_REPEATERS:
        why = (
            f"{repeaters:,} customers bought again in the days that a forecast would learn from; "
            f"it needs {FEWEST_REPEATERS}."
        )
        return Ranking(by="value", why=why, repeat_customers=repeaters), None
    learnt = fit_bg_nbd(_drawn(found.before))
    if learnt is None:
        why = "The forecast of purchases settles on no parameters."
        return Ranking(by="value", why=why, repeat_customers=repeaters), None
    foretold = learnt.expected(found.before, weeks)
    happened, predicted = float(found.after.sum()), float(foretold.sum())
    shown = {"repeat_customers": repeaters, "predicted": round(predicted, 1)}
    shown["happened"] = int(happened)
    off = abs(predicted / happened - 1) if happened else float("inf")
    age = np.maximum(found.before.age, 1 / 7)
    naive = np.abs(found.before.x / age * weeks - found.after).mean()
    missed = np.abs(foretold - found.after).mean()
    whom = (
        f" of {MOST_LEARNT:,} customers drawn by chance"
        if len(found.before.x) > MOST_LEARNT
        else ""
    )
    said = (
        f"Fitted to the first two thirds of the days{whom}, it foretold {predicted:,.0f} purchases "
        f"in the last third; {happened:,.0f} happened."
    )
    if off > MOST_OFF or missed >= naive:
        why = f"The forecast does not hold on the days kept aside. {said}"
        return Ranking(by="value", why=why, **shown), None
    again = (found.whole.x > 0) & (found.mean > 0)
    linked = float(np.corrcoef(found.whole.x[again], found.mean[again])[0, 1])
    if not abs(linked) <= MOST_CORRELATED:  # also where it cannot be reckoned
        why = f"Those who buy more often also spend otherwise (correlation {linked:.2f}). {said}"
        return Ranking(by="value", why=why, **shown), None
    some = _some(int(again.sum()))
    often = fit_bg_nbd(_drawn(found.whole))
    much = fit_gamma_gamma(found.whole.x[again][some], found.mean[again][some])
    if often is None or much is None:
        why = f"The forecast of values settles on no parameters. {said}"
        return Ranking(by="value", why=why, **shown), None
    worth = kept * often.expected(found.whole, HORIZON) * much.expected(found.whole.x, found.mean)
    ranking = Ranking(by="clv", why=said, parameters=_parameters(often, much), **shown)
    return ranking, worth


def _drawn(all_of_them: Histories) -> Histories:
    some = _some(len(all_of_them.x))
    return Histories(all_of_them.x[some], all_of_them.recency[some], all_of_them.age[some])


def _some(customers: int) -> NDArray[np.intp]:
    """Places of those that a fit learns from, the same for the same number."""
    if customers <= MOST_LEARNT:
        return np.arange(customers)
    return np.random.default_rng(SEED).choice(customers, MOST_LEARNT, replace=False)


def _parameters(often: BgNbd, much: GammaGamma) -> tuple[tuple[str, float], ...]:
    named = {
        "r": often.r, "alpha": often.alpha, "a": often.a, "b": often.b,
        "log_likelihood": often.log_likelihood, "p": much.p, "q": much.q, "v": much.v,
    }  # fmt: skip
    return tuple((name, round(float(value), 4)) for name, value in named.items())
