"""Whom another system leaves out: addresses, phone numbers, and whole people.

A row that has an address or a number leaves out that one alone; one that names nothing but a
customer leaves out the person, on every channel.
"""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

from datetime import datetime

from domain.customer import Suppression
from tools.store.outcome import Outcome
from tools.store.phones import read_phones
from tools.store.readers import LINE
from tools.store.rows import rows_of
from tools.store.staging import Staged
from tools.store.values import email, identifier, moment, phone, strictly, text

_REASONS = {
    "unsubscribed": ("unsub", "opt", "abgemeldet"),
    "bounced": ("bounce", "invalid", "hard"),
    "complained": ("spam", "complain", "abuse"),
}


def take_in(
    staged: Staged,
    timezone: str | None,
    present: datetime,
    latest: datetime,
    region: str | None,
) -> Outcome:
    """Judge the rows; one suppression an address or number, the first one."""
    times = staged.times(timezone, latest, ["suppressed_at"])
    read_phones(staged.engine, "phone", country="country", region=region)
    staged.judge(
        [
            strictly(email("address")),
            strictly(phone("phone", country="country")),
            strictly(identifier("customer_id")),
            text("reason", most=300),
            moment("suppressed_at", times),
        ]
    )
    staged.refuse(
        "coalesce(address, phone, customer_id) IS NULL", "neither an address nor a person"
    )
    rows = staged.arrow(
        "WITH each AS ("
        f"  SELECT {LINE}, unnest([address, phone]) AS address, "
        "    lower(coalesce(reason, '')) AS reason, suppressed_at FROM judged) "
        "SELECT address, reason, suppressed_at FROM each WHERE address IS NOT NULL "
        f"QUALIFY row_number() OVER (PARTITION BY lower(address) ORDER BY {LINE}) = 1 "
        f"ORDER BY {LINE}"
    )
    found = tuple(
        Suppression.model_validate(
            {
                "address": row["address"],
                "reason": _reason(row["reason"]),
                "at": row["suppressed_at"] or present,
            }
        )
        for row in rows_of(rows)
    )
    people = staged.arrow(
        "SELECT DISTINCT customer_id FROM judged "
        "WHERE address IS NULL AND phone IS NULL ORDER BY customer_id"
    )
    no_contact = tuple(row["customer_id"] for row in rows_of(people))
    repeats = staged.count(
        "SELECT count(*) - count(DISTINCT coalesce(lower(address), phone, customer_id)) FROM judged"
    )
    return Outcome(
        added=len(found) + len(no_contact),
        duplicates=repeats,
        suppressions=found,
        no_contact=no_contact,
    )


def _reason(words: str) -> str:
    """Ours, for another system's word."""
    for reason, signs in _REASONS.items():
        if any(sign in words for sign in signs):
            return reason
    return "imported"
