"""An audience in aggregate, in one look: its size, how it is spread, whom it shares with other
groups, and who of it agreed to which channel.

The engine counts a cube over country, language, value and time since the last purchase; what is
shown are its margins. Small cells are joined until what is joined is no small cell either, so that
no single one is what is missing from the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import ibis
from ibis.expr.types import Table

from domain.brief import Cell, Overlap, Spread
from domain.customer import PURPOSE_OF, ContactChannel
from domain.predicate import Everyone, Predicate
from tools.cdp.port import AudiencePreview, CdpError, Named
from tools.store.compile import Fits, PerPerson, customers_that_fit
from tools.store.tables import Tables

SMALLEST_CELL = 10
VALUES = (100, 500, 1_000, 5_000, 10_000)
"""Where bands of value begin, in the workspace's currency."""
DAYS = (30, 90, 180, 365)
OTHERS = "all others"
_ADDRESS: dict[ContactChannel, str | None] = {
    "email": "email",
    "sms": "phone",
    "push": None,
    "phone": "phone",
    "post": "street",
}
"""What of a profile a channel needs; a push message goes to a device."""


def preview_audience(
    rule: Predicate, beside: Sequence[Named], tables: Tables, *, consents: bool
) -> AudiencePreview:
    """Raises CdpError unknown_field, no_rhythm, mixed_currencies."""
    if not isinstance(rule, Everyone):  # who fits is found first, and then they alone looked at
        tables = tables.among(customers_that_fit(rule, tables))
    asked = PerPerson(tables)
    others, unanswered = _answerable(beside, asked)
    channels = _channels(asked) if consents else {}
    dimensions = _dimensions(asked, tables)
    found = asked.table()
    keys = {f"by{n}": made(found) for n, made in enumerate(dimensions.values())}
    flags = {f"in{n}": fit(found) for n, (_, fit) in enumerate(others)}
    flags |= {channel: fit(found) for channel, fit in channels.items()}
    each = found.select(**keys, **flags)
    counts = {name: each[name].cast("int64").sum() for name in flags}
    rows, query = tables.ask(
        "preview", each.group_by(list(keys)).aggregate(people=each.count(), **counts)
    )
    return AudiencePreview(
        rule=rule,
        as_of=tables.as_of,
        size=sum(row["people"] for row in rows),
        spreads=tuple(
            Spread(by=by, cells=_cells(rows, f"by{n}")) for n, by in enumerate(dimensions)
        ),
        overlaps=_overlaps([name for name, _ in others], rows),
        agreed=tuple((channel, sum(row[channel] for row in rows)) for channel in channels),
        unanswered=unanswered,
        query=query,
    )


def _answerable(
    beside: Sequence[Named], asked: PerPerson
) -> tuple[list[tuple[str, Fits]], tuple[str, ...]]:
    found, unanswered = [], []
    for one in beside:
        try:
            found.append((one.name, asked.ask(one.rule)))
        except CdpError as error:
            if error.code == "store_damaged":
                raise
            unanswered.append(one.name)
    return found, tuple(unanswered)


def _channels(asked: PerPerson) -> dict[ContactChannel, Fits]:
    found: dict[ContactChannel, Fits] = {}
    for channel, purpose in PURPOSE_OF.items():
        agreed, field = asked.agreed(purpose), _ADDRESS[channel]
        if field is None:
            found[channel] = agreed
            continue
        column = asked.trait(field)
        found[channel] = _both(agreed, column)
    return found


def _both(agreed: Fits, address: Callable[[Table], Any]) -> Fits:
    return lambda people: agreed(people) & address(people).notnull()


def _dimensions(asked: PerPerson, tables: Tables) -> dict[str, Callable[[Table], Any]]:
    country, language = asked.trait("country"), asked.trait("language")
    last = asked.last_bought()
    found: dict[str, Callable[[Table], Any]] = {
        "country": lambda people: country(people).fill_null("not known"),
        "language": lambda people: language(people).fill_null("not known"),
    }
    try:
        value = asked.value()
    except CdpError as error:
        if error.code != "mixed_currencies":
            raise
    else:
        found["value"] = lambda people: _by_value(value(people))
    found["last purchase"] = lambda people: _by_days(last(people), tables)
    return found


def _by_value(value: Any) -> Any:
    steps = [(value.isnull(), "nothing yet"), (value < VALUES[0], f"under {VALUES[0]:,}")]
    for low, high in pairwise(VALUES):
        steps.append((value < high, f"{low:,} to {high:,}"))
    return ibis.cases(*steps, else_=f"{VALUES[-1]:,} or more")


def _by_days(last: Any, tables: Tables) -> Any:
    steps = [(last.isnull(), "never")]
    for low, high in pairwise((0, *DAYS)):
        since = tables.start_of(tables.today() - timedelta(days=high))
        steps.append(
            (last >= since, f"{low + 1} to {high} days ago" if low else f"last {high} days")
        )
    return ibis.cases(*steps, else_=f"more than {DAYS[-1]} days ago")


def _cells(rows: Sequence[dict[str, Any]], key: str) -> tuple[Cell, ...]:
    """The margin of one dimension, the largest first, with small cells joined."""
    counted: Counter[str] = Counter()
    for row in rows:
        counted[row[key]] += row["people"]
    kept = counted.most_common()
    joined: list[tuple[str, int]] = []
    while kept and (kept[-1][1] < SMALLEST_CELL or 0 < sum(n for _, n in joined) < SMALLEST_CELL):
        joined.append(kept.pop())
    if len(joined) == 1 and joined[0][1] >= SMALLEST_CELL:
        kept.append(joined.pop())
    cells = [Cell(what=what, people=people) for what, people in kept]
    if joined:
        cells.append(Cell(what=OTHERS, people=sum(n for _, n in joined)))
    return tuple(cells)


def _overlaps(names: Sequence[str], rows: Sequence[dict[str, Any]]) -> tuple[Overlap, ...]:
    """The largest first; a few are not told, nor all but a few."""
    size = sum(row["people"] for row in rows)
    found = []
    for number, name in enumerate(names):
        people = sum(row[f"in{number}"] for row in rows)
        few = 0 < people < SMALLEST_CELL or 0 < size - people < SMALLEST_CELL
        found.append(Overlap(name=name, people=None if few else people))
    return tuple(sorted(found, key=lambda one: -(one.people or 0)))
