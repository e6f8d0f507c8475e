"""The house's own rhythm: how long people wait between two purchases, and who spends most."""

from __future__ import annotations

from tools.cdp.port import CdpError, Rhythm
from tools.store.compile import require_one_currency
from tools.store.tables import Tables

FEWEST_WAITS = 50
"""Fewer waits than this say nothing of a rhythm."""


def measure_rhythm(tables: Tables) -> Rhythm:
    """As of the tables' moment."""
    purchases = tables.purchases().filter(lambda t: t.customer_id.notnull())
    (row,), about_waits = tables.ask_text(
        "rhythm",
        f"""SELECT count(*) AS n, quantile_disc(waited, 0.9) AS days FROM (
            SELECT date_diff('day', lag(ordered_at) OVER (
                PARTITION BY customer_id ORDER BY ordered_at, order_id), ordered_at) AS waited
            FROM ({tables.text(purchases)})) WHERE waited > 0""",  # noqa: S608 (our own statement)
    )
    try:
        require_one_currency(tables)
    except CdpError:  # amounts of two currencies have no order
        top, about_values = None, None
    else:
        lines = tables.lines().filter(lambda t: t.customer_id.notnull())
        values = lines.group_by("customer_id").aggregate(value=lines.net.sum().cast("float64"))
        values = values.filter(values.value > 0)
        (tenth,), about_values = tables.ask(
            "top-tenth", values.aggregate(value=values.value.quantile(0.9))
        )
        top = tenth["value"]
    enough = row["n"] >= FEWEST_WAITS
    return Rhythm(
        wait_days=int(row["days"]) if enough else None,
        waits=row["n"],
        top_tenth_from=round(float(top), 2) if top is not None and enough else None,
        queries=tuple(q for q in (about_waits, about_values) if q is not None),
    )
