"""Imports: a file is given, looked at, and kept or dropped; then three facts from the data."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile

from app.desk.identity import origin_of
from app.first_facts import Fact, first_facts
from app.looking_in import begin_keep, begin_look, uploads_of
from app.rest.callers import Reader, Writer
from app.rest.once import Route
from app.rest.problems import refusals
from app.rest.shapes import Body, Done, Id
from app.site import site_of
from app.uploads import MOST_BYTES, Chosen, Upload
from app.views.imports import ImportPage, ImportsPage, import_page, imports_page
from domain.errors import WrongUsage
from domain.frozen import Frozen

MOST_BODY_BYTES = MOST_BYTES + (1 << 20)
"""Of a form: its file, and what stands around it."""

router = APIRouter(prefix="/imports", tags=["imports"], route_class=Route)


_FILE_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "contentMediaType": "application/octet-stream",
                            "description": "CSV, JSONL or Parquet, also as gzip or zip.",
                        }
                    },
                }
            }
        },
    }
}


class ReadAs(Body):
    """How the file is to be read."""

    chosen: Chosen


class Facts(Frozen):
    items: tuple[Fact, ...]


@router.get("", response_model=ImportsPage, summary="List")
async def listed(request: Request, person: Reader) -> ImportsPage:
    """What waits for a decision, and what was imported. Needs the right to read."""
    return await imports_page(site_of(request).workspace)


@router.post(
    "", response_model=Upload, status_code=201, summary="Give a file", openapi_extra=_FILE_FORM
)
async def give(request: Request, person: Writer) -> Upload:
    """Take a file in and begin to look into it; nothing of it is kept yet. Needs the right to
    write."""
    # Read here, and not by the signature, which would take the file before it asks for a token.
    site = site_of(request)
    async with request.form() as form:
        file = form.get("file")
        if not isinstance(file, UploadFile) or not file.filename:
            raise WrongUsage(
                "no_file", "No file came with this request.", next_step="Send it as `file`."
            )
        uploads = uploads_of(site.workspace)
        upload = await asyncio.to_thread(uploads.take, file.file, file.filename, person.id)
    return begin_look(site, upload)


@router.get("/facts", response_model=Facts, summary="Three facts")
async def facts(request: Request, person: Reader) -> Facts:
    """At most three things that the data tell and that are easily missed, with their queries.
    Needs the right to read."""
    site = site_of(request)
    return Facts(items=await first_facts(site.workspace, site.stack))


@router.get("/{id}", response_model=ImportPage, summary="Show", responses=refusals(404, 409))
async def one(request: Request, person: Reader, id: Id) -> ImportPage:  # noqa: A002
    """What was understood of a file, before anything of it is kept; `working` while a task is at
    it. Needs the right to read."""
    return await import_page(site_of(request).workspace, id)


@router.post("/{id}/read", response_model=Upload, summary="Read it as", responses=refusals(404))
async def look_again(
    request: Request,
    person: Writer,
    id: Id,  # noqa: A002
    body: ReadAs,
) -> Upload:
    """Say what it holds and which column is which, and look again. Needs the right to write."""
    site = site_of(request)
    return begin_look(site, uploads_of(site.workspace).get(id), body.chosen)


@router.post("/{id}/keep", response_model=Upload, summary="Import it", responses=refusals(404))
async def keep(request: Request, person: Writer, id: Id) -> Upload:  # noqa: A002
    """Import it as it was shown. Needs the right to write."""
    site = site_of(request)
    upload = uploads_of(site.workspace).get(id)
    return begin_keep(site, upload, person, origin_of(request), "api")


@router.delete("/{id}", response_model=Done, summary="Drop", responses=refusals(404, 409))
async def drop(request: Request, person: Writer, id: Id) -> Done:  # noqa: A002
    """Remove the file without keeping anything of it. Needs the right to write."""
    uploads = uploads_of(site_of(request).workspace)
    uploads.drop(uploads.get(id))
    return Done()
