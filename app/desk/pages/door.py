"""The door: signing in by password or by a one-time link, choosing a password, signing out."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from app.desk.drawing import draw
from app.desk.identity import (
    Here,
    cookie_name,
    origin_of,
    refuse_other_sites,
    session_lasts,
    set_cookie,
)
from app.site import site_of
from domain.errors import MainspringError, Refused
from ledger import accounts
from ledger.database import Transaction
from ledger.origin import coming_from
from ledger.people import Person
from tools.store.segments import Store
from workflows.transactions import read, write

router = APIRouter()

HOME = "/"


@router.get("/")
async def home(request: Request, here: Here) -> Response:
    """The chat; where there are no data yet, the place to bring them."""
    counts = await asyncio.to_thread(Store(site_of(request).workspace.store_folder).counts)
    bare = not (counts["profiles"] or counts["orders"])
    to_bring = bare and here.may("write")
    return RedirectResponse("/import" if to_bring else "/chat", status_code=303)


@router.get("/sign-in")
async def sign_in(request: Request, then: Annotated[str, Query()] = HOME) -> Response:
    return await draw(request, "door/sign_in.html", then=_inside(then), email="", error=None)


@router.post("/sign-in")
async def try_password(
    request: Request,
    email: Annotated[str, Form()],
    password: Annotated[str, Form()],
    then: Annotated[str, Form()] = HOME,
) -> Response:
    refuse_other_sites(request)
    try:
        person = await _person_of(request, email, password)
    except MainspringError as error:
        if error.code not in ("too_many_tries", "wrong_password"):
            raise
        status = 429 if error.code == "too_many_tries" else 401
        return await draw(
            request,
            "door/sign_in.html",
            status=status,
            then=_inside(then),
            email=email,
            error=error,
        )
    return await _let_in(request, person, _inside(then))


@router.get("/welcome/{token}")
async def welcome(request: Request, token: str) -> Response:
    """The page behind a one-time link. Looking at it uses nothing up."""
    ledger = site_of(request).stack.ledger
    person = await read(ledger, lambda tx: accounts.whose_link(tx, token))
    status = 200 if person is not None else 410
    return await draw(request, "door/welcome.html", status=status, person=person, error=None)


@router.post("/welcome/{token}")
async def choose_password(
    request: Request, token: str, password: Annotated[str, Form()]
) -> Response:
    """Use the link up: the password is set, and the person is in."""
    refuse_other_sites(request)
    ledger = site_of(request).stack.ledger

    with coming_from("desk", origin_of(request)):
        try:
            person = await write(ledger, lambda tx: _use(tx, token, password))
        except MainspringError as error:
            invited = await read(ledger, lambda tx: accounts.whose_link(tx, token))
            return await draw(request, "door/welcome.html", status=422, person=invited, error=error)
    return await _let_in(request, person, HOME)


@router.post("/sign-out")
async def sign_out(request: Request, here: Here) -> Response:
    ledger, mine = site_of(request).stack.ledger, here.session.secret_hash
    with coming_from("desk", origin_of(request)):
        await write(ledger, lambda tx: accounts.end_session(tx, mine, here.person))
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(cookie_name(request), path="/")
    return answer


def _use(tx: Transaction, token: str, password: str) -> Person:
    person = accounts.use_link(tx, token)
    accounts.set_password(tx, person, password)
    return person


async def _person_of(request: Request, email: str, password: str) -> Person:
    """Raises LedgerError too_many_tries, Refused wrong_password."""
    ledger, origin = site_of(request).stack.ledger, origin_of(request)
    kept = await write(ledger, lambda tx: accounts.begin_try(tx, email, origin))
    fitted = await asyncio.to_thread(accounts.password_fits, kept, password)
    person = await write(ledger, lambda tx: accounts.end_try(tx, email, origin, fitted=fitted))
    if person is None:
        raise Refused(
            "wrong_password",
            "Address and password do not fit together.",
            next_step="Try again, or ask an owner for a sign-in link.",
        )
    return person


async def _let_in(request: Request, person: Person, then: str) -> Response:
    """Begin a session of its own, whatever cookie came along; the one that it named ends."""
    site, browser = site_of(request), request.headers.get("user-agent", "")
    before = request.cookies.get(cookie_name(request), "")

    def begin(tx: Transaction) -> str:
        old = accounts.session(tx, before) if before else None
        if old is not None:
            accounts.end_session(tx, old.secret_hash, old.person)
        return accounts.begin_session(tx, person, origin_of(request), browser, session_lasts(site))

    with coming_from("desk", origin_of(request)):
        secret = await write(site.stack.ledger, begin)
    answer = RedirectResponse(then, status_code=303)
    set_cookie(request, answer, secret)
    return answer


def _inside(then: str) -> str:
    """A path of this desk; anything that could lead elsewhere leads home. Browsers drop tabs and
    line ends out of an address and take a backslash for a slash, so neither may stand in it."""
    return then if re.fullmatch(r"/(?!/)[^\x00-\x20\x7f\\]*", then) else HOME
