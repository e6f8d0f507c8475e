"""Editing in place: the text by block, with the critic beside it answering at once."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app import deciding
from app.desk.drawing import draw
from app.desk.identity import Here, Visitor, needs, origin_of
from app.desk.mail_frames import FRAME_HEADERS
from app.desk.statuses import status_of
from app.mail_preview import Form as MailForm
from app.mail_preview import mail_page
from app.site import site_of
from app.views import editing, inbox
from domain.errors import MainspringError
from domain.layouts import LAYOUTS
from ledger import approvals
from ledger.origin import coming_from
from workflows.transactions import read

router = APIRouter()

SUGGESTED = "I suggest these words."
"""What a suggestion says where its writer adds nothing."""


@router.get("/approvals/{approval_id}/edit")
async def edit_page(
    request: Request, here: Here, approval_id: str, variant: str = "", preview: bool = False
) -> Response:
    needs(here, "write")
    return await _draw(request, here, approval_id, variant, preview=preview)


@router.post("/approvals/{approval_id}/reread")
async def reread(
    request: Request, here: Here, approval_id: str, variant: Annotated[str, Form()] = ""
) -> Response:
    """Keep what was typed, and let the critic read it."""
    person = needs(here, "write")
    site = site_of(request)
    await editing.keep_typed(site, approval_id, person, variant, await _typed(request))
    shown = await editing.editing_of(site, approval_id, person, variant)
    return await draw(request, "approvals/reread.html", editing=shown, head=shown.head)


@router.post("/approvals/{approval_id}/edit")
async def save(
    request: Request,
    here: Here,
    approval_id: str,
    content_hash: Annotated[str, Form()],
    variant: Annotated[str, Form()] = "",
    go: Annotated[str, Form()] = "",
    note: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Save as the next draft; or with ``go``, keep what was typed and go to another view of it:
    ``variant:b``, ``preview``, ``text``, ``mend:3``, ``layout:pair``. Who may not save it can
    ``suggest`` it."""
    person = needs(here, "write" if go else "approve")
    site = site_of(request)
    try:
        edit = await editing.keep_typed(site, approval_id, person, variant, await _typed(request))
        view, _, which = go.partition(":")
        if view == "mend" and which.isdecimal():
            variant = await editing.apply_mend(
                site, approval_id, person, int(which), of_draft=False
            )
        if view == "layout" and which in LAYOUTS:
            await editing.choose_layout(site, approval_id, person, variant, which)
        if view == "suggest":
            if edit:
                with coming_from("desk", origin_of(request)):
                    await editing.suggest(site, approval_id, person, edit, note or SUGGESTED)
            return RedirectResponse(f"/approvals/{approval_id}#comments", status_code=303)
        if view:
            chosen = which if view == "variant" else variant
            shown = "&preview=1" if view in ("preview", "layout") else ""
            address = f"/approvals/{approval_id}/edit?variant={chosen}{shown}"
            return RedirectResponse(address, status_code=303)
        if not edit:
            return RedirectResponse(f"/approvals/{approval_id}", status_code=303)
        await _save(request, here, approval_id, content_hash, edit)
    except MainspringError as error:
        return await _draw(
            request, here, approval_id, variant, error=error, status=status_of(error)
        )
    return RedirectResponse(f"/approvals/{approval_id}", status_code=303)


@router.post("/approvals/{approval_id}/discard")
async def discard(request: Request, here: Here, approval_id: str) -> Response:
    """Forget what was typed."""
    person = needs(here, "write")
    await editing.discard(site_of(request), approval_id, person)
    return RedirectResponse(f"/approvals/{approval_id}", status_code=303)


@router.post("/approvals/{approval_id}/use")
async def use(
    request: Request, here: Here, approval_id: str, number: Annotated[int, Form(ge=0)]
) -> Response:
    """Take a finding's mend over into the form, where a person looks at it before they save."""
    person = needs(here, "write")
    variant = await editing.apply_mend(site_of(request), approval_id, person, number, of_draft=True)
    return RedirectResponse(f"/approvals/{approval_id}/edit?variant={variant}", status_code=303)


@router.get("/approvals/{approval_id}/edit/mail")
async def preview_mail(
    request: Request, here: Here, approval_id: str, variant: str, form: MailForm = "desktop"
) -> Response:
    """The mail that the text makes as it is typed."""
    person = needs(here, "write")
    site = site_of(request)
    reread = await editing.preview_of(site, approval_id, person)
    found = next((one for one in reread.rendered if one.id == variant), None)
    if found is None:
        return HTMLResponse("<p>This text makes no mail yet.</p>", headers=FRAME_HEADERS)
    page = mail_page(
        found, form=form, reader="known", claims=(), brand_folder=site.workspace.brand_folder
    )
    return HTMLResponse(page, headers=FRAME_HEADERS)


async def _typed(request: Request) -> dict[str, str]:
    form = await request.form()
    return {name: value for name, value in form.items() if isinstance(value, str)}


async def _save(
    request: Request, here: Visitor, approval_id: str, content_hash: str, edit: dict[str, Any]
) -> None:
    site = site_of(request)
    current = await read(site.stack.ledger, lambda tx: approvals.get(tx, approval_id))
    seen = current.model_copy(update={"content_hash": content_hash})
    shown = await deciding.gather(site.workspace, current, site.stack)
    deciding.check_edit(site.workspace, shown, edit)
    with coming_from("desk", origin_of(request)):
        await asyncio.to_thread(
            deciding.decide, site.workspace, seen, "edit", person=here.person, edit=edit
        )


async def _draw(
    request: Request,
    here: Visitor,
    approval_id: str,
    variant: str,
    *,
    preview: bool = False,
    status: int = 200,
    error: MainspringError | None = None,
) -> Response:
    site = site_of(request)
    shown = await editing.editing_of(site, approval_id, here.person, variant)
    listed = await inbox.inbox_of(site, here.person)
    return await draw(
        request,
        "approvals/edit.html",
        here="approvals",
        status=status,
        editing=shown,
        head=shown.head,
        inbox=listed,
        tab="waiting",
        current=approval_id,
        preview=preview,
        error=error,
    )
