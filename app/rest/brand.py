"""What the brand says and can prove: the guide, the library, the facts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from app.rest.callers import Reader
from app.rest.once import Route
from app.site import site_of
from app.views.brand import FactsPage, GuidePage, facts_page, guide_page
from domain.frozen import Frozen
from domain.voice import Passage, PassageKind

router = APIRouter(tags=["brand"], route_class=Route)


class Passages(Frozen):
    items: tuple[Passage, ...]


@router.get("/brand/guide", response_model=GuidePage, summary="The guide")
async def guide(request: Request, person: Reader) -> GuidePage:
    """How the brand speaks, and what it never says. Needs the right to read."""
    return await guide_page(site_of(request).stack)


@router.get("/brand/library", response_model=Passages, summary="Search the library")
async def library(
    request: Request,
    person: Reader,
    query: Annotated[str, Query(min_length=1, max_length=500, examples=["a hand-wound watch"])],
    kind: PassageKind | None = None,
    language: Annotated[str | None, Query(max_length=10, examples=["en"])] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 8,
) -> Passages:
    """Proven copy that is nearest in meaning, the nearest first. Needs the right to read."""
    found = await site_of(request).stack.voice.search(query, kind=kind, language=language, n=limit)
    return Passages(items=found)


@router.get("/facts", response_model=FactsPage, summary="The facts")
async def known(request: Request, person: Reader) -> FactsPage:
    """What copy may claim: products and statements about the house, where each is from, how fresh
    it is, and which campaigns cite it. Needs the right to read."""
    return await facts_page(site_of(request).stack)
