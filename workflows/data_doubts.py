"""What a campaign says of the data that it stands on, and when it does not start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from domain.audit import FindingCode, LeastScore, ScorePart, Standing
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


def require_sound(tx: Transaction, standing: Standing, least: LeastScore) -> None:
    """Raises BrokenData where the score, or a part of it, is below what a person set."""
    score = standing.score
    weakest, stopping = score.weakest, least.stopping(score)
    if least.whole is not None and score.value is not None and score.value < least.whole:
        mend = f" Weakest is where they should be {_worst(weakest)}." if weakest else ""
        what = (
            f"The data score {score.value:.0f} of 100, and no campaign starts below "
            f"{least.whole:g}.{mend}"
        )
        setting = "audit.least_score"
    elif stopping:
        part = stopping[0]
        what = (
            f"Where the data should be {_PARTS[part.code]} they score {part.value or 0:.0f} of "
            f"100, and no campaign starts below {least.of(part.code):g} there. What takes most: "
            f"{_worst(part, named=False)}."
        )
        setting = f"audit.least_{part.code}"
    else:
        return
    owners = [p.name for p in people.list_people(tx) if p.role == "owner"]
    raise BrokenData(
        "broken_data",
        what,
        next_step="`mainspring audit data` names the repairs. "
        f"{_listed(owners)} may set {setting} otherwise",
    )


def _worst(part: ScorePart, *, named: bool = True) -> str:
    """The share of a part that takes most from it."""
    worst = min((s for s in part.shares if s.of), key=lambda s: s.value or 0)
    share = f"{worst.name}, {worst.good:,} of {worst.of:,}"
    return f"{_PARTS[part.code]}: {share}" if named else share


def _listed(names: Sequence[str]) -> str:
    return " or ".join(names) if names else "An owner"


_PARTS = {
    "complete": "complete",
    "readable": "readable",
    "agreeing": "in agreement",
    "fresh": "fresh",
    "permission": "proven permission",
}
