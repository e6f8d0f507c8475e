"""Campaigns: the list, a campaign's whole story, and what a person may do with it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Header, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from app.desk import report_parts
from app.desk.drawing import draw
from app.desk.identity import Here, needs, origin_of
from app.desk.pages.live import STREAM_HEADERS
from app.site import site_of
from app.streams import seen
from app.views import campaigns as lists
from app.views.history import chain_check, history_page
from app.views.story import story
from domain.errors import WrongUsage
from ledger import first_wave, runs, sends
from ledger.approvals import Gate
from ledger.database import Transaction
from ledger.origin import coming_from
from ledger.runs import Run
from workflows import decisions
from workflows.transactions import read, write

router = APIRouter()

LONGEST_GOAL = 4000


@router.get("/campaigns")
async def campaigns(
    request: Request,
    here: Here,
    show: lists.Filter = "all",
    search: str = "",
    before: str = "",
) -> Response:
    """The list, the newest first."""
    found = await lists.campaign_list(
        site_of(request).stack.ledger, show=show, search=search.strip(), before=before
    )
    tabs = [
        (f"{name} {found.counts[one]:,}", lists.address(one, found.search), one == show)
        for one, (name, _) in lists.FILTERS.items()
    ]
    return await draw(request, "campaigns/list.html", here="campaigns", found=found, tabs=tabs)


@router.post("/campaigns")
async def start(request: Request, here: Here, goal: Annotated[str, Form()] = "") -> Response:
    """Start a campaign from a goal in a sentence."""
    said = _goal(goal)
    person = needs(here, "write")
    with coming_from("desk", origin_of(request)):
        run = await write(site_of(request).stack.ledger, lambda tx: runs.start(tx, said, person.id))
    return RedirectResponse(f"/campaigns/{run.id}", status_code=303)


@router.get("/campaigns/{run_id}")
async def campaign(request: Request, here: Here, run_id: str) -> Response:
    """The whole story of one campaign."""
    told = await story(site_of(request).stack, run_id)
    return await draw(
        request,
        "campaigns/story.html",
        here="campaigns",
        story=told,
        parts=report_parts,
        known={query.id for query in told.report.queries} if told.report is not None else (),
    )


@router.get("/campaigns/{run_id}/progress")
async def progress(
    request: Request,
    here: Here,
    run_id: str,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """What the agents do, as they do it."""
    site = site_of(request)
    await read(site.stack.ledger, lambda tx: runs.get(tx, run_id))
    after = seen(last_event_id) or 0

    async def told() -> AsyncIterator[str]:
        yield "retry: 1000\n\n"
        async for event in site.streams.tail(run_id, after):
            if event is None:
                yield ": still here\n\n"
            elif event.kind == "progress":
                said = json.dumps({"text": event.data["text"], "at": event.data["at"]})
                yield f"id: {event.seq}\nevent: progress\ndata: {said}\n\n"

    return StreamingResponse(told(), media_type="text/event-stream", headers=STREAM_HEADERS)


@router.get("/campaigns/{run_id}/history")
async def history(
    request: Request,
    here: Here,
    run_id: str,
    before: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
) -> Response:
    """What the history holds of it, in words."""
    page = await history_page(site_of(request).stack.ledger, run_id, before)
    return await draw(request, "campaigns/history.html", here="campaigns", page=page)


@router.get("/campaigns/{run_id}/chain")
async def chain(request: Request, here: Here, run_id: str) -> Response:
    """Whether the history is whole: a part of the page, asked for once it is shown."""
    checked = await chain_check(site_of(request).stack.ledger)
    return await draw(request, "campaigns/chain.html", checked=checked)


@router.post("/campaigns/{run_id}/cancel")
async def cancel(request: Request, here: Here, run_id: str) -> Response:
    """End it: what has not gone out stays here."""
    return await _change(request, run_id, lambda tx: runs.cancel(tx, run_id, here.person))


@router.post("/campaigns/{run_id}/retry")
async def retry(request: Request, here: Here, run_id: str) -> Response:
    """Go on with what stopped for a reason that is mended now."""
    return await _change(request, run_id, lambda tx: decisions.try_again(tx, run_id, here.person))


@router.post("/campaigns/{run_id}/ask-again")
async def ask_again(
    request: Request, here: Here, run_id: str, gate: Annotated[Gate, Form()]
) -> Response:
    """Put what nobody decided in time before people once more."""
    return await _change(
        request, run_id, lambda tx: decisions.ask_again(tx, run_id, gate, here.person)
    )


@router.post("/campaigns/{run_id}/repeat")
async def repeat(request: Request, here: Here, run_id: str) -> Response:
    """A new campaign with the same goal."""
    person = needs(here, "write")

    def again(tx: Transaction) -> Run:
        return runs.start(tx, runs.get(tx, run_id).goal, person.id)

    with coming_from("desk", origin_of(request)):
        run = await write(site_of(request).stack.ledger, again)
    return RedirectResponse(f"/campaigns/{run.id}", status_code=303)


@router.post("/campaigns/{run_id}/review")
async def review(
    request: Request,
    here: Here,
    run_id: str,
    publication: Annotated[str, Form()],
    decision: Annotated[Literal["sent", "send_again", "drop"], Form()],
    key: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Decide about messages of which we cannot tell whether they went out: some, or all."""

    def settle(tx: Transaction) -> None:
        parked = [row.key for row in sends.review_list(tx, publication)]
        chosen = [one for one in parked if one in key] if key else parked
        sends.resolve_review(tx, here.person, chosen, decision)

    return await _change(request, run_id, settle)


@router.post("/campaigns/{run_id}/rest")
async def rest(
    request: Request,
    here: Here,
    run_id: str,
    publication: Annotated[str, Form()],
    decision: Annotated[Literal["release", "end"], Form()],
) -> Response:
    """Let the rest of a large send go after all, or send nothing more of it."""
    change = first_wave.release if decision == "release" else first_wave.end
    return await _change(request, run_id, lambda tx: change(tx, publication, here.person))


async def _change(
    request: Request, run_id: str, function: Callable[[Transaction], object]
) -> Response:
    with coming_from("desk", origin_of(request)):
        await write(site_of(request).stack.ledger, function)
    return RedirectResponse(f"/campaigns/{run_id}", status_code=303)


def _goal(text: str) -> str:
    said = text.strip()
    if not said:
        raise WrongUsage(
            "empty_goal", "The goal is empty.", next_step="Say what the campaign is to reach."
        )
    if len(said) > LONGEST_GOAL:
        raise WrongUsage(
            "long_goal",
            f"The goal is longer than {LONGEST_GOAL:,} characters.",
            next_step="Say it in a sentence or two; the brief finds the rest in your data.",
        )
    return said
