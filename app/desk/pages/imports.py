"""Imports: a file is given, looked at, and kept or dropped; then three facts from the data."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from app.desk.drawing import draw, is_partial
from app.desk.identity import Here, needs, origin_of
from app.first_facts import first_facts, people_of
from app.looking_in import begin_keep, begin_look, uploads_of
from app.settings import Settings
from app.site import site_of
from app.uploads import MOST_BYTES, Chosen, shown_name, too_large
from app.views.imports import import_page, imports_page
from app.views.people import Asked, customers_page
from domain.errors import WrongUsage
from tools.store.fields import FIELDS, Kind

router = APIRouter()

FORM_AROUND = 1 << 20
"""What a form may carry beside its file."""


async def bounded(request: Request) -> None:
    """Refuse a body that is too large before any of it is read. Raises WrongUsage too_large."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > MOST_BYTES + FORM_AROUND:
        raise too_large()


@router.get("/import")
async def imports(request: Request, here: Here) -> Response:
    """What waits for a decision, what was imported, and the place to give a file."""
    page = await imports_page(site_of(request).workspace)
    return await draw(request, "imports/list.html", "audit", page=page)


@router.post("/import", dependencies=[Depends(bounded)])
async def give(request: Request, here: Here) -> Response:
    """Take a file in, and begin to look into it. The form is read here and not by its signature,
    which would read it before anybody asked who sends it."""
    person = needs(here, "write")
    site = site_of(request)
    async with request.form() as form:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise WrongUsage(
                "no_file", "No file was chosen.", next_step="Choose one, or drop it on the page."
            )
        uploads = uploads_of(site.workspace)
        upload = await asyncio.to_thread(uploads.take, file.file, file.filename, person.id)
    begin_look(site, upload)
    return _to(request, f"/import/{upload.id}")


@router.get("/import/facts")
async def facts(request: Request, here: Here) -> Response:
    """Three facts from the data, as a part of a page or a page."""
    site = site_of(request)
    found = await first_facts(site.workspace, site.stack)
    whole = "imports/facts_part.html" if is_partial(request) else "imports/facts.html"
    return await draw(request, whole, "audience", facts=found)


@router.get("/import/facts/{subject}")
async def behind_a_fact(
    request: Request, here: Here, subject: str, asked: Annotated[Asked, Depends()]
) -> Response:
    """The people behind a fact that no audience rule can say, masked."""
    site = site_of(request)
    ids = await people_of(site.workspace, subject)
    page = await customers_page(
        site.stack, ids, asked, title="The people behind this fact",
        counted="The query stands beside the fact.",
    )  # fmt: skip
    if page.next_page:
        further = int(asked.after or 0) + len(page.people)
        here_too = f"/import/facts/{subject}?after={further}"
        page = page.model_copy(update={"next_page": here_too})
    return await draw(request, "people.html", "audience", page=page)


@router.get("/import/{upload_id}")
async def one(request: Request, here: Here, upload_id: str) -> Response:
    """What was understood of a file, before anything of it is kept."""
    page = await import_page(site_of(request).workspace, upload_id)
    return await draw(request, "imports/one.html", "audit", page=page)


@router.get("/import/{upload_id}/progress")
async def progress(request: Request, here: Here, upload_id: str) -> Response:
    """How far the task is; when it has ended, the page anew."""
    page = await import_page(site_of(request).workspace, upload_id)
    if not page.working:
        return Response(status_code=204, headers={"HX-Redirect": f"/import/{upload_id}"})
    return await draw(request, "imports/progress.html", page=page)


@router.post("/import/{upload_id}/look")
async def look_again(request: Request, here: Here, upload_id: str) -> Response:
    """Read it as the person says now."""
    needs(here, "write")
    site = site_of(request)
    upload = uploads_of(site.workspace).get(upload_id)
    form = {key: str(value).strip() for key, value in (await request.form()).items()}
    begin_look(site, upload, _chosen(form, upload.columns, site.workspace.settings))
    return _to(request, f"/import/{upload_id}")


@router.post("/import/{upload_id}/keep")
async def keep(request: Request, here: Here, upload_id: str) -> Response:
    """Import it as it was shown."""
    person = needs(here, "write")
    site = site_of(request)
    begin_keep(site, uploads_of(site.workspace).get(upload_id), person, origin_of(request))
    return _to(request, f"/import/{upload_id}")


@router.post("/import/{upload_id}/drop")
async def drop(request: Request, here: Here, upload_id: str) -> Response:
    """Remove the file without keeping anything of it."""
    needs(here, "write")
    uploads = uploads_of(site_of(request).workspace)
    uploads.drop(uploads.get(upload_id))
    return _to(request, "/import")


def _chosen(form: dict[str, str], columns: tuple[str, ...], settings: Settings) -> Chosen:
    """What the form says: ``map.<field>`` is a column, ``say.<field>`` a value for every row.
    Raises WrongUsage."""
    kind: Kind | None = next((k for k in FIELDS if k == form.get("kind")), None)
    if kind is None:
        raise WrongUsage(
            "unknown_kind",
            "The page did not say what the file holds.",
            next_step="Choose orders, customers, events, consents, support cases, facts or whom to "
            "leave out.",
        )
    mapping = {}
    for key, value in form.items():
        where, _, field = key.partition(".")
        if value and where == "map":
            mapping[field] = value
        elif value and where == "say":
            mapping[field] = f"={value}"
    return Chosen(
        kind=kind,
        as_export="as_export" in form,
        all_parts="all_parts" in form,
        mapping=mapping,
        timezone=form.get("timezone") or settings.workspace.timezone,
        currency=(form.get("currency") or settings.workspace.currency).upper(),
        source=shown_name(form["source"]) if form.get("source", "").strip() else "",
        region=form.get("region", "").strip().upper(),
    )


def _to(request: Request, address: str) -> Response:
    if is_partial(request):
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)
