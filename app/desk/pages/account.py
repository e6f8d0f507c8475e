"""Settings, Your account: password, tokens, sessions, and how pages look in this browser."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.desk.drawing import KEYS_COOKIE, THEME_COOKIE, draw
from app.desk.identity import Here, Visitor, is_secure, origin_of, session_lasts, set_cookie
from app.desk.statuses import status_of
from app.site import site_of
from app.views import settings as views
from domain.errors import MainspringError, Refused
from ledger import accounts, people
from ledger.database import Transaction
from ledger.origin import coming_from
from ledger.people import Right
from workflows.transactions import write

router = APIRouter(prefix="/settings/account")

HERE = "settings"
_A_YEAR = 365 * 24 * 3600


@router.get("")
async def account(request: Request, here: Here, saved: str = "") -> Response:
    return await _account(request, here, saved=saved)


@router.post("/password")
async def change_password(
    request: Request,
    here: Here,
    old: Annotated[str, Form()],
    new: Annotated[str, Form()],
) -> Response:
    """Another password; every other browser is signed out. Guessing at the old one is held off
    as at the door."""
    try:
        secret = await _changed(request, here, old, new)
    except MainspringError as error:
        return await _account(request, here, error=error, status=status_of(error))
    answer = RedirectResponse("/settings/account?saved=password", status_code=303)
    set_cookie(request, answer, secret)
    return answer


@router.post("/tokens")
async def new_token(
    request: Request,
    here: Here,
    name: Annotated[str, Form(min_length=1, max_length=60)],
    scopes: Annotated[list[Right], Form()] = [],  # noqa: B006 - FastAPI reads it, nobody writes
) -> Response:
    """A token for a program, with no more rights than its person's; shown this once."""
    allowed: list[Right] = [one for one in views.SCOPES if one in scopes and here.may(one)]
    if not allowed:
        refused = Refused(
            "no_scope", "A token needs at least one right.", next_step="Tick what it may do."
        )
        return await _account(request, here, error=refused, status=422)
    with coming_from("desk", origin_of(request)):
        token = await write(
            site_of(request).stack.ledger,
            lambda tx: people.issue_token(tx, here.person.id, name.strip(), allowed, here.person),
        )
    return await _account(request, here, token=token)


@router.post("/look")
async def look(
    request: Request,
    here: Here,
    theme: Annotated[Literal["", "light", "dark"], Form()] = "",
    keys: Annotated[Literal["on", "off"], Form()] = "off",
) -> Response:
    """Light or dark, and whether single keys do something: kept by this browser alone."""
    answer = RedirectResponse("/settings/account?saved=look", status_code=303)
    for cookie, value in ((THEME_COOKIE, theme), (KEYS_COOKIE, keys)):
        answer.set_cookie(
            cookie, value, max_age=_A_YEAR, httponly=True, samesite="lax", path="/",
            secure=is_secure(request),
        )  # fmt: skip
    return answer


async def _changed(request: Request, here: Visitor, old: str, new: str) -> str:
    """The secret of the session that goes on. Raises what was wrong."""
    site, person, origin = site_of(request), here.person, origin_of(request)
    ledger = site.stack.ledger
    browser = request.headers.get("user-agent", "")
    kept = await write(ledger, lambda tx: accounts.begin_try(tx, person.email, origin))
    fitted = await asyncio.to_thread(accounts.password_fits, kept, old)

    def change(tx: Transaction) -> str:
        accounts.set_password(tx, person, new)
        return accounts.begin_session(tx, person, origin, browser, session_lasts(site))

    with coming_from("desk", origin):
        await write(ledger, lambda tx: accounts.end_try(tx, person.email, origin, fitted=fitted))
        if not fitted:
            raise Refused(
                "wrong_password",
                "That is not your present password.",
                next_step="Type the one that you signed in with; nothing was changed.",
            )
        return await write(ledger, change)


async def _account(
    request: Request,
    here: Visitor,
    *,
    saved: str = "",
    token: str = "",
    error: MainspringError | None = None,
    status: int = 200,
) -> Response:
    page = await views.account(site_of(request), here.person, here.session.secret_hash)
    return await draw(
        request, "settings/account.html", HERE, status=status,
        page=page, person=page.person, saved=saved, token=token, error=error,
        scopes=[one for one in views.SCOPES if here.may(one)], scope_words=views.SCOPE_WORDS,
    )  # fmt: skip
