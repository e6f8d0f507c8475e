"""The inbox of approvals, their cards, and the decisions on them."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from app import deciding
from app.desk.drawing import draw, is_partial
from app.desk.identity import Here, Visitor, needs, origin_of
from app.desk.pages import approval_edit, approval_mail, approval_marks, approval_talk
from app.desk.statuses import status_of
from app.mail_preview import Form as MailForm
from app.previews import READER
from app.site import Site, site_of
from app.views import card_story, inbox
from app.views.card import Card, card_of, head_of
from app.views.card_brief import queries_behind
from app.views.compact import compact_of
from app.views.inbox import Inbox, InboxSection
from app.views.talk import known_names
from domain.errors import MainspringError
from ledger import approvals, comments, holding, runs
from ledger.approvals import Decision
from ledger.origin import coming_from
from workflows.transactions import read, write

router = APIRouter()
router.include_router(approval_mail.router)
router.include_router(approval_edit.router)
router.include_router(approval_talk.router)
router.include_router(approval_marks.router)

Tab = Literal["waiting", "decided"]
Pages = Annotated[tuple[int, ...], Query(max_length=100)]
"""One for each further page of a part that was read."""
OVERTAKEN = ("already_decided", "stale_content", "expired")
"""Refusals that mean that the page was older than what waits now."""


@router.get("/approvals")
async def approvals_page(request: Request, here: Here, tab: Tab = "waiting") -> Response:
    """The list, with the first card that waits for the reader beside it where there is room."""
    listed = await _listed(request, here, tab)
    first = next(iter(listed["inbox"].mine.items), None) if tab == "waiting" else None
    if first is None:
        return await draw(request, "approvals/inbox.html", here="approvals", **listed)
    return await _draw_card(request, here, first.id, tab, listed, list_first=True)


@router.get("/approvals/list")
async def approvals_list(
    request: Request,
    here: Here,
    tab: Tab = "waiting",
    current: str = "",
    mine: Pages = (),
    others: Pages = (),
) -> Response:
    """The list anew, for an open page, as far down as it was read."""
    listed = await _listed(request, here, tab, current, len(mine), len(others))
    return await draw(request, "approvals/sections.html", here="approvals", **listed)


@router.get("/approvals/page")
async def further(
    request: Request,
    here: Here,
    section: inbox.Section,
    after: Annotated[str, Query(max_length=200)] = "",
    current: str = "",
) -> Response:
    """The next page of one part of the list."""
    page = await inbox.section_of(site_of(request), here.person, section, after)
    return await draw(
        request, "approvals/further.html", page=page, section=section, current=current
    )


@router.get("/approvals/{approval_id}")
async def approval_page(
    request: Request,
    here: Here,
    approval_id: str,
    variant: str = "",
    form: MailForm = "desktop",
    stage: str = "",
    within: Annotated[Tab | None, Query(alias="in")] = None,
    said: Literal["", "tested"] = "",
) -> Response:
    """One card. Who opens it has seen what mentions them there."""
    shown = await _draw_card(
        request,
        here,
        approval_id,
        within or "waiting",
        variant=variant,
        form=form,
        stage=stage,
        said=said,
    )
    await _seen(site_of(request), here, approval_id)
    return shown


@router.get("/approvals/{approval_id}/state")
async def standing(request: Request, here: Here, approval_id: str) -> Response:
    """Where it stands now, for a card that is open: nothing else on the page is touched."""
    head = await head_of(site_of(request), approval_id, here.person)
    return await draw(request, "approvals/grown.html", head=head)


@router.get("/approvals/{approval_id}/after")
async def after(request: Request, here: Here, approval_id: str) -> Response:
    """How the campaign goes on since the decision."""
    head = await head_of(site_of(request), approval_id, here.person)
    progress = await _progress(site_of(request), approval_id)
    return await draw(request, "approvals/after_part.html", head=head, progress=progress)


@router.get("/approvals/{approval_id}/queries")
async def queries(request: Request, here: Here, approval_id: str) -> Response:
    """The queries behind a brief's figures; too long to stand on its card."""
    site = site_of(request)
    approval = await read(site.stack.ledger, lambda tx: approvals.get(tx, approval_id))
    brief = (await deciding.gather(site.workspace, approval, site.stack)).brief
    return await draw(
        request,
        "approvals/queries.html",
        here="approvals",
        approval_id=approval_id,
        queries=queries_behind(brief) if brief is not None else (),
    )


@router.get("/approvals/{approval_id}/compact")
async def compact(request: Request, here: Here, approval_id: str) -> Response:
    """The card in small, for a conversation."""
    shown = await compact_of(site_of(request), approval_id, here.person)
    return await draw(request, "approvals/compact.html", compact=shown)


@router.post("/approvals/{approval_id}/decide")
async def decide(
    request: Request,
    here: Here,
    approval_id: str,
    decision: Annotated[Literal["approve", "reject"], Form()],
    content_hash: Annotated[str, Form()],
    reason: Annotated[str, Form(max_length=2000)] = "",
    about: Annotated[list[str] | None, Form()] = None,
    answer: Annotated[str, Form(max_length=1000)] = "",
    typed: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """A person's word on exactly what their page showed."""
    person = needs(here, "approve")
    said = (_reason(reason, about or []) if decision == "reject" else answer).strip()
    try:
        with coming_from("desk", origin_of(request)):
            await _decide(site_of(request), here, approval_id, decision, content_hash, said, typed)
    except MainspringError as error:
        if is_partial(request):
            overtaken = error.what if error.code in OVERTAKEN else ""
            if not overtaken:
                raise
            shown = await compact_of(site_of(request), approval_id, person, overtaken)
            return await draw(request, "approvals/compact.html", compact=shown)
        return await _draw_card(
            request,
            here,
            approval_id,
            "waiting",
            status=status_of(error),
            error=error,
            stale=error.code in OVERTAKEN,
            written=said,
        )
    if is_partial(request):
        shown = await compact_of(site_of(request), approval_id, person)
        return await draw(request, "approvals/compact.html", compact=shown)
    return RedirectResponse(f"/approvals/{approval_id}", status_code=303)


@router.post("/approvals/{approval_id}/hold")
async def hold(request: Request, here: Here, approval_id: str) -> Response:
    """Stop what stands on this approval, until somebody lets it go on."""
    return await _hold(request, here, approval_id, paused=True)


@router.post("/approvals/{approval_id}/go-on")
async def go_on(request: Request, here: Here, approval_id: str) -> Response:
    return await _hold(request, here, approval_id, paused=False)


@router.post("/approvals/{approval_id}/instead")
async def instead(
    request: Request, here: Here, approval_id: str, number: Annotated[int, Form(ge=0)]
) -> Response:
    """Ask for the better campaign that a brief names: a new goal, whose brief comes next."""
    person = needs(here, "write")
    site = site_of(request)
    card = await card_of(site, approval_id, person)
    better = card.brief.better[number : number + 1] if card.brief else ()
    if not better:
        return RedirectResponse(f"/approvals/{approval_id}#better", status_code=303)
    with coming_from("desk", origin_of(request)):
        run = await write(site.stack.ledger, lambda tx: runs.start(tx, better[0].goal, person.id))
    return RedirectResponse(f"/campaigns/{run.id}", status_code=303)


async def _decide(
    site: Site,
    here: Visitor,
    approval_id: str,
    decision: Decision,
    content_hash: str,
    said: str,
    typed: str,
) -> None:
    """Decide about what the page held, whatever waits now."""
    current = await read(site.stack.ledger, lambda tx: approvals.get(tx, approval_id))
    seen = current.model_copy(update={"content_hash": content_hash})
    number = "".join(c for c in typed if c.isdecimal())
    await asyncio.to_thread(
        deciding.decide,
        site.workspace,
        seen,
        decision,
        person=here.person,
        reason=said,
        typed=int(number) if number else None,
    )


async def _hold(request: Request, here: Visitor, approval_id: str, *, paused: bool) -> Response:
    site = site_of(request)
    on_it = (await _progress(site, approval_id)).publication_id
    if on_it:
        change = holding.pause_one if paused else holding.resume_one
        with coming_from("desk", origin_of(request)):
            await write(site.stack.ledger, lambda tx: change(tx, on_it, here.person))
    return RedirectResponse(f"/approvals/{approval_id}", status_code=303)


def _reason(reason: str, about: list[str]) -> str:
    """What was said, after what it is about: "Tone, Time: …"."""
    known = [word for word in ("Tone", "A fact", "Audience", "Time") if word in about]
    return f"{', '.join(known)}: {reason.strip()}" if known else reason


async def _listed(
    request: Request,
    here: Visitor,
    tab: Tab,
    current: str = "",
    mine: int = 0,
    others: int = 0,
) -> dict[str, Any]:
    """What the list at the side shows."""
    site = site_of(request)
    if tab == "decided":
        nothing = InboxSection(items=(), total=0, more="")
        decided = await inbox.section_of(site, here.person, "decided")
        listed = Inbox(mine=nothing, others=nothing, today=nothing, decided=decided)
    else:
        listed = await inbox.inbox_of(site, here.person, 1 + mine, 1 + others)
    return {"inbox": listed, "tab": tab, "current": current}


async def _draw_card(
    request: Request,
    here: Visitor,
    approval_id: str,
    tab: Tab,
    listed: dict[str, Any] | None = None,
    *,
    status: int = 200,
    variant: str = "",
    form: MailForm = "desktop",
    stage: str = "",
    list_first: bool = False,
    error: MainspringError | None = None,
    stale: bool = False,
    written: str = "",
    said: str = "",
) -> Response:
    site = site_of(request)
    card = await card_of(site, approval_id, here.person)
    listed = listed or await _listed(request, here, tab)
    progress = None if card.head.waits else await _progress(site, approval_id)
    return await draw(
        request,
        "approvals/card.html",
        here="approvals",
        status=status,
        card=card,
        mail=chosen_mail(card, variant),
        form=form,
        stage=stage,
        reader_name=READER.first_name,
        progress=progress,
        talk=card.talk,
        names=await read(site.stack.ledger, lambda tx: known_names(tx, here.person)),
        said=said,
        error=error,
        stale=stale,
        written=written,
        list_first=list_first,
        **{**listed, "current": approval_id},
    )


def chosen_mail(card: Card, variant: str) -> Any:
    """The variant that is asked for, else the first."""
    return next((mail for mail in card.mails if mail.id == variant), next(iter(card.mails), None))


async def _seen(site: Site, here: Visitor, approval_id: str) -> None:
    """The reader has seen what mentions them beside this; nothing is written where nothing does."""
    ledger = site.stack.ledger
    run_id = (await read(ledger, lambda tx: approvals.get(tx, approval_id))).run_id
    unseen = await read(ledger, lambda tx: comments.unseen_mentions(tx, here.person.id))
    if any(comment.run_id == run_id for comment in unseen):
        await write(ledger, lambda tx: comments.mark_seen(tx, here.person.id, run_id))


async def _progress(site: Site, approval_id: str) -> card_story.Progress:
    return await read(
        site.stack.ledger,
        lambda tx: card_story.progress(tx, approvals.get(tx, approval_id)),
    )
