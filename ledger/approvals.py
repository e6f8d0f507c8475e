"""Approvals: a person's word on exactly this content, given once.

One conditional update decides. It compares the status, the hash that the person saw and the
expiry in the statement itself, so of eight people who decide at once one wins, and a no can
never become a yes. A large send needs the yeses of two people: the first one leaves it waiting,
as a vote, and the same update counts the votes of others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel

from domain.frozen import Frozen
from ledger import authorship, jobs, journal, people, stopping
from ledger import tables as t
from ledger import votes as voting
from ledger.columns import new_id
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person, require_now
from ledger.votes import Vote, votes

__all__ = [
    "Approval",
    "ApprovalStatus",
    "Decision",
    "Gate",
    "Vote",
    "count_pending",
    "decide",
    "expire_due",
    "for_run",
    "get",
    "ids",
    "may_approve",
    "pending",
    "request",
    "revise",
    "void",
    "votes",
]

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

    @property
    def number_to_type(self) -> int | None:
        """People who get a mail of a large send: whoever says yes types it. None: nobody has to."""
        first = self.content.get("first")
        return int(first["recipients"]) if isinstance(first, dict) else None


def request(
    tx: Transaction,
    run_id: str,
    gate: Gate,
    content: BaseModel | Mapping[str, Any],
    content_hash: str,
    findings: Sequence[BaseModel | Mapping[str, Any]] = (),
    expires_in: timedelta = timedelta(days=7),
    *,
    yeses_needed: int = 1,
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
        yeses_needed=yeses_needed,
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
    typed: int | None = None,
) -> Approval:
    """Decide once, for everybody; the run goes on by a job of the same transaction.

    ``content_hash`` is that of what the person was shown. ``typed``: of a large send, the number
    of people who get a mail, as the person typed it; its first yes leaves it pending.
    ``author_may_approve=False``: neither who started a run nor who edited its words last may
    approve it. Raises LedgerError unknown, not_allowed, already_decided, stale_content, expired,
    blocking_findings, wrong_number, voted_already.
    """
    person = require_now(tx, person, "approve")
    if decision == "edit" and edit is None:
        raise LedgerError("bad_value", "An edit without content.", thing=approval_id)
    free: sa.ColumnElement[bool] = sa.true()
    if decision == "approve":
        before = get(tx, approval_id)
        shown = before.content_hash == content_hash and before.expires_at > tx.now
        if before.status == "pending" and shown and not before.blocking:
            _check_yes(tx, before, person, typed, author_may_approve)
        free = sa.and_(~_c.blocking, _c.yeses_needed <= voting.of_others(person.id) + 1)
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
        refusal = _why_not(tx, approval_id, decision, content_hash)
        if refusal is not None:
            raise refusal
        return _first_yes(tx, approval_id, person, reason)
    approval = get(tx, approval_id)
    if decision == "approve":
        voting.add(tx, approval_id, person.id, content_hash)
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


def may_approve(
    tx: Transaction,
    approval: Approval,
    *,
    author_may_approve: bool = True,
    after_edit_by: str = "",
) -> list[Person]:
    """The people whose yes would count, by name; without those who said it already.

    ``after_edit_by``: the person who is about to edit the words: who could say yes then?
    """
    authors: set[str] = set()
    if not author_may_approve:
        authors = authorship.authors(tx, approval.run_id, approval.gate, after_edit_by)
    voted = () if after_edit_by else votes(tx, approval.id)
    said = {vote.person_id for vote in voted}
    return [
        person
        for person in people.list_people(tx)
        if "approve" in person.rights and person.id not in authors | said
    ]


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
        raise _why_not(tx, approval_id, "edit", content_hash) or LedgerError(
            "bad_value",
            "This still waits for a decision.",
            thing=approval_id,
            next_step="Edit it there: `mainspring approvals edit`.",
        )
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


def _check_yes(
    tx: Transaction,
    approval: Approval,
    person: Person,
    typed: int | None,
    author_may_approve: bool,
) -> None:
    """Whether this person may say yes to it, and said how many it goes to."""
    authors = authorship.authors(tx, approval.run_id, approval.gate)
    if not author_may_approve and person.id in authors:
        started = authorship.started_by(tx, approval.run_id) == person.id
        did = "started this campaign" if started else "edited its words last"
        raise LedgerError(
            "not_allowed",
            f"{person.name} {did}, and here somebody else has to approve it.",
            thing=approval.id,
            next_step=_ask_one_of(may_approve(tx, approval, author_may_approve=False)),
        )
    number = approval.number_to_type
    if number is not None and typed != number:
        said = "" if typed is None else f" {typed:,} were typed."
        raise LedgerError(
            "wrong_number",
            f"This goes to so many people that their number must be typed.{said}",
            thing=approval.id,
            next_step="Type how many get a mail, as the card shows it: "
            "`mainspring approvals approve --typed NUMBER`.",
        )


def _first_yes(tx: Transaction, approval_id: str, person: Person, reason: str) -> Approval:
    """Keep a yes that is not enough by itself."""
    approval = get(tx, approval_id)
    if not voting.add(tx, approval_id, person.id, approval.content_hash):
        able = [p for p in people.list_people(tx) if "approve" in p.rights and p.id != person.id]
        raise LedgerError(
            "voted_already",
            f"{person.name} has said yes already; it needs the yes of another person too.",
            thing=approval_id,
            next_step=_ask_one_of(able),
        )
    data = {
        "run_id": approval.run_id,
        "gate": approval.gate,
        "content_hash": approval.content_hash,
        "reason": reason,
    }
    journal.append(tx, "approval_first_yes", person_id=person.id, thing=approval_id, data=data)
    return approval


def _ask_one_of(able: Sequence[Person]) -> str:
    if not able:
        return "Nobody else here has the right to approve: an owner can give it to somebody."
    return f"Ask {' or '.join(person.name for person in able[:5])}."


def _why_not(
    tx: Transaction, approval_id: str, decision: Decision, content_hash: str
) -> LedgerError | None:
    """The reason why the update found nothing to decide, as the person should read it; None: it
    waits for the yes of somebody else."""
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
            f"This had to be decided by {approval.expires_at:%a %d %b %Y, %H:%M} UTC.",
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
    return None
