"""What people say beside a card before anybody decides: comments, mentions, suggestions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.desk.drawing import draw
from app.desk.identity import Here, needs, origin_of
from app.site import site_of
from app.views import editing
from app.views.card import head_of
from app.views.talk import known_names, talk_of
from ledger import approvals, comments
from ledger.database import Transaction
from ledger.origin import coming_from
from workflows.edits import START_FIELD
from workflows.transactions import read, write

router = APIRouter()


@router.get("/approvals/{approval_id}/talk")
async def talk(request: Request, here: Here, approval_id: str) -> Response:
    """What was said, anew, for a card that is open."""
    site = site_of(request)
    head = await head_of(site, approval_id, here.person)
    draft = await editing.draft_of(site, approval_id)
    said = await read(site.stack.ledger, lambda tx: talk_of(tx, head.run_id, here.person, draft))
    names = await read(site.stack.ledger, lambda tx: known_names(tx, here.person))
    return await draw(request, "approvals/talk_part.html", head=head, talk=said, names=names)


@router.post("/approvals/{approval_id}/comments")
async def say(
    request: Request,
    here: Here,
    approval_id: str,
    text: Annotated[str, Form(max_length=4000)],
) -> Response:
    person = needs(here, "write")

    def add(tx: Transaction) -> None:
        run_id = approvals.get(tx, approval_id).run_id
        comments.add(tx, run_id, person, text, approval_id=approval_id)

    with coming_from("desk", origin_of(request)):
        await write(site_of(request).stack.ledger, add)
    return _back(approval_id)


@router.post("/approvals/{approval_id}/comments/{comment_id}/settle")
async def settle(request: Request, here: Here, approval_id: str, comment_id: str) -> Response:
    person = needs(here, "write")
    with coming_from("desk", origin_of(request)):
        await write(
            site_of(request).stack.ledger, lambda tx: comments.settle(tx, comment_id, person)
        )
    return _back(approval_id)


@router.post("/approvals/{approval_id}/comments/{comment_id}/take")
async def take_over(request: Request, here: Here, approval_id: str, comment_id: str) -> Response:
    """Take a suggestion over: words into the edit form, a time into the question of moving. What
    is saved there is this person's, and needs its own yes."""
    person = needs(here, "write")
    site = site_of(request)
    found = await read(site.stack.ledger, lambda tx: comments.get(tx, comment_id))
    suggestion = found.suggestion or {}
    with coming_from("desk", origin_of(request)):
        await write(site.stack.ledger, lambda tx: comments.settle(tx, comment_id, person))
    start = str(suggestion.get(START_FIELD, ""))
    words = {name: value for name, value in suggestion.items() if name != START_FIELD}
    if words:
        await editing.take_over(site, approval_id, person, words)
        return RedirectResponse(f"/approvals/{approval_id}/edit", status_code=303)
    day, _, at = start.partition("T")
    time = f"&at={at[:5]}" if at else ""
    asked = f"/calendar/move/{approval_id}?day={day}{time}" if start else _card(approval_id)
    return RedirectResponse(asked, status_code=303)


def _back(approval_id: str) -> Response:
    return RedirectResponse(f"{_card(approval_id)}#comments", status_code=303)


def _card(approval_id: str) -> str:
    return f"/approvals/{approval_id}"
