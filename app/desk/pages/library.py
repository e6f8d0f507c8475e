"""The library of proven copy, and the rules that edits suggest."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from app.desk.drawing import draw
from app.desk.identity import Here, needs, origin_of
from app.site import site_of
from app.views import library as view
from domain.errors import WrongUsage
from domain.teaching import RuleState
from ledger import library as kept
from ledger import rules as decided
from ledger.database import Transaction
from ledger.origin import coming_from
from workflows.teaching import proposed
from workflows.transactions import write

router = APIRouter()


@router.get("/brand/library")
async def library(
    request: Request,
    here: Here,
    q: Annotated[str, Query(max_length=400)] = "",
    kind: str = "",
    language: Literal["", "en", "de"] = "",
    proven: str = "",
    sort: view.Sort = "effect",
    page: int = 1,
) -> Response:
    """What was sent before, what it changed, and how often people read it."""
    found = await view.library_page(
        site_of(request).stack,
        asked=q.strip(),
        kind=kind,
        language=language,
        only_proven=bool(proven),
        sort=sort,
        page=page,
    )
    same = {"q": found.asked, "kind": found.kind, "language": language, "proven": proven}
    kinds = [("", "any"), *((one, one) for one in found.kinds)]
    sorts = [("effect", "effect"), ("used", "times used"), ("last", "last used"), ("kind", "kind")]
    return await draw(
        request,
        "brand/library.html",
        "brand",
        page=found,
        kinds=kinds,
        sorts=sorts,
        address=f"/brand/library?{urlencode({**same, 'sort': sort})}",
    )


@router.post("/brand/library/retire")
async def retire(
    request: Request,
    here: Here,
    passage: Annotated[str, Form(max_length=200)],
    reason: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Use a passage no more."""
    return await _say(request, here, passage, reason, back=False)


@router.post("/brand/library/restore")
async def restore(
    request: Request,
    here: Here,
    passage: Annotated[str, Form(max_length=200)],
    reason: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Bring a worn or retired passage back."""
    return await _say(request, here, passage, reason, back=True)


@router.get("/brand/rules")
async def rules(request: Request, here: Here) -> Response:
    """Rules from edits and rejections, with their cases."""
    site = site_of(request)
    least = site.workspace.settings.library.propose_after
    page = await view.rules_page(site.stack, least)
    return await draw(request, "brand/rules.html", "brand", page=page)


@router.post("/brand/rules/{rule_id}")
async def decide(
    request: Request,
    here: Here,
    rule_id: str,
    state: Annotated[Literal["approved", "rejected", "withdrawn"], Form()],
    reason: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Approve, reject or withdraw a rule as it was shown."""
    person = needs(here, "approve")
    site = site_of(request)
    least = site.workspace.settings.library.propose_after
    wanted: RuleState = state

    def keep(tx: Transaction) -> None:
        found = next((r for r in proposed(tx, least) if r.id == rule_id), None)
        if found is None:
            raise WrongUsage(
                "unknown_rule",
                "There is no such rule any more.",
                thing=rule_id,
                next_step="The page of rules shows those that there are.",
            )
        decided.decide(tx, found, person, wanted, reason)

    with coming_from("desk", origin_of(request)):
        await write(site.stack.ledger, keep)
    return RedirectResponse("/brand/rules", status_code=303)


async def _say(request: Request, here: Here, passage: str, reason: str, *, back: bool) -> Response:
    person = needs(here, "approve")
    change = kept.restore if back else kept.retire
    with coming_from("desk", origin_of(request)):
        await write(site_of(request).stack.ledger, lambda tx: change(tx, passage, person, reason))
    return RedirectResponse("/brand/library", status_code=303)
