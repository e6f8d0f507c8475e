"""Recency, frequency and value in fifths, among everybody who bought.

The scores of direct marketing (Arthur Middleton Hughes, Strategic Database Marketing, 4th ed.;
R. Blattberg, B. Kim, S. Neslin, Database Marketing, 2008, ch. 12); the value is net of returns, VAT
and discount. A score of 5 is the fifth that bought last, most often, or for most. Hughes parts the
sorted list into exactly equal fifths; here equals share a score, the lower one, so that no score
hangs on the order of the rows; where most bought once, few have a frequency of more than 1.
"""

from __future__ import annotations

from typing import Any

import ibis
from ibis.expr.types import Table

from domain.predicate.clauses import ScoreName
from tools.store.names import require_one_currency
from tools.store.tables import Tables


def scores(score: ScoreName, tables: Tables) -> Table:
    """customer_id and fifth (1 to 5) of everybody who bought.

    Raises CdpError mixed_currencies for value.
    """
    lines = tables.whole.lines().filter(lambda t: t.customer_id.notnull())
    each = lines.group_by("customer_id").aggregate(
        buys=lines.order_id.nunique(where=lines.purchase), measure=_measure(score, lines, tables)
    )
    buyers = each.filter(each.buys > 0)
    rank = ibis.rank().over(ibis.window(order_by=buyers.measure))
    number = buyers.count().over(ibis.window())
    return buyers.select("customer_id", fifth=(1 + (5 * rank) // number).cast("int64"))


def _measure(score: ScoreName, lines: Table, tables: Tables) -> Any:
    if score == "recency":
        return lines.ordered_at.max(where=lines.purchase)
    if score == "frequency":
        return lines.order_id.nunique(where=lines.purchase)
    require_one_currency(tables)
    return lines.net.sum()
