"""Who agreed to what, by the ledger's own rule (ledger/consent.py) over a copy of its answers.

Answers of several ids that are one person are read together, on the safe side: a no stands until
the same id says yes later, or until the person says yes by their own hand; of two answers at one
moment the no stands. A yes of the future is not known yet.
"""

from __future__ import annotations

from collections.abc import Iterable

from ibis.expr.types import Table

from domain.customer import ConsentPurpose
from tools.store.tables import Tables


def answers_that_count(purposes: Iterable[ConsentPurpose], tables: Tables) -> Table:
    """customer_id, and for each purpose whether its person may be counted as having agreed."""
    asked = sorted(purposes)
    said = tables.consents()
    said = said.filter(said.purpose.isin(asked) & (~said.given | (said["at"] <= tables.moment)))
    by_id = said.group_by(["customer_id", "said", "purpose"]).aggregate(
        yes=said["at"].max(where=said.given),
        hand=said["at"].max(where=said.given & said.by_hand),
        no=said["at"].max(where=~said.given),
    )
    stands = by_id["no"].notnull() & (by_id.yes.isnull() | (by_id["no"] >= by_id.yes))
    by_id = by_id.mutate(stands=stands)
    columns = {}
    for purpose in asked:
        of_it = by_id.purpose == purpose
        columns[f"{purpose}_yes"] = by_id.yes.max(where=of_it)
        columns[f"{purpose}_hand"] = by_id.hand.max(where=of_it)
        columns[f"{purpose}_no"] = by_id["no"].max(where=of_it & by_id.stands)
    people = by_id.group_by("customer_id").aggregate(**columns)
    return people.select(
        "customer_id",
        **{
            purpose: people[f"{purpose}_yes"].notnull()
            & (
                people[f"{purpose}_no"].isnull()
                | (people[f"{purpose}_hand"] > people[f"{purpose}_no"]).fill_null(False)
            )
            for purpose in asked
        },
    )
