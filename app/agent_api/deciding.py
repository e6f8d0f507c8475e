"""A resume as a decision: read, found out what it is about, and taken in the ledger like any
other, with the person and the rights of the token."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, cast

from app.agent_api import states
from app.agent_api.shown import Shown, hash_of
from app.deciding import check_edit, decide, gather
from app.site import Site
from domain.errors import Refused
from ledger import approvals
from ledger.approvals import Approval
from ledger.errors import LedgerError
from ledger.people import Person
from workflows.gates import read_answer
from workflows.transactions import read


async def resume(
    site: Site,
    shown: Shown,
    person: Person,
    run_id: str,
    value: Any,
    checkpoint_id: str | None = None,
) -> Approval:
    """Decide at the gate at which this campaign waits.

    What is decided is what this person saw: it is named by the interrupt's id, by a checkpoint,
    by a ``content_hash`` in the decision, or is what they were shown last.

    Raises LedgerError (as ``approvals.decide``), AnswerError, Refused nothing_waits, not_shown.
    """
    waiting = await read(site.stack.ledger, lambda tx: _pending(approvals.for_run(tx, run_id)))
    if waiting is None:
        raise Refused(
            "nothing_waits",
            "This campaign does not wait for a decision just now.",
            thing=run_id,
            next_step="Read its state again.",
        )
    seen, given = await _seen(site, run_id, value, checkpoint_id)
    answer = read_answer(given)
    decision = _decision(given)
    named = decision.get("content_hash")
    seen = named if isinstance(named, str) else seen or shown.last(person.id, run_id)
    if seen is None:
        raise Refused(
            "not_shown",
            "It is not clear what this decides: nothing of this campaign was shown to you yet.",
            thing=run_id,
            next_step="Read the thread's state and decide what it shows, or name the interrupt: "
            '{"resume": {"<interrupt id>": {"decisions": [...]}}}.',
        )
    if answer.kind == "edit" and seen == waiting.content_hash:
        whole = await gather(site.workspace, waiting, site.stack)
        check_edit(site.workspace, whole, answer.edit or {})
    typed = decision.get("typed")
    return await asyncio.to_thread(
        decide,
        site.workspace,
        waiting.model_copy(update={"content_hash": seen}),
        answer.kind,
        person=person,
        reason=answer.reason,
        edit=answer.edit,
        typed=typed if isinstance(typed, int) else None,
    )


async def _seen(
    site: Site, run_id: str, value: Any, checkpoint_id: str | None
) -> tuple[str | None, Any]:
    """The content hash that a resume names by an interrupt's id or a checkpoint, and the answer
    in it. Raises LedgerError stale_content where that is not what waits."""
    by_id = isinstance(value, Mapping) and not {"decisions", "type"} & set(value)
    if checkpoint_id is None and not by_id:
        return None, value
    state = await states.state(site.stack, run_id)
    at = state["checkpoint"]
    if checkpoint_id is not None and (at is None or at["checkpoint_id"] != checkpoint_id):
        raise _stale(run_id)
    asked = {one["id"]: one for one in state["interrupts"]}
    if not by_id:
        return next((hash_of(one) for one in asked.values()), None), value
    if len(value) != 1 or not set(value) <= set(asked):
        raise _stale(run_id)
    named, given = next(iter(value.items()))
    return hash_of(asked[named]), given


def _decision(given: Any) -> Mapping[str, Any]:
    """The one decision in an answer that ``read_answer`` could read."""
    found = given.get("decisions", given) if isinstance(given, Mapping) else given
    return cast(Mapping[str, Any], found[0] if isinstance(found, list) else found)


def _pending(found: list[Approval]) -> Approval | None:
    return next((one for one in found if one.status == "pending"), None)


def _stale(run_id: str) -> LedgerError:
    return LedgerError(
        "stale_content",
        "What you decide about is not what waits any more.",
        thing=run_id,
        next_step="Read the thread's state again, and decide what it shows.",
    )
