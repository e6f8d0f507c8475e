"""What a campaign says of the data that it stands on, and when it does not start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from domain.audit import FindingCode, Standing
from domain.errors import Refused
from ledger import people
from ledger.database import Transaction

SAID_BELOW = 60
"""A score below this is said in every brief, whoever the audience is."""
_SAID_FROM: tuple[tuple[FindingCode, float, str], ...] = (
    ("duplicates", 0.05, "share an address or a phone number with another id: one person may "
     "get two mails"),
    ("disagreement", 0.10, "are described in two ways by different sources; the latest counts"),
    ("invalid_values", 0.05, "have a value that cannot be what it says it is"),
    ("times_out_of_order", 0.05, "bought before the day that they are said to have become "
     "customers"),
    ("stale", 0.20, "have details that nobody confirmed for a year"),
    ("no_proof", 0.20, "agreed to mail in words, or at a place, that nobody recorded"),
)  # fmt: skip
"""Of an audience, what is said of it from which share on. Addresses and consent are said by the
brief itself."""


class BrokenData(Refused):
    code: Literal["broken_data"]


def doubts(standing: Standing) -> list[str]:
    """Sentences for a brief; none where the data behind it are sound."""
    found = []
    value, weakest = standing.score.value, standing.score.weakest
    if value is not None and value < SAID_BELOW and weakest is not None:
        found.append(
            f"The data score {value:.0f} of 100, weakest where they should be "
            f"{_PARTS[weakest.code]} ({weakest.value or 0:.0f}): every number here stands on them."
        )
    for code, least, words in _SAID_FROM:
        count = standing.count(code)
        if standing.size and count / standing.size >= least:
            share = f"{100 * count / standing.size:.1f}".removesuffix(".0")
            found.append(f"{count:,} of {standing.size:,} ({share} %) {words}.")
    for source, days in standing.quiet:
        found.append(f"{source} has said nothing for {days:,} days: what people did there since is "
                     "unknown.")  # fmt: skip
    return found


def require_sound(tx: Transaction, standing: Standing, least: float | None) -> None:
    """Raises BrokenData where the score is below what a person set."""
    value = standing.score.value
    if least is None or value is None or value >= least:
        return
    owners = [p.name for p in people.list_people(tx) if p.role == "owner"]
    weakest = standing.score.weakest
    mend = ""
    if weakest is not None:
        worst = min((s for s in weakest.shares if s.of), key=lambda s: s.value or 0)
        mend = (
            f" Weakest is where they should be {_PARTS[weakest.code]}: {worst.name}, "
            f"{worst.good:,} of {worst.of:,}."
        )
    raise BrokenData(
        "broken_data",
        f"The data score {value:.0f} of 100, and no campaign starts below {least:g}.{mend}",
        next_step="`mainspring audit data` names the repairs. "
        f"{_listed(owners)} may set audit.least_score otherwise",
    )


def _listed(names: Sequence[str]) -> str:
    return " or ".join(names) if names else "An owner"


_PARTS = {
    "complete": "complete",
    "readable": "readable",
    "agreeing": "in agreement",
    "fresh": "fresh",
    "permission": "proven permission",
}
