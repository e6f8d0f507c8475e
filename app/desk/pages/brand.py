"""Brand: guide, library and facts, to read."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse

from app.desk.drawing import draw
from app.desk.identity import Here
from app.site import site_of
from app.views import brand as view

router = APIRouter()


@router.get("/brand")
async def guide(request: Request, here: Here, done: str = "") -> Response:
    """How the brand speaks."""
    site = site_of(request)
    await asyncio.to_thread(site.follow_guide)
    page = await view.guide_page(site.stack)
    return await draw(request, "brand/guide.html", "brand", page=page, done=done)


@router.get("/brand/library")
async def library(
    request: Request,
    here: Here,
    q: Annotated[str, Query(max_length=400)] = "",
    kind: str = "",
    language: Literal["", "en", "de"] = "",
    proven: str = "",
    page: int = 1,
) -> Response:
    """What was sent before, and how it did."""
    found = await view.library_page(
        site_of(request).stack,
        asked=q.strip(),
        kind=kind,
        language=language,
        only_proven=bool(proven),
        page=page,
    )
    same = {"q": found.asked, "kind": found.kind, "language": language, "proven": proven}
    kinds = [("", "any"), *((one, one) for one in found.kinds)]
    return await draw(
        request, "brand/library.html", "brand", page=found, kinds=kinds,
        address=f"/brand/library?{urlencode(same)}",
    )  # fmt: skip


@router.get("/brand/facts")
async def facts(request: Request, here: Here) -> Response:
    """What mails may say, with its source; what is no longer true first."""
    page = await view.facts_page(site_of(request).stack)
    return await draw(request, "brand/facts.html", "brand", page=page)


@router.get("/brand/photo/{product_id}")
async def photo(request: Request, here: Here, product_id: str) -> Response:
    """The picture of a product."""
    file = await view.photo(site_of(request).stack, product_id)
    return FileResponse(file, headers={"Cache-Control": "private, max-age=3600"})
