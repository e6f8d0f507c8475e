"""The house's own rhythm: how long people wait between two purchases, and who spends most."""

from __future__ import annotations

from tools.cdp.port import CdpError, Rhythm
from tools.store.names import require_one_currency
from tools.store.stages import measured_waits
from tools.store.tables import Tables


def measure_rhythm(tables: Tables) -> Rhythm:
    """As of the tables' moment."""
    waits = measured_waits(tables)
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
    return Rhythm(
        usual_days=waits.usual if waits.enough else None,
        wait_days=waits.longest if waits.enough else None,
        waits=waits.n,
        top_tenth_from=round(float(top), 2) if top is not None and waits.enough else None,
        queries=tuple(q for q in (waits.query, about_values) if q is not None),
    )
