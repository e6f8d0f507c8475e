"""Pieces for other channels: as they appear where they are placed, decided, edited, handed out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.content import CHANNELS, channels_named, terms_of
from app.desk.drawing import draw
from app.desk.identity import Here, Visitor, needs, origin_of
from app.desk.mail_frames import FRAME_HEADERS
from app.desk.statuses import status_of
from app.site import site_of
from app.views.content import content_page, shown_of
from app.views.content_edit import changes_of, fields_of
from domain.errors import MainspringError, WrongUsage
from domain.piece import PieceChannel
from ledger import facts, pieces
from ledger.errors import LedgerError
from ledger.origin import coming_from
from ledger.pieces import PieceRow
from tools.render.page import without_script
from tools.render.piece_files import cut_for
from workflows.piece_export import export, zipped
from workflows.pieces import brief_of, decide, edit, own_brief, piece_of, prepared_of, write_set
from workflows.transactions import read

router = APIRouter()


@router.get("/content")
async def everything(request: Request, here: Here) -> Response:
    return await _page(request, here, None)


@router.get("/campaigns/{run_id}/content")
async def of_campaign(request: Request, here: Here, run_id: str) -> Response:
    return await _page(request, here, run_id)


@router.post("/campaigns/{run_id}/content")
async def write_for_campaign(
    request: Request,
    here: Here,
    run_id: str,
    channel: Annotated[list[str] | None, Form()] = None,
    reason: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """A piece for each chosen channel, of the campaign's approved brief."""
    person = needs(here, "write")
    site = site_of(request)
    brief, bound = await read(site.stack.ledger, lambda tx: brief_of(tx, run_id))
    with coming_from("desk", origin_of(request)):
        await write_set(
            site.stack,
            person,
            brief,
            _chosen(channel),
            terms_of(site.workspace.settings),
            run_id=run_id,
            brief_approval=bound,
            reason=reason.strip(),
        )
    return RedirectResponse(f"/campaigns/{run_id}/content", status_code=303)


@router.post("/content")
async def write_alone(
    request: Request,
    here: Here,
    message: Annotated[str, Form(max_length=400)] = "",
    product: Annotated[str, Form(max_length=200)] = "",
    language: Annotated[str, Form(pattern="^(en|de)$")] = "en",
    channel: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Pieces of a message of their own, to be read by anybody."""
    person = needs(here, "write")
    site = site_of(request)
    if not message.strip():
        raise WrongUsage(
            "empty_message", "The message is empty.", next_step="Say the one thing that they say."
        )
    products = [product.strip()] if product.strip() else []
    brief = await read(
        site.stack.ledger,
        lambda tx: own_brief(tx, message.strip(), products, "de" if language == "de" else "en"),
    )
    with coming_from("desk", origin_of(request)):
        await write_set(
            site.stack, person, brief, _chosen(channel), terms_of(site.workspace.settings)
        )
    return RedirectResponse("/content", status_code=303)


@router.get("/content/{piece_id}/frame")
async def frame(request: Request, here: Here, piece_id: str) -> Response:
    """A landing page as it was rendered. Nothing in it runs, and nothing is fetched."""
    row = await _row(request, piece_id)
    page = next((f for f in prepared_of(row).files if f.media_type == "text/html"), None)
    if page is None:
        raise _nothing(piece_id)
    return HTMLResponse(without_script(page.text), headers=FRAME_HEADERS)


@router.get("/content/{piece_id}/picture")
async def picture(request: Request, here: Here, piece_id: str) -> Response:
    """The picture of a piece, cut as its channel shows it."""
    site = site_of(request)
    row = await _row(request, piece_id)
    piece = piece_of(row)
    shown = getattr(piece, "picture", None)
    known = await read(site.stack.ledger, facts.current)
    made = shown and cut_for(piece.channel, shown.product_id, known, site.workspace.brand_folder)
    if not made:
        raise _nothing(piece_id)
    kind = "jpeg" if made.kind == "jpg" else made.kind
    return Response(made.data, media_type=f"image/{kind}")


@router.get("/content/{piece_id}/edit")
async def edit_page(request: Request, here: Here, piece_id: str) -> Response:
    needs(here, "write")
    return await _edit(request, here, await _row(request, piece_id))


@router.post("/content/{piece_id}/edit")
async def save(
    request: Request, here: Here, piece_id: str, content_hash: Annotated[str, Form()]
) -> Response:
    """Put the words in; the critic reads them, and a yes that was given is void."""
    person = needs(here, "write")
    row = await _row(request, piece_id)
    form = await request.form()
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    try:
        with coming_from("desk", origin_of(request)):
            await edit(
                site_of(request).stack,
                person,
                row.model_copy(update={"content_hash": content_hash}),
                changes_of(piece_of(row), typed),
            )
    except MainspringError as error:
        return await _edit(request, here, row, typed=typed, error=error)
    return RedirectResponse(f"{_home(row)}#{piece_id}", status_code=303)


@router.post("/content/{piece_id}/decide")
async def decision(
    request: Request,
    here: Here,
    piece_id: str,
    content_hash: Annotated[str, Form()],
    said: Annotated[str, Form(pattern="^(approve|reject)$")],
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """A person's word on exactly what the page showed."""
    person = needs(here, "approve")
    site = site_of(request)
    row = await _row(request, piece_id)
    with coming_from("desk", origin_of(request)):
        await decide(
            site.stack,
            person,
            row.model_copy(update={"content_hash": content_hash}),
            "approve" if said == "approve" else "reject",
            terms_of(site.workspace.settings),
            reason,
        )
    return RedirectResponse(f"{_home(row)}#{piece_id}", status_code=303)


@router.post("/content/export")
async def hand_out(request: Request, here: Here, campaign: Annotated[str, Form()] = "") -> Response:
    """Everything that is approved, of a campaign or of all, as one archive."""
    person = needs(here, "publish")
    site = site_of(request)
    rows = await read(site.stack.ledger, lambda tx: pieces.listed(tx, run_id=campaign or None))
    approved = [row for row in rows if row.status in ("approved", "exported")]
    if not approved:
        raise WrongUsage(
            "nothing_approved",
            "None of these pieces is approved.",
            next_step="Approve those that you want to hand out.",
        )
    with coming_from("desk", origin_of(request)):
        found = await export(site.stack, person, approved)
    return Response(
        zipped(found),
        media_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="content.zip"'},
    )


async def _page(request: Request, here: Visitor, run_id: str | None) -> Response:
    site = site_of(request)
    page = await content_page(site, here.person, run_id)
    known = await read(site.stack.ledger, facts.current)
    return await draw(
        request,
        "content/page.html",
        here="campaigns",
        page=page,
        channels=CHANNELS,
        products=[("", "None")] + [(p.id, p.name) for p in known.products],
    )


async def _edit(
    request: Request,
    here: Visitor,
    row: PieceRow,
    *,
    typed: dict[str, str] | None = None,
    error: MainspringError | None = None,
) -> Response:
    site = site_of(request)
    fields = fields_of(piece_of(row))
    if typed is not None:
        fields = tuple(f.model_copy(update={"value": typed.get(f.name, f.value)}) for f in fields)
    shown = await read(site.stack.ledger, lambda tx: shown_of(tx, site, row, here.person))
    return await draw(
        request,
        "content/edit.html",
        here="campaigns",
        status=status_of(error) if error is not None else 200,
        piece=shown,
        fields=fields,
        home=_home(row),
        error=error,
    )


async def _row(request: Request, piece_id: str) -> PieceRow:
    return await read(site_of(request).stack.ledger, lambda tx: pieces.get(tx, piece_id))


def _home(row: PieceRow) -> str:
    return f"/campaigns/{row.run_id}/content" if row.run_id else "/content"


def _chosen(channel: list[str] | None) -> list[PieceChannel]:
    return channels_named(",".join(channel or ()))


def _nothing(piece_id: str) -> LedgerError:
    return LedgerError(
        "unknown",
        "This piece has nothing of the kind.",
        thing=piece_id,
        next_step="Open its campaign; it shows what each piece has.",
    )
