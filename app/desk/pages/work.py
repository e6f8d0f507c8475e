"""The audit of work: what agents do, the hours given back, what pays next."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.desk.drawing import draw
from app.desk.identity import Here, needs, origin_of
from app.desk.statuses import status_of
from app.site import site_of
from app.views.work import typed, work_page
from app.work.answers import from_form, save_answers
from domain.errors import MainspringError
from ledger.origin import coming_from

router = APIRouter()


@router.get("/audit/work")
async def work(request: Request, here: Here, saved: str = "") -> Response:
    """Count the work now."""
    return await _page(request, saved=bool(saved))


@router.post("/audit/work")
async def answer(request: Request, here: Here) -> Response:
    """Keep what the team says of its work."""
    person = needs(here, "write")
    form = {k: v for k, v in (await request.form()).items() if isinstance(v, str)}
    with coming_from("desk", origin_of(request)):
        try:
            said = from_form(form)
            await asyncio.to_thread(save_answers, site_of(request).workspace, said, person)
        except MainspringError as error:
            return await _page(request, given=form, error=error, status=status_of(error))
    return RedirectResponse("/audit/work?saved=yes#answers", 303)


async def _page(
    request: Request,
    *,
    given: Mapping[str, str] | None = None,
    error: MainspringError | None = None,
    status: int = 200,
    saved: bool = False,
) -> Response:
    page = await work_page(site_of(request))
    answers = page.audit.answers
    said = {
        "business": answers.business or "",
        "revenue": "" if answers.revenue is None else f"{answers.revenue:f}",
        "technology_budget": ""
        if answers.technology_budget is None
        else f"{answers.technology_budget:f}",
        "review": typed(answers.review_minutes),
    }
    for task in page.asked:
        said |= {f"times_{task.key}": task.times, f"minutes_{task.key}": task.minutes}
    return await draw(
        request, "audit/work.html", "audit", status=status,
        page=page, said={**said, **(given or {})}, error=error, saved=saved,
    )  # fmt: skip
