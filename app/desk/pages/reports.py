"""Reports: what each campaign changed, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app import words
from app.desk import report_parts
from app.desk.drawing import draw
from app.desk.identity import Here, needs
from app.site import site_of
from app.views.reports import funnel, report_list, report_of
from domain.plan import HELD_BACK
from domain.report import Report
from tools.render.report_words import beside, counted, figure_names, lead, measures

router = APIRouter()

Form = Literal["html", "csv", "json", "md"]
MEDIA: dict[Form, str] = {
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
}


@router.get("/reports")
async def reports(request: Request, here: Here, before: str = "") -> Response:
    """What was found, the newest first."""
    found = await report_list(site_of(request).stack, before=before)
    return await draw(request, "reports/list.html", here="reports", found=found)


@router.get("/reports/{campaign_id}")
async def report(request: Request, here: Here, campaign_id: str) -> Response:
    """One report, as it was last drawn; the first look draws it."""
    made = await report_of(site_of(request).stack, campaign_id)
    labels = {arm.arm: _label(arm.arm, arm.label) for arm in made.arms}
    return await draw(
        request,
        "reports/report.html",
        here="reports",
        report=made,
        lead=lead(made),
        labels=labels,
        beside=beside(made),
        counted=counted(made),
        names=figure_names(made.arms),
        measures=measures,
        pairs=[
            (f"{labels[one.variant]} against {labels[one.other]}", one) for one in made.comparisons
        ],
        steps=funnel(made),
        parts=report_parts,
        known={query.id for query in made.queries},
        states=words.SEND_STATES,
    )


@router.post("/reports/{campaign_id}")
async def draw_anew(request: Request, here: Here, campaign_id: str) -> Response:
    """Count again, with everything that is known by now."""
    needs(here, "write")
    await report_of(site_of(request).stack, campaign_id, anew=True)
    return RedirectResponse(f"/reports/{campaign_id}", status_code=303)


@router.get("/reports/{campaign_id}/download.{form}")
async def download(request: Request, here: Here, campaign_id: str, form: Form) -> Response:
    """The report as a file: one HTML page that needs nothing else, CSV, JSON or Markdown."""
    from tools.render import report as pages

    made = await report_of(site_of(request).stack, campaign_id)
    forms: dict[Form, Callable[[Report], str]] = {
        "html": pages.html,
        "csv": pages.csv,
        "json": lambda one: one.model_dump_json(indent=2) + "\n",
        "md": pages.markdown,
    }
    name = f"report-{campaign_id[-8:]}.{form}"
    return Response(
        forms[form](made),
        media_type=MEDIA[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _label(arm: str, label: str) -> str:
    """A, watchmaker: the variant with its angle, as columns and plots name it."""
    if arm == HELD_BACK:
        return "Held back"
    _, _, angle = label.partition(": ")
    return f"{arm.upper()}, {angle}" if angle else arm.upper()
