"""Addresses that must not be mailed, from another system's list."""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

from datetime import datetime

from domain.customer import Suppression
from tools.store.outcome import Outcome
from tools.store.readers import LINE
from tools.store.rows import rows_of
from tools.store.staging import Staged
from tools.store.values import email, moment, text

_REASONS = {
    "unsubscribed": ("unsub", "opt", "abgemeldet"),
    "bounced": ("bounce", "invalid", "hard"),
    "complained": ("spam", "complain", "abuse"),
}


def take_in(staged: Staged, timezone: str | None, present: datetime, latest: datetime) -> Outcome:
    """Judge the rows; one suppression an address, the first one."""
    times = staged.times(timezone, latest, ["suppressed_at"])
    staged.judge(
        [email("address", required=True), text("reason", most=300), moment("suppressed_at", times)]
    )
    rows = staged.arrow(
        f"SELECT address, lower(coalesce(reason, '')) AS reason, suppressed_at FROM judged "
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
    repeats = staged.count("SELECT count(*) FROM judged") - len(found)
    return Outcome(added=len(found), duplicates=repeats, suppressions=found)


def _reason(words: str) -> str:
    """Ours, for another system's word."""
    for reason, signs in _REASONS.items():
        if any(sign in words for sign in signs):
            return reason
    return "imported"
