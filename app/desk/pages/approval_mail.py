"""The mails of an approval: each in a frame of its own, side by side, and as the worst reader."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.deciding import gather
from app.desk.drawing import draw
from app.desk.identity import Here, needs, origin_of
from app.desk.mail_frames import FRAME_HEADERS
from app.mail_preview import Form as MailForm
from app.mail_preview import Reader, mail_page
from app.previews import READER
from app.site import site_of
from app.views.card import Card, card_of
from app.views.card_copy import MailShown, marked_claims
from app.views.sender_health import sender_health
from ledger import approvals
from ledger.errors import LedgerError
from ledger.origin import coming_from
from workflows.publish import send_test
from workflows.transactions import read

router = APIRouter()


@router.get("/approvals/{approval_id}/mail/{variant_id}")
async def mail(
    request: Request,
    here: Here,
    approval_id: str,
    variant_id: str,
    form: MailForm = "desktop",
    reader: Reader = "known",
    marks: bool = False,
    stage: str = "",
) -> Response:
    """One variant as its reader sees it, of a stage of life or none. Nothing in it runs, and
    nothing is fetched."""
    site = site_of(request)
    approval = await read(site.stack.ledger, lambda tx: approvals.get(tx, approval_id))
    shown = await gather(site.workspace, approval, site.stack)
    variants = shown.content.variants if shown.content is not None else ()
    found = next((one for one in variants if one.id == variant_id), None)
    if found is None:
        raise _no_mail(variant_id)
    drafted = shown.draft.variants if shown.draft is not None else ()
    variant = next((one for one in drafted if one.id == variant_id), None)
    page = mail_page(
        found.for_stage(stage),
        form=form,
        reader=reader,
        claims=[claim.text for claim in marked_claims(variant)] if marks else [],
        brand_folder=site.workspace.brand_folder,
    )
    return HTMLResponse(page, headers=FRAME_HEADERS)


@router.get("/approvals/{approval_id}/well")
async def well(
    request: Request,
    here: Here,
    approval_id: str,
    form: MailForm = "desktop",
    variant: str = "",
    stage: str = "",
) -> Response:
    """The mail on the card in another form, another variant, or for other readers."""
    card = await card_of(site_of(request), approval_id, here.person)
    chosen = _chosen(card, variant)
    return await draw(
        request,
        "approvals/mail_well.html",
        card=card,
        head=card.head,
        mail=chosen,
        form=form,
        stage=stage,
        reader_name=READER.first_name,
    )


@router.get("/approvals/{approval_id}/previews")
async def previews(
    request: Request, here: Here, approval_id: str, variant: str = "", stage: str = ""
) -> Response:
    """Every form of one variant side by side, and the worst cases under them."""
    card = await card_of(site_of(request), approval_id, here.person)
    chosen = _chosen(card, variant)
    return await draw(
        request,
        "approvals/previews.html",
        here="approvals",
        card=card,
        head=card.head,
        mail=chosen,
        stage=stage,
        readers=[
            (
                f"{one.words}, {one.people:,}",
                f"/approvals/{approval_id}/previews?variant={chosen.id}&stage={one.stage}",
                one.stage == stage,
            )
            for one in chosen.readers
        ],
        tabs=[
            (one.id.upper(), f"/approvals/{approval_id}/previews?variant={one.id}", one is chosen)
            for one in card.mails
        ],
    )


@router.get("/approvals/{approval_id}/sender")
async def sender(request: Request, here: Here, approval_id: str) -> Response:
    """Whether receivers will believe the sender; no card waits for it."""
    health = await sender_health(site_of(request))
    return await draw(request, "approvals/sender.html", health=health)


@router.post("/approvals/{approval_id}/test")
async def send_me_a_test(
    request: Request, here: Here, approval_id: str, variant: Annotated[str, Form()] = ""
) -> Response:
    """The mail as it stands, to whoever asks, at their own address."""
    person = needs(here, "write")
    site = site_of(request)
    approval = await read(site.stack.ledger, lambda tx: approvals.get(tx, approval_id))
    with coming_from("desk", origin_of(request)):
        await send_test(site.stack, approval, person, variant)
    return RedirectResponse(f"/approvals/{approval_id}?said=tested", status_code=303)


def _chosen(card: Card, variant_id: str) -> MailShown:
    """The variant that is asked for, else the first. Raises LedgerError unknown."""
    if not card.mails:
        raise _no_mail(variant_id)
    return next((one for one in card.mails if one.id == variant_id), card.mails[0])


def _no_mail(variant_id: str) -> LedgerError:
    return LedgerError(
        "unknown",
        "This approval has no such mail.",
        thing=variant_id,
        next_step="Open its card; it shows the mails that it has.",
    )
