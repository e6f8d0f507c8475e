"""What the brand says and can prove: the guide, the library, the facts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from app.rest.callers import Reader
from app.rest.once import Route
from app.site import site_of
from domain.facts import Facts
from domain.frozen import Frozen
from domain.voice import Guide, Passage, PassageKind
from ledger import facts
from workflows.transactions import read

router = APIRouter(tags=["brand"], route_class=Route)


class Passages(Frozen):
    items: tuple[Passage, ...]


@router.get("/brand/guide", response_model=Guide, summary="The guide")
async def guide(request: Request, person: Reader) -> Guide:
    """How the brand speaks, and what it never says. Needs the right to read."""
    return site_of(request).stack.brand.guide


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


@router.get("/facts", response_model=Facts, summary="The facts")
async def known(request: Request, person: Reader) -> Facts:
    """What copy may claim: products and statements about the house. Needs the right to read."""
    return await read(site_of(request).stack.ledger, facts.current)
