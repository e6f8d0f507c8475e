"""Brand: guide, library and facts, to read."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response
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
