"""What a person can do with a campaign beside deciding at a gate: change what was approved
already, ask again after the time to decide ran out, and have a stuck run tried again.

Each is one transaction, so that what stops and what goes on change together.
"""

from __future__ import annotations

from typing import Literal

from domain.errors import Refused
from ledger import approvals, people, runs, stopping
from ledger.approvals import Approval
from ledger.database import Transaction
from ledger.people import Person
from workflows.briefing import latest, still_on
from workflows.state import Gate, Json


class DecisionError(Refused):
    code: Literal["nothing_approved", "nothing_expired"]


def change_after_approval(
    tx: Transaction, run_id: str, person: Person, edit: Json, reason: str = ""
) -> Approval:
    """Edit what was approved: what has not gone out stops at once, and the edited draft goes
    through the critic to a new approval. Mails that went out stay as they are.

    Raises DecisionError nothing_approved, LedgerError not_allowed.
    """
    still_on(tx, run_id)
    last = latest(tx, run_id, "publish")
    if last is None or last.status != "approved":
        raise DecisionError(
            "nothing_approved",
            "Nothing of this campaign is approved just now.",
            thing=run_id,
            next_step="Edit what waits: `mainspring approvals list`.",
        )
    return approvals.revise(tx, last.id, person, last.content_hash, edit, reason)


def ask_again(tx: Transaction, run_id: str, gate: Gate, person: Person) -> Approval:
    """Put what nobody decided in time before people once more.

    Raises DecisionError nothing_expired, LedgerError not_allowed.
    """
    people.require(person, "write")
    still_on(tx, run_id)
    last = latest(tx, run_id, gate)
    if last is None or last.status != "expired":
        raise DecisionError(
            "nothing_expired",
            "Nothing of this campaign has run out of time.",
            thing=run_id,
            next_step="`mainspring approvals list` shows what waits.",
        )
    asked = approvals.request(
        tx,
        run_id,
        gate,
        last.content,
        last.content_hash,
        last.findings,
        yeses_needed=last.yeses_needed,
    )
    runs.set_status(tx, run_id, "waiting", "asked again for approval")
    return asked


def try_again(tx: Transaction, run_id: str, person: Person) -> None:
    """Drive a run on that stopped for a reason which was mended meanwhile."""
    people.require(person, "write")
    still_on(tx, run_id)
    stopping.ask_again(tx, run_id, f"{person.name} asked to try again")
