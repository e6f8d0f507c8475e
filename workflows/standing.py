"""What a campaign's run says while its mails go out, while they cannot, and once they are out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.publication import SendState
from ledger import publications, runs
from ledger.database import Transaction
from ledger.publications import PublicationRow

SCHEDULED = "scheduled as approved"
_HELD_UP = "nothing goes out: "
_SAID: Mapping[SendState, str] = {
    "sent": "sent",
    "needs_review": "of which we cannot tell whether they went out",
    "missed": "too late",
    "left_out": "left out",
    "cancelled": "cancelled",
}


def hold_up(tx: Transaction, why: str) -> None:
    """Say in every run with something scheduled that nothing goes out, and why."""
    for run_id in _scheduled_runs(tx):
        runs.set_status(tx, run_id, "publishing", f"{_HELD_UP}{why}")


def go_on(tx: Transaction) -> None:
    """Mails go out again: take back what ``hold_up`` said."""
    for run_id in _scheduled_runs(tx):
        if runs.get(tx, run_id).detail.startswith(_HELD_UP):
            runs.set_status(tx, run_id, "publishing", SCHEDULED)


def close(tx: Transaction) -> list[PublicationRow]:
    """Close what has nothing left to send, and say in its run how that went.

    Returns those of which something went out, or may have: they have results. Of the others the
    run waits for a person.
    """
    with_results = []
    for row in publications.close_done(tx):
        counted = publications.counts(tx, row.id)
        said = ", ".join(f"{counted[s]:,} {word}" for s, word in _SAID.items() if counted.get(s))
        if counted.get("sent") or counted.get("needs_review"):
            runs.set_status(tx, row.run_id, "publishing", f"{said}; results come in")
            with_results.append(row)
        else:
            runs.set_status(tx, row.run_id, "waiting", _nothing(said))
    return with_results


def _nothing(said: str) -> str:
    return (
        f"none of its messages was sent: {said or 'there were none'}. `mainspring campaign show` "
        "says why; end it with `mainspring campaign cancel`"
    )


def _scheduled_runs(tx: Transaction) -> Sequence[str]:
    due = publications.list_publications(tx, state="scheduled")
    # What is held after its first part waits for a person, whatever else stands in the way.
    return sorted({row.run_id for row in due if row.first_wave != "held"})
