"""Approvals: what waits for a yes, the whole card, and the decision about exactly what was seen."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, Field, StringConstraints

from app import deciding
from app.desk.identity import origin_of
from app.rest.callers import Approver, Reader, Writer
from app.rest.once import Route, is_repeatable
from app.rest.paging import Cursor, Page, place, written
from app.rest.problems import Seen, precondition, refusals
from app.rest.shapes import Body, Id
from app.site import Site, site_of
from app.views import inbox
from app.views.card import Card, Head, card_of, head_of
from app.views.inbox import InboxItem, Section
from domain.errors import MainspringError
from domain.frozen import Frozen
from ledger import approvals, marks
from ledger.approvals import Approval, ApprovalStatus, Decision
from ledger.errors import LedgerError
from ledger.marks import LockRow, OverruleRow
from ledger.origin import coming_from
from ledger.people import Person
from workflows import marking, moving
from workflows.moving import Move
from workflows.publish import send_test
from workflows.rereading import Rereading, read_again
from workflows.transactions import read, write

router = APIRouter(prefix="/approvals", tags=["approvals"], route_class=Route)

Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
_DECIDED: Mapping[Decision, ApprovalStatus] = {
    "approve": "approved",
    "reject": "rejected",
    "edit": "edited",
}


class Approve(Body):
    reason: Reason = ""
    typed: Annotated[int, Field(ge=0)] | None = Field(
        None, description="Of a large send: how many get a mail (`head.number_to_type`)."
    )


class Reject(Body):
    reason: Annotated[Reason, Field(min_length=1)] = Field(
        description="What the next draft should do better.", examples=["The price is missing."]
    )


class Edit(Body):
    edit: dict[str, Any] = Field(
        description="Of a brief: its fields. Of a mail: `variants`, by id the fields to change; "
        "`send_at`, another time.",
        examples=[{"variants": {"a": {"subject": "One watch, one scratch"}}}],
    )
    reason: Reason = ""


class OtherTime(Body):
    start: AwareDatetime = Field(
        description="When it is to begin instead.", examples=["2026-12-01T09:00:00+01:00"]
    )


class TestMail(Body):
    variant: Annotated[str, StringConstraints(max_length=40)] = Field(
        "", description="Which one; empty: the first."
    )


class TestMailSent(Frozen):
    """The mail server took it, for the address of the token's person and for nobody else."""

    message_id: str


class LockSentence(Body):
    variant: Annotated[str, StringConstraints(max_length=40)] = Field("a", examples=["a"])
    sentence: Annotated[str, StringConstraints(min_length=1, max_length=2000)] = Field(
        description="The sentence, or words that only it has."
    )


class OverruleFinding(Body):
    number: Annotated[int, Field(ge=0)] = Field(description="The finding's `number` on the card.")
    reason: Annotated[Reason, Field(min_length=1)] = Field(
        description="Why it may stand.", examples=["The customer's own words."]
    )


class TryEdit(Body):
    edit: dict[str, Any] = Field(description="As for an edit.")


@router.get("", response_model=Page[InboxItem], summary="List")
async def listed(
    request: Request, person: Reader, section: Section = "mine", cursor: Cursor = ""
) -> Page[InboxItem]:
    """What waits for the token's person (`mine`) or for others, or what was decided; 25 a page.
    Needs the right to read."""
    found = await inbox.section_of(site_of(request), person, section, place(cursor))
    return Page(items=found.items, next=written(found.more))


@router.get(
    "/{id}",
    response_model=Card,
    summary="Show the card",
    responses={
        200: {
            "description": "Everything that a careful person needs to decide.",
            "headers": {
                "ETag": {
                    "description": "The hash of what is to be decided, for If-Match.",
                    "schema": {"type": "string"},
                }
            },
        },
        **refusals(404),
    },
)
async def shown(request: Request, response: Response, person: Reader, id: Id) -> Card:  # noqa: A002
    """Everything about one approval. Needs the right to read."""
    card = await card_of(site_of(request), id, person)
    response.headers["ETag"] = f'"{card.head.content_hash}"'
    return card


@router.post(
    "/{id}/approve",
    response_model=Head,
    summary="Approve",
    responses=refusals(404, 409, 412, 428),
)
async def approve(
    request: Request,
    person: Approver,
    id: Id,  # noqa: A002
    body: Approve,
    if_match: Seen = None,
) -> Head:
    """Say yes to exactly what was seen. Of a large send the first yes of two leaves it pending.
    Needs the right to approve."""
    return await _decide(
        request, person, id, if_match, "approve", reason=body.reason, typed=body.typed
    )


@router.post(
    "/{id}/reject",
    response_model=Head,
    summary="Reject",
    responses=refusals(404, 409, 412, 428),
)
async def reject(
    request: Request,
    person: Approver,
    id: Id,  # noqa: A002
    body: Reject,
    if_match: Seen = None,
) -> Head:
    """Say no, and why: the agents write anew. Needs the right to approve."""
    return await _decide(request, person, id, if_match, "reject", reason=body.reason)


@router.post(
    "/{id}/edit", response_model=Head, summary="Edit", responses=refusals(404, 409, 412, 428)
)
async def edit(
    request: Request,
    person: Approver,
    id: Id,  # noqa: A002
    body: Edit,
    if_match: Seen = None,
) -> Head:
    """Change it: the critic reads it again, and then it waits for a yes. An edit of what is
    approved stops what has not gone out. Needs the right to approve."""
    return await _decide(request, person, id, if_match, "edit", reason=body.reason, edit=body.edit)


@router.post(
    "/{id}/reschedule",
    response_model=Move,
    summary="Propose another time",
    responses=refusals(404, 409, 412, 428),
)
async def reschedule(
    request: Request,
    person: Approver,
    id: Id,  # noqa: A002
    body: OtherTime,
    if_match: Seen = None,
) -> Move:
    """Let what waits begin at another time: it is planned anew, and then waits for a yes. Needs
    the right to approve."""
    stack = site_of(request).stack
    current = await read(stack.ledger, lambda tx: approvals.get(tx, id))
    seen = _seen(current, if_match)
    with coming_from("api", origin_of(request)):
        return await moving.move(stack, id, person, body.start, content_hash=seen)


@router.post(
    "/{id}/locks",
    response_model=LockRow,
    summary="Lock a sentence",
    responses=refusals(404, 409),
)
async def lock_sentence(
    request: Request,
    person: Writer,
    id: Id,  # noqa: A002
    body: LockSentence,
) -> LockRow:
    """Every rewriting keeps it word for word, until somebody lifts the lock. Needs the right to
    write."""
    with coming_from("api", origin_of(request)):
        return await marking.lock(site_of(request).stack, id, person, body.variant, body.sentence)


@router.delete("/locks/{lock}", status_code=204, summary="Lift a lock", responses=refusals(404))
async def lift_lock(request: Request, person: Writer, lock: Id) -> None:
    """The sentence may be rewritten again. Needs the right to write."""
    with coming_from("api", origin_of(request)):
        await write(site_of(request).stack.ledger, lambda tx: marks.lift(tx, lock, person))


@router.post(
    "/{id}/overrules",
    response_model=OverruleRow,
    summary="Overrule a finding",
    responses=refusals(404, 409),
)
async def overrule_finding(
    request: Request,
    person: Approver,
    id: Id,  # noqa: A002
    body: OverruleFinding,
) -> OverruleRow:
    """Let a finding of style stand, for these words in this text alone; never a claim, an offer, a
    link or a legal line. Needs the right to approve."""
    with coming_from("api", origin_of(request)):
        return await marking.overrule(site_of(request).stack, id, person, body.number, body.reason)


@router.delete(
    "/overrules/{overrule}",
    status_code=204,
    summary="Take an overruling back",
    responses=refusals(404),
)
async def take_back(request: Request, person: Approver, overrule: Id) -> None:
    """The finding counts again. Needs the right to approve."""
    with coming_from("api", origin_of(request)):
        await write(site_of(request).stack.ledger, lambda tx: marks.take_back(tx, overrule, person))


@router.post(
    "/{id}/test-mail",
    response_model=TestMailSent,
    summary="Send a test to yourself",
    responses=refusals(404, 409, 502),
)
async def test_mail(
    request: Request,
    person: Writer,
    id: Id,  # noqa: A002
    body: TestMail,
) -> TestMailSent:
    """Its very content, marked as a test, to the token's person at their own address. Needs the
    right to write."""
    stack = site_of(request).stack
    approval = await read(stack.ledger, lambda tx: approvals.get(tx, id))
    with coming_from("api", origin_of(request)):
        receipt = await send_test(stack, approval, person, body.variant)
    return TestMailSent(message_id=receipt.message_id)


@router.post(
    "/{id}/read-again",
    response_model=Rereading,
    summary="Try an edit",
    responses=refusals(404, 409),
)
async def try_edit(
    request: Request,
    person: Writer,
    id: Id,  # noqa: A002
    body: TryEdit,
) -> Rereading:
    """What the critic says of an edit; nothing is changed. Needs the right to write."""
    stack = site_of(request).stack
    approval = await read(stack.ledger, lambda tx: approvals.get(tx, id))
    return await read_again(stack, approval.run_id, body.edit, person.name)


async def _decide(
    request: Request,
    person: Person,
    approval_id: str,
    if_match: str | None,
    decision: Decision,
    *,
    reason: str = "",
    edit: Mapping[str, Any] | None = None,
    typed: int | None = None,
) -> Head:
    site = site_of(request)
    current = await read(site.stack.ledger, lambda tx: approvals.get(tx, approval_id))
    content_hash = _seen(current, if_match)
    seen = current.model_copy(update={"content_hash": content_hash})
    if decision == "edit":
        whole = await deciding.gather(site.workspace, current, site.stack)
        deciding.check_edit(site.workspace, whole, edit or {})
    try:
        with coming_from("api", origin_of(request)):
            await asyncio.to_thread(
                deciding.decide,
                site.workspace,
                seen,
                decision,
                person=person,
                reason=reason,
                edit=edit,
                typed=typed,
            )
    except LedgerError as error:
        again = error.code == "already_decided" and is_repeatable(request)
        if not again or not await _was_mine(site, approval_id, person, decision):
            raise
    return await head_of(site, approval_id, person)


def _seen(current: Approval, if_match: str | None) -> str:
    """The content that the caller saw. Raises MainspringError precondition_failed where something
    else stands there now."""
    found = precondition(if_match)
    if found != current.content_hash:
        raise MainspringError(
            "precondition_failed",
            "What you saw is not what waits for approval now.",
            thing=current.id,
            next_step="Show it again, and decide about that.",
        )
    return found


async def _was_mine(site: Site, approval_id: str, person: Person, decision: Decision) -> bool:
    """Whether this very decision was taken before, by a request that was cut off."""
    now = await read(site.stack.ledger, lambda tx: approvals.get(tx, approval_id))
    return now.decided_by == person.id and now.status == _DECIDED[decision]
