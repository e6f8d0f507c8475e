"""Approvals: a person's word on exactly this content, given once.

One conditional update decides. It compares the status, the hash that the person saw and the
expiry in the statement itself, so of eight people who decide at once one wins, and a no can
never become a yes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel

from domain.frozen import Frozen
from ledger import jobs, journal, stopping
from ledger import tables as t
from ledger.columns import new_id
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person, require_now

Gate = Literal["brief", "publish"]
Decision = Literal["approve", "edit", "reject"]
ApprovalStatus = Literal["pending", "approved", "edited", "rejected", "expired", "void"]
_STATUS: dict[Decision, ApprovalStatus] = {
    "approve": "approved",
    "edit": "edited",
    "reject": "rejected",
}
_c = t.approvals.c


class Approval(Frozen):
    id: str
    run_id: str
    gate: Gate
    content_hash: str
    content: dict[str, Any]
    findings: tuple[dict[str, Any], ...] = ()
    blocking: bool
    """It may be edited or rejected, but not approved."""
    status: ApprovalStatus
    expires_at: datetime
    requested_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str = ""
    """The decider's words, or why it is void."""
    edit: dict[str, Any] | None = None
    yeses_needed: int = 1
    """Of so many different people."""


def request(
    tx: Transaction,
    run_id: str,
    gate: Gate,
    content: BaseModel | Mapping[str, Any],
    content_hash: str,
    findings: Sequence[BaseModel | Mapping[str, Any]] = (),
    expires_in: timedelta = timedelta(days=7),
) -> Approval:
    """Ask for a decision. Asking again for the same content while it waits changes nothing.

    Other content takes the place of what waited or was approved at this gate, which is void from
    then on. A finding whose ``severity`` is ``blocking`` rules an approval out.
    """
    plain = [_plain(finding) for finding in findings]
    query = sa.select(t.approvals).where(
        _c.run_id == run_id,
        _c.gate == gate,
        _c.status == "pending",
        _c.content_hash == content_hash,
    )
    waiting = tx.connection.execute(query).mappings().one_or_none()
    if waiting is not None:
        return Approval.model_validate(dict(waiting))
    stopping.void_approvals(tx, run_id, "other content took its place", gate=gate)
    approval = Approval(
        id=new_id(),
        run_id=run_id,
        gate=gate,
        content_hash=content_hash,
        content=_plain(content),
        findings=tuple(plain),
        blocking=any(finding.get("severity") == "blocking" for finding in plain),
        status="pending",
        expires_at=tx.now + expires_in,
        requested_at=tx.now,
    )
    tx.connection.execute(t.approvals.insert(), {**approval.model_dump(), "findings": plain})
    data = {"run_id": run_id, "gate": gate, "content_hash": content_hash}
    journal.append(tx, "approval_requested", person_id=None, thing=approval.id, data=data)
    return approval


def decide(
    tx: Transaction,
    approval_id: str,
    person: Person,
    decision: Decision,
    content_hash: str,
    reason: str = "",
    edit: Mapping[str, Any] | None = None,
    *,
    author_may_approve: bool = True,
) -> Approval:
    """Decide once, for everybody; the run goes on by a job of the same transaction.

    ``content_hash`` is that of what the person was shown. ``author_may_approve=False``: who
    started a run may not approve it. Raises LedgerError unknown, not_allowed, already_decided,
    stale_content, expired, blocking_findings.
    """
    person = require_now(tx, person, "approve")
    if decision == "edit" and edit is None:
        raise LedgerError("bad_value", "An edit without content.", thing=approval_id)
    same_person = sa.exists().where(t.runs.c.id == _c.run_id, t.runs.c.started_by == person.id)
    free: sa.ColumnElement[bool] = sa.true()
    if decision == "approve":
        free = ~_c.blocking if author_may_approve else sa.and_(~_c.blocking, ~same_person)
    decided = tx.connection.execute(
        sa.update(t.approvals)
        .where(
            _c.id == approval_id,
            _c.status == "pending",
            _c.content_hash == content_hash,
            _c.expires_at > tx.now,
            free,
        )
        .values(
            status=_STATUS[decision],
            decided_by=person.id,
            decided_at=tx.now,
            reason=reason,
            edit=None if edit is None else dict(edit),
        )
    ).rowcount
    if decided == 0:
        raise _why_not(tx, approval_id, person, decision, content_hash, author_may_approve)
    approval = get(tx, approval_id)
    payload = {"run_id": approval.run_id, "approval_id": approval_id}
    jobs.put(tx, f"drive:{approval.run_id}:{approval_id}", "drive_run", payload)
    journal.append(
        tx,
        f"approval_{approval.status}",
        person_id=person.id,
        thing=approval_id,
        data={
            "run_id": approval.run_id,
            "gate": approval.gate,
            "content_hash": content_hash,
            "reason": reason,
        },
    )
    return approval


def revise(
    tx: Transaction,
    approval_id: str,
    person: Person,
    content_hash: str,
    edit: Mapping[str, Any],
    reason: str = "",
) -> Approval:
    """Edit what was approved already: the yes is void, what was scheduled on it stops, and the
    run goes back to the critic with the edit. What has gone out has gone out.

    Raises LedgerError unknown, not_allowed, already_decided (it is not approved), stale_content.
    """
    person = require_now(tx, person, "approve")
    changed = tx.connection.execute(
        sa.update(t.approvals)
        .where(_c.id == approval_id, _c.status == "approved", _c.content_hash == content_hash)
        .values(
            status="edited",
            decided_by=person.id,
            decided_at=tx.now,
            reason=reason,
            edit=dict(edit),
        )
    ).rowcount
    if changed == 0:
        raise _why_not(tx, approval_id, person, "edit", content_hash, True)
    approval = get(tx, approval_id)
    data = {"run_id": approval.run_id, "gate": approval.gate, "content_hash": content_hash}
    journal.append(tx, "approval_revised", person_id=person.id, thing=approval_id, data=data)
    if not stopping.stop_on(tx, approval_id, f"{person.name} edited it after it was approved"):
        stopping.ask_again(tx, approval.run_id, "edited after it was approved")
    return approval


def get(tx: Transaction, approval_id: str) -> Approval:
    """Raises LedgerError unknown."""
    query = sa.select(t.approvals).where(_c.id == approval_id)
    row = tx.connection.execute(query).mappings().one_or_none()
    if row is None:
        raise LedgerError(
            "unknown",
            "There is no such approval.",
            thing=approval_id,
            next_step="`mainspring approvals list` shows what waits.",
        )
    return Approval.model_validate(dict(row))


def ids(tx: Transaction) -> list[str]:
    """The ids of all approvals, without what they hold."""
    return list(tx.connection.execute(sa.select(t.approvals.c.id)).scalars())


def count_pending(tx: Transaction) -> int:
    """How many wait for a person."""
    query = sa.select(sa.func.count()).where(_c.status == "pending", _c.expires_at > tx.now)
    return int(tx.connection.execute(query).scalar_one())


def pending(tx: Transaction) -> list[Approval]:
    """What waits for a person and has not expired, oldest first."""
    return _many(tx, sa.and_(_c.status == "pending", _c.expires_at > tx.now))


def for_run(tx: Transaction, run_id: str, gate: Gate | None = None) -> list[Approval]:
    """Every approval that a run asked for, oldest first."""
    return _many(tx, sa.and_(_c.run_id == run_id, _c.gate == gate if gate else sa.true()))


def void(tx: Transaction, run_id: str, reason: str) -> int:
    """Take back every approval of a run, pending or given; what stood on them stops. How many."""
    return stopping.void_approvals(tx, run_id, reason)


def expire_due(tx: Transaction) -> list[Approval]:
    """Close what nobody decided in time, and let the runs go on to say so."""
    late = _many(tx, sa.and_(_c.status == "pending", _c.expires_at <= tx.now))
    for approval in late:
        tx.connection.execute(
            sa.update(t.approvals).where(_c.id == approval.id).values(status="expired")
        )
        payload = {"run_id": approval.run_id, "approval_id": approval.id}
        jobs.put(tx, f"drive:{approval.run_id}:{approval.id}", "drive_run", payload)
        data = {"run_id": approval.run_id, "gate": approval.gate}
        journal.append(tx, "approval_expired", person_id=None, thing=approval.id, data=data)
    return [approval.model_copy(update={"status": "expired"}) for approval in late]


def _many(tx: Transaction, condition: sa.ColumnElement[bool]) -> list[Approval]:
    query = sa.select(t.approvals).where(condition).order_by(_c.requested_at, _c.id)
    return [Approval.model_validate(dict(row)) for row in tx.connection.execute(query).mappings()]


def _plain(value: BaseModel | Mapping[str, Any]) -> dict[str, Any]:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else dict(value)


def _why_not(
    tx: Transaction,
    approval_id: str,
    person: Person,
    decision: Decision,
    content_hash: str,
    author_may_approve: bool,
) -> LedgerError:
    """The reason why the update found nothing to decide, as the person should read it."""
    approval = get(tx, approval_id)
    if approval.status == "void":
        return LedgerError(
            "stale_content",
            f"This is no longer up for approval, because {approval.reason}.",
            thing=approval_id,
            next_step="Look at what waits now: `mainspring approvals list`.",
        )
    if approval.status == "expired" or (
        approval.status == "pending" and approval.expires_at <= tx.now
    ):
        return LedgerError(
            "expired",
            f"This had to be decided by {approval.expires_at.isoformat()}.",
            thing=approval_id,
            next_step="The campaign asks again; `mainspring approvals list` shows it.",
        )
    if approval.status != "pending":
        return LedgerError(
            "already_decided",
            f"This was {approval.status} already.",
            thing=approval_id,
            next_step="`mainspring approvals show` tells by whom and why.",
        )
    if approval.content_hash != content_hash:
        return LedgerError(
            "stale_content",
            "What you were shown is not what waits for approval now.",
            thing=approval_id,
            next_step="Look at it again: `mainspring approvals show`.",
        )
    if decision == "approve" and approval.blocking:
        return LedgerError(
            "blocking_findings",
            "It cannot be approved while findings block it.",
            thing=approval_id,
            next_step="Edit it, or reject it with a reason.",
        )
    if author_may_approve:
        return LedgerError(
            "bad_value",
            "This still waits for a decision.",
            thing=approval_id,
            next_step="Edit it there: `mainspring approvals edit`.",
        )
    return LedgerError(
        "not_allowed",
        f"{person.name} started this campaign, and here somebody else has to approve it.",
        thing=approval_id,
        next_step="Ask another person with the right to approve.",
    )
