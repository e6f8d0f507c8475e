"""The data audit: the most useful repair, what there is, rows not read, the history."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from starlette.background import BackgroundTask

from app import audit_parts
from app.audit_file import audit_html
from app.desk.drawing import draw, reader_formats
from app.desk.identity import Here, needs
from app.site import site_of
from app.views.audit import audit_page, unread_page
from ledger import journal
from ledger.database import Ledger

router = APIRouter()


@router.get("/audit")
async def audit(
    request: Request, here: Here, no: Annotated[int, Query(ge=0, le=1000)] = 0
) -> Response:
    """Look through the data now. ``no``: the customer to show, by their number."""
    site = site_of(request)
    page = await audit_page(site.workspace, site.stack, no)
    return await draw(
        request, "audit/page.html", "audit", page=page, parts=audit_parts, column=_column
    )


def _column(number: int) -> str:
    return f"/audit?no={number}#no"


@router.get("/audit/download")
async def download(
    request: Request, here: Here, form: Literal["html", "json"] = "json"
) -> Response:
    """The same as a file."""
    site = site_of(request)
    page = await audit_page(site.workspace, site.stack)
    if form == "json":
        answer = Response(page.model_dump_json(indent=2), media_type="application/json")
    else:
        fmt = await reader_formats(request)
        brand = site.workspace.settings.workspace.name
        answer = HTMLResponse(audit_html(page.audit, brand, fmt))
    answer.headers["Content-Disposition"] = f'attachment; filename="data-audit.{form}"'
    return answer


@router.get("/audit/unread/{name}")
async def unread(
    request: Request, here: Here, name: str, page: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> Response:
    """Rows of one file that could not be read, masked."""
    shown = await unread_page(site_of(request).workspace, name, page)
    return await draw(request, "audit/unread.html", "audit", page=shown)


@router.get("/audit/history.jsonl")
async def history(request: Request, here: Here) -> Response:
    """The whole history, one entry a line: for owners."""
    needs(here, "administer")
    file = await asyncio.to_thread(_written, site_of(request).stack.ledger)
    return FileResponse(
        file,
        media_type="application/x-ndjson",
        filename="history.jsonl",
        background=BackgroundTask(file.unlink),
    )


def _written(ledger: Ledger) -> Path:
    descriptor, name = tempfile.mkstemp(prefix="history-", suffix=".jsonl")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file, ledger.read() as tx:
        for entry in journal.export(tx):
            file.write(entry.model_dump_json() + "\n")
    return Path(name)
