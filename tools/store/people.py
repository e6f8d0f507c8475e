"""Whom a row is about: the customer that it names, else the one who has its address."""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

from tools.store.segments import Store
from tools.store.staging import Staged

UNKNOWN = "no customer: neither an id nor an address that is known"


def find_people(staged: Staged, store: Store) -> None:
    """Fill in customers from addresses, as the profiles have them; makes the table ``people``
    (customer_id, email)."""
    staged.engine.execute(
        "CREATE TEMP TABLE people AS SELECT customer_id, arg_max(email, seq) AS email "
        f"FROM ({store.view('profiles')}) WHERE email IS NOT NULL GROUP BY customer_id"
    )
    staged.engine.execute(
        "UPDATE sorted_out SET customer_id = p.customer_id FROM "
        "(SELECT lower(email) AS email, min(customer_id) AS customer_id FROM people GROUP BY 1) p "
        "WHERE sorted_out.customer_id IS NULL AND lower(sorted_out.email) = p.email"
    )
