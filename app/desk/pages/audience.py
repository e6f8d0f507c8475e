"""Audience: segments with their sizes and evidence, and a rule built clause by clause."""

from __future__ import annotations

import asyncio
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from app.desk.drawing import draw
from app.desk.identity import Here, needs, origin_of
from app.keeping_segments import forget_segment, keep_segment
from app.site import site_of
from app.views.audience import audience_page, known_names, read_rule, rule_json, segment_page
from app.views.building import built, from_rule, with_clause, without_clause
from app.views.clause_forms import (
    MOST_PROPERTIES,
    OPERATIONS,
    PROPERTY_OPERATIONS,
    PURCHASE,
    TRAITS,
)
from app.who_is_who import who_is_who
from domain.errors import MainspringError, WrongUsage
from domain.predicate import as_text, in_words
from domain.predicate.language import PURPOSES, SCORES, STAGES
from domain.predicate.words import PURPOSES as PURPOSE_WORDS
from ledger.origin import coming_from

router = APIRouter()


@router.get("/audience")
async def audience(request: Request, here: Here) -> Response:
    """Every segment, with who of it can be mailed."""
    site = site_of(request)
    page = await audience_page(site.stack)
    found = await asyncio.to_thread(who_is_who, site.workspace)
    to_decide = found.to_decide if found is not None else 0
    return await draw(request, "audience/list.html", "audience", page=page, to_decide=to_decide)


@router.get("/audience/segment")
async def segment(
    request: Request,
    here: Here,
    rule: Annotated[str, Query(max_length=8000)],
    name: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """What the data say of one."""
    page = await segment_page(site_of(request).stack, read_rule(rule), name)
    return await draw(request, "audience/segment.html", "audience", page=page)


@router.get("/audience/build")
async def build(request: Request, here: Here) -> Response:
    """A rule as a form; what it means and how many it finds beside it."""
    stack = site_of(request).stack
    given = dict(request.query_params)
    known = await known_names(stack)
    page = None
    problem: MainspringError | None = None
    try:
        draft = from_rule(read_rule(given["rule"])) if given.get("rule") else built(given)
    except WrongUsage as error:  # text that a person wrote
        draft, problem = built({}), error
    if given.get("add"):
        draft = with_clause(draft, given["add"])
    if given.get("drop", "").isdigit():
        draft = without_clause(draft, int(given["drop"]))
    if draft.rule is not None and not draft.problems:
        try:
            page = await segment_page(stack, draft.rule)
        except MainspringError as error:
            problem = error
    return await draw(
        request, "audience/build.html", "audience", draft=draft, known=known, page=page,
        problem=problem, operations=OPERATIONS, property_operations=PROPERTY_OPERATIONS,
        properties=range(MOST_PROPERTIES), purchase=PURCHASE,
        purposes=[(name, PURPOSE_WORDS[name]) for name in PURPOSES],
        stages=[(name, name.replace("_", " ")) for name in STAGES],
        scores=[(name, name) for name in SCORES],
        traits=[(name, name.replace("_", " ")) for name in TRAITS],
        in_words=in_words(draft.rule) if draft.rule is not None else "",
        as_text=as_text(draft.rule) if draft.rule is not None else given.get("rule", ""),
    )  # fmt: skip


@router.post("/audience/save")
async def keep(
    request: Request,
    here: Here,
    rule: Annotated[str, Form(max_length=8000)],
    name: Annotated[str, Form()] = "",
) -> Response:
    """Give a rule a name, by which goals may speak of its people."""
    person, stack, found = needs(here, "write"), site_of(request).stack, read_rule(rule)
    with coming_from("desk", origin_of(request)):
        made = await keep_segment(stack, person, name, found)
    return _to_segment(made.name, rule_json(made.rule))


@router.post("/audience/forget")
async def forget(request: Request, here: Here, name: Annotated[str, Form()]) -> Response:
    """Take a name away from a rule."""
    person, stack = needs(here, "write"), site_of(request).stack
    with coming_from("desk", origin_of(request)):
        await forget_segment(stack, person, name)
    return RedirectResponse("/audience", status_code=303)


def _to_segment(name: str, rule: str) -> Response:
    return RedirectResponse(
        f"/audience/segment?{urlencode({'rule': rule, 'name': name})}", status_code=303
    )
