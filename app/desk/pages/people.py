"""The people behind a number, masked. The forms of its address stand in app/views/people.py."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.desk.drawing import draw
from app.desk.identity import Here
from app.site import site_of
from app.views.people import Asked, people_page

router = APIRouter()


@router.get("/people")
async def people(request: Request, here: Here, asked: Annotated[Asked, Query()]) -> Response:
    """One page of them."""
    page = await people_page(site_of(request).stack, asked)
    return await draw(request, "people.html", page=page)
