"""Marks on a card: sentences locked, findings overruled."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.desk.identity import Here, needs, origin_of
from app.site import site_of
from ledger import marks
from ledger.origin import coming_from
from workflows import marking
from workflows.transactions import write

router = APIRouter()


@router.post("/approvals/{approval_id}/lock")
async def lock(
    request: Request,
    here: Here,
    approval_id: str,
    variant: Annotated[str, Form(max_length=40)],
    sentence: Annotated[str, Form(min_length=1, max_length=2000)],
) -> Response:
    """Keep a sentence word for word."""
    person = needs(here, "write")
    with coming_from("desk", origin_of(request)):
        await marking.lock(site_of(request).stack, approval_id, person, variant, sentence)
    return _back(approval_id, f"?variant={variant}#voice")


@router.post("/approvals/{approval_id}/unlock/{lock_id}")
async def unlock(request: Request, here: Here, approval_id: str, lock_id: str) -> Response:
    person = needs(here, "write")
    with coming_from("desk", origin_of(request)):
        await write(site_of(request).stack.ledger, lambda tx: marks.lift(tx, lock_id, person))
    return _back(approval_id, "#locked")


@router.post("/approvals/{approval_id}/overrule")
async def overrule(
    request: Request,
    here: Here,
    approval_id: str,
    number: Annotated[int, Form(ge=0)],
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Let a finding of style stand, with a reason."""
    person = needs(here, "approve")
    with coming_from("desk", origin_of(request)):
        await marking.overrule(site_of(request).stack, approval_id, person, number, reason)
    return _back(approval_id, "#critic")


def _back(approval_id: str, to: str) -> Response:
    return RedirectResponse(f"/approvals/{approval_id}{to}", status_code=303)
