"""The sizes of many rules in one look at the data."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from domain.predicate import Predicate
from tools.cdp.port import CdpError, Ids, Sizes
from tools.store.compile import Fits, PerPerson
from tools.store.tables import Tables


def count_each(
    rules: Sequence[Predicate | None], among: Ids, tables: Tables
) -> tuple[Sizes | None, ...]:
    """None where the data cannot answer a rule. Raises CdpError store_damaged."""
    asked = PerPerson(tables)
    fits: list[Fits | None] = []
    for rule in rules:
        try:
            fits.append(None if rule is None else asked.ask(rule))
        except CdpError as error:
            if error.code == "store_damaged":
                raise
            fits.append(None)  # names what the data no longer have, or adds what does not add
    ids = among if isinstance(among, pa.ChunkedArray) else pa.array(among, pa.string())
    chosen = pa.table({"customer_id": ids})
    given = tables.give("among", chosen).distinct().mutate(chosen=True)
    people = asked.table().left_join(given, "customer_id").drop("customer_id_right")
    people = people.mutate(chosen=people.chosen.fill_null(False))
    counts = {"everybody": people.count()}
    for number, fit in enumerate(fits):
        if fit is not None:
            counts[f"fit{number}"] = people.customer_id.count(where=fit(people))
            counts[f"among{number}"] = people.customer_id.count(where=fit(people) & people.chosen)
    (row,), _ = tables.ask("sizes", people.aggregate(**counts))
    return tuple(
        None if fit is None else Sizes(people=row[f"fit{number}"], among=row[f"among{number}"])
        for number, fit in enumerate(fits)
    )
