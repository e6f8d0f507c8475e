"""Publications: one approved content through one sender, and one send for each recipient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from domain.frozen import Frozen, content_hash
from domain.plan import HELD_BACK
from domain.publication import Content, PublicationState, SendState
from ledger import facts, first_wave, journal, stopping
from ledger import tables as t
from ledger.assigning import Assignment, due_of, schedule, send_key
from ledger.columns import new_id
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.first_wave import FirstWaveState
from ledger.holding import pause_one, resume_one
from ledger.people import Person, require_now
from ledger.quiet import zone_of

__all__ = [
    "Assignment",
    "AssignmentRow",
    "Publication",
    "PublicationRow",
    "approved_content",
    "assignments",
    "close_done",
    "counts",
    "enqueue",
    "get",
    "inside_window",
    "left_out",
    "list_publications",
    "move",
    "pause_one",
    "resume_one",
    "send_key",
    "stop",
    "waiting_people",
]

UNDER_WAY = first_wave.UNDER_WAY
_p = t.publications.c
_s = t.sends.c
_WITHOUT_CONTENT = [c for c in t.publications.c if c.name != "content"]


class PublicationRow(Frozen):
    """A publication without its content, which is large."""

    id: str
    campaign_id: str
    run_id: str
    content_hash: str
    approved_hash: str | None
    """None: nobody stands behind it any more."""
    approval_id: str
    state: PublicationState
    stop_reason: str
    starts_at: datetime
    window_start: datetime
    window_end: datetime
    quiet_start: int
    quiet_end: int
    cap_most: int
    cap_days: int
    created_at: datetime
    paused: bool = False
    """A person holds this one alone."""
    first_wave: FirstWaveState = ""
    """Where a small part goes first: how that went. The rest goes out once it has passed."""
    service: bool = False
    """No promotion: an open complaint does not keep it from anybody."""


class Publication(PublicationRow):
    content: Content


class AssignmentRow(Frozen):
    """What became of one person of a campaign. Those held back have neither state nor time."""

    pseudonym: str
    arm: str
    state: SendState | None
    reason: str
    sent_at: datetime | None


def enqueue(
    tx: Transaction, content: Content, approval_id: str, assignments: Iterable[Assignment]
) -> Publication:
    """Schedule what was approved. Doing it again changes nothing.

    Under a later approval of the same campaign only those are scheduled again to whom nothing
    can have gone out; the earlier publication is cancelled, and who is no longer in the plan is
    left out. Raises LedgerError not_approved, facts_changed, bad_zone, bad_value.
    """
    content_hash = content.hash()
    run_id = _approved_run(tx, approval_id, content_hash)
    same = sa.and_(_p.campaign_id == content.campaign_id, _p.content_hash == content_hash)
    query = sa.select(_p.id, _p.state, _p.approval_id).where(same)
    before = tx.connection.execute(query).one_or_none()
    if before is not None and before.approval_id == approval_id:
        return get(tx, before.id)
    everybody = list(assignments)
    treated = [a for a in everybody if a.arm != HELD_BACK]
    dues = sorted({due_of(a) for a in treated})
    for zone in {a.timezone for a in treated}:
        zone_of(zone)
    _check_facts(tx, content)

    publication_id = before.id if before is not None else new_id()
    values = {
        "approved_hash": content_hash,
        "approval_id": approval_id,
        "state": "scheduled",
        "stop_reason": "",
        "starts_at": dues[0] if dues else content.window_start,
        "paused": False,
        "first_wave": "running" if content.first is not None else "",
    }
    if before is not None:
        values["content"] = content.model_dump(mode="json")  # whatever the row holds by now
        tx.connection.execute(
            sa.update(t.publications).where(_p.id == publication_id).values(**values)
        )
    else:
        _insert(tx, publication_id, run_id, content, content_hash, values)
    tx.connection.execute(
        sa.update(t.publications)
        .where(
            _p.campaign_id == content.campaign_id,
            _p.id != publication_id,
            _p.state.in_((*stopping.OPEN, "stopped")),
        )
        .values(state="cancelled", stop_reason="a later approval took its place")
    )
    first_share = content.first.share if content.first is not None else None
    scheduled = schedule(tx, content.campaign_id, publication_id, everybody, first_share)
    data = {
        "campaign_id": content.campaign_id,
        "content_hash": content_hash,
        "approval_id": approval_id,
        "assigned": len(everybody),
        "scheduled": scheduled,
    }
    journal.append(tx, "publication_enqueued", person_id=None, thing=publication_id, data=data)
    return get(tx, publication_id)


def get(tx: Transaction, publication_id: str) -> Publication:
    """Raises LedgerError unknown."""
    query = sa.select(t.publications).where(_p.id == publication_id)
    row = tx.connection.execute(query).mappings().one_or_none()
    if row is None:
        raise _unknown(publication_id)
    return Publication.model_validate(dict(row))


def approved_content(tx: Transaction, publication_id: str) -> Content | None:
    """What is to be sent; None where the row no longer holds what was approved, which stops it.

    Raises LedgerError unknown.
    """
    query = sa.select(_p.content, _p.content_hash).where(_p.id == publication_id)
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        raise _unknown(publication_id)
    if content_hash(row.content) == row.content_hash:  # the kept JSON is the canonical one
        return Content.model_validate(row.content)
    stop(tx, publication_id, "its content in the ledger is not the content that was approved")
    return None


def list_publications(
    tx: Transaction, campaign_id: str | None = None, state: PublicationState | None = None
) -> list[PublicationRow]:
    """Publications by the time at which they start."""
    query = sa.select(*_WITHOUT_CONTENT).order_by(_p.starts_at, _p.id)
    if campaign_id is not None:
        query = query.where(_p.campaign_id == campaign_id)
    if state is not None:
        query = query.where(_p.state == state)
    rows = tx.connection.execute(query).mappings()
    return [PublicationRow.model_validate(dict(row)) for row in rows]


def sent_since(tx: Transaction, since: datetime) -> list[Publication]:
    """Publications of which at least one message went out, that began since then."""
    went_out = (
        sa.select(sa.literal(1)).where(_s.publication_id == _p.id, _s.state == "sent").exists()
    )
    query = sa.select(t.publications).where(_p.starts_at >= since, went_out).order_by(_p.starts_at)
    rows = tx.connection.execute(query).mappings()
    return [Publication.model_validate(dict(row)) for row in rows]


def counts(tx: Transaction, publication_id: str) -> dict[SendState, int]:
    """How many messages of a publication are in each state; states without any are left out."""
    query = (
        sa.select(_s.state, sa.func.count())
        .where(_s.publication_id == publication_id)
        .group_by(_s.state)
    )
    return {row[0]: row[1] for row in tx.connection.execute(query)}


def left_out(tx: Transaction, publication_id: str) -> dict[str, int]:
    """Reason and number of those who were left out at sending."""
    query = (
        sa.select(_s.reason, sa.func.count())
        .where(_s.publication_id == publication_id, _s.state == "left_out")
        .group_by(_s.reason)
    )
    return {row[0]: row[1] for row in tx.connection.execute(query)}


def assignments(tx: Transaction, campaign_id: str) -> list[AssignmentRow]:
    """Everybody of a campaign, those held back included, with what became of their message."""
    a = t.assignments.c
    query = (
        sa.select(a.pseudonym, a.arm, _s.state, sa.func.coalesce(_s.reason, ""), _s.sent_at)
        .outerjoin(t.sends, sa.and_(_s.campaign_id == a.campaign_id, _s.pseudonym == a.pseudonym))
        .where(a.campaign_id == campaign_id)
        .order_by(a.pseudonym)
    )
    return [
        AssignmentRow(pseudonym=p, arm=arm, state=state, reason=reason, sent_at=sent_at)
        for p, arm, state, reason, sent_at in tx.connection.execute(query)
    ]


def waiting_people(tx: Transaction, publication_id: str) -> list[tuple[str, str, datetime]]:
    """(pseudonym, time zone, due) of those whose message is still to go."""
    query = sa.select(_s.pseudonym, _s.timezone, _s.due_at).where(
        _s.publication_id == publication_id, _s.state.in_(("scheduled", "claimed"))
    )
    return [(row[0], row[1], row[2]) for row in tx.connection.execute(query)]


def stop(tx: Transaction, publication_id: str, reason: str) -> bool:
    """Stop it, void its approval and hand its run back to a person. False: it was not open."""
    return stopping.stop_publication(tx, publication_id, reason)


def move(tx: Transaction, publication_id: str, person: Person, start: datetime) -> Publication:
    """Let a publication begin at another time; every message moves by as much. Needs publish.

    Inside the approved window the approval holds. Outside it does not: the publication stops,
    and its run asks for a new one.
    """
    person = require_now(tx, person, "publish")
    publication = get(tx, publication_id)
    if publication.state not in stopping.OPEN:
        raise LedgerError(
            "not_approved",
            f"This scheduled send is {publication.state} and cannot be moved.",
            thing=publication_id,
        )
    delta = start - publication.starts_at
    waiting = sa.and_(_s.publication_id == publication_id, _s.state == "scheduled")
    dues = _dues(tx, publication_id)
    data = {"from": publication.starts_at, "to": start}
    if not inside_window(tx, publication, start):
        at = f"{start.astimezone(UTC):%a %d %b %Y, %H:%M} UTC"
        outside = f"{person.name} moved it to {at}, outside the approved window"
        journal.append(
            tx, "publication_moved_out", person_id=person.id, thing=publication_id, data=data
        )
        stopping.stop_publication(tx, publication_id, outside)
        # Where the run asks again, it asks about that time.
        a = t.approvals.c
        wish = sa.update(t.approvals).where(a.id == publication.approval_id)
        tx.connection.execute(wish.values(edit={"send_at": start.isoformat()}))
        return get(tx, publication_id)
    # From the far end, so that a row that was moved is not met, and moved, again.
    for due in reversed(dues) if delta.total_seconds() > 0 else dues:
        tx.connection.execute(
            sa.update(t.sends)
            .where(waiting, _s.wave.in_((0, 1)), _s.due_at == due)
            .values(due_at=due + delta)
        )
    tx.connection.execute(
        sa.update(t.publications).where(_p.id == publication_id).values(starts_at=start)
    )
    journal.append(tx, "publication_moved", person_id=person.id, thing=publication_id, data=data)
    return get(tx, publication_id)


def inside_window(tx: Transaction, publication: PublicationRow, start: datetime) -> bool:
    """Whether all of it would still go out inside the approved window, beginning at ``start``."""
    delta = start - publication.starts_at
    last = max([start, *(due + delta for due in _dues(tx, publication.id))])
    return publication.window_start <= start and last <= publication.window_end


def _dues(tx: Transaction, publication_id: str) -> Sequence[datetime]:
    """The moments at which its messages are due, in order; people of a zone have one."""
    waiting = sa.and_(_s.publication_id == publication_id, _s.state == "scheduled")
    query = sa.select(_s.due_at).where(waiting).distinct().order_by(_s.due_at)
    return tx.connection.execute(query).scalars().all()


def close_done(tx: Transaction) -> list[PublicationRow]:
    """Close the publications of which nothing is left to send; those closed now.

    One whose messages all came too late is stopped instead, so that a person is asked whether
    they shall go out after all.
    """
    first_wave.close_late(tx)
    under_way = sa.exists().where(_s.publication_id == _p.id, _s.state.in_(UNDER_WAY))
    query = sa.select(_p.id).where(_p.state == "scheduled", ~under_way).order_by(_p.id)
    closed = []
    for publication_id in tx.connection.execute(query).scalars().all():
        counted = counts(tx, publication_id)
        if "missed" in counted and not {"sent", "needs_review"} & set(counted):
            late = f"nothing was sent, and {counted['missed']:,} messages were too late"
            stop(tx, publication_id, late)
            continue
        tx.connection.execute(
            sa.update(t.publications).where(_p.id == publication_id).values(state="done")
        )
        data = {"counts": counted}
        journal.append(tx, "publication_done", person_id=None, thing=publication_id, data=data)
        closed.append(get(tx, publication_id))
    return [PublicationRow.model_validate(c.model_dump(exclude={"content"})) for c in closed]


def _insert(
    tx: Transaction,
    publication_id: str,
    run_id: str,
    content: Content,
    content_hash: str,
    values: Mapping[str, Any],
) -> None:
    row = {
        "id": publication_id,
        "campaign_id": content.campaign_id,
        "run_id": run_id,
        "content": content.model_dump(mode="json"),
        "content_hash": content_hash,
        "window_start": content.window_start,
        "window_end": content.window_end,
        "quiet_start": content.quiet_hours.start,
        "quiet_end": content.quiet_hours.end,
        "cap_most": content.cap.most,
        "cap_days": content.cap.days,
        "service": content.service,
        "created_at": tx.now,
        **values,
    }
    tx.connection.execute(t.publications.insert(), row)
    cited = {c.fact_id: c.fact_hash for c in content.facts}
    rows = []
    for citation, fact_hash in cited.items():
        stem, of_stock = facts.split(citation)
        rows.append(
            {
                "publication_id": publication_id,
                "cited": citation,
                "fact_id": stem,
                "of_stock": of_stock,
                "fact_hash": fact_hash,
            }
        )
    if rows:
        tx.connection.execute(t.publication_facts.insert(), rows)


def _approved_run(tx: Transaction, approval_id: str, content_hash: str) -> str:
    """The run of an approval that holds for this content."""
    a = t.approvals.c
    query = sa.select(a.run_id, a.gate, a.status, a.content_hash, a.reason)
    row = tx.connection.execute(query.where(a.id == approval_id)).one_or_none()
    if row is None:
        raise LedgerError("not_approved", "There is no such approval.", thing=approval_id)
    if row.gate == "publish" and row.status == "approved" and row.content_hash == content_hash:
        return str(row.run_id)
    why = f"it is {row.status}" + (f", because {row.reason}" if row.status == "void" else "")
    if row.gate != "publish":
        why = "it is of a brief"
    elif row.content_hash != content_hash:
        why = "it is of other content"
    raise LedgerError(
        "not_approved",
        f"This content is not approved: the approval does not hold, {why}.",
        thing=approval_id,
        next_step="Ask for a new approval of the content as it is now.",
    )


def _check_facts(tx: Transaction, content: Content) -> None:
    now = facts.hashes(tx, (c.fact_id for c in content.facts))
    changed = [c.fact_id for c in content.facts if now.get(c.fact_id) != c.fact_hash]
    if changed:
        raise LedgerError(
            "facts_changed",
            f"Facts that the content cites are not what was approved: {', '.join(changed)}.",
            thing=content.campaign_id,
            next_step="Write the copy again from the facts as they are now.",
        )


def _unknown(publication_id: str) -> LedgerError:
    return LedgerError(
        "unknown",
        "There is no such scheduled send.",
        thing=publication_id,
        next_step="`mainspring campaign show` lists a campaign's.",
    )
