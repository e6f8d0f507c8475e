"""Settings, People: who may do what, how they get in, and where they are signed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.desk.drawing import draw
from app.desk.identity import Here, Visitor, needs, origin_of
from app.desk.statuses import status_of
from app.site import site_of
from app.views import settings as views
from domain.errors import MainspringError, Refused
from ledger import accounts, people
from ledger.database import Transaction
from ledger.origin import coming_from
from ledger.people import Person, Role
from workflows.transactions import write

router = APIRouter(prefix="/settings/people")

HERE = "settings"
GivenRole = Literal["owner", "approver", "author", "viewer"]


@router.get("")
async def everybody(request: Request, here: Here) -> Response:
    return await _everybody(request, here)


@router.post("")
async def add(
    request: Request,
    here: Here,
    name: Annotated[str, Form(max_length=100)],
    email: Annotated[str, Form(max_length=200)],
    role: Annotated[GivenRole, Form()],
) -> Response:
    """A new person, and the one-time link that lets them choose their password."""
    owner = needs(here, "administer")

    def added(tx: Transaction) -> tuple[Person, str]:
        person = people.add(tx, name, email, role, owner)
        return person, accounts.issue_link(tx, person.id, owner)

    with coming_from("desk", origin_of(request)):
        try:
            person, token = await write(site_of(request).stack.ledger, added)
        except MainspringError as error:
            given = {"name": name, "email": email, "role": role}
            return await _everybody(
                request, here, given=given, error=error, status=status_of(error)
            )
    return await _person(request, here, person.id, link=_address(request, token))


@router.get("/{person_id}")
async def person(request: Request, here: Here, person_id: str) -> Response:
    needs(here, "administer")
    return await _person(request, here, person_id)


@router.post("/{person_id}/role")
async def change_role(
    request: Request, here: Here, person_id: str, role: Annotated[GivenRole, Form()]
) -> Response:
    given: Role = role
    await _write(request, lambda tx: people.change_role(tx, person_id, given, here.person))
    return _back(person_id)


@router.post("/{person_id}/link")
async def new_link(request: Request, here: Here, person_id: str) -> Response:
    """A new one-time link, shown this once; the one before no longer works."""
    with coming_from("desk", origin_of(request)):
        token = await write(
            site_of(request).stack.ledger,
            lambda tx: accounts.issue_link(tx, person_id, here.person),
        )
    return await _person(request, here, person_id, link=_address(request, token))


@router.post("/{person_id}/remove")
async def remove(request: Request, here: Here, person_id: str) -> Response:
    await _write(request, lambda tx: people.deactivate(tx, person_id, here.person))
    return RedirectResponse("/settings/people", status_code=303)


@router.post("/{person_id}/sessions/{session_id}/end")
async def end_session(request: Request, here: Here, person_id: str, session_id: str) -> Response:
    def end(tx: Transaction) -> None:
        found = views.session_of(tx, person_id, session_id)
        if found is not None:
            accounts.end_session(tx, found, here.person)

    await _write(request, end)
    return _back(person_id, here)


@router.post("/{person_id}/tokens/{token_id}/revoke")
async def revoke(request: Request, here: Here, person_id: str, token_id: str) -> Response:
    await _write(request, lambda tx: people.revoke_token(tx, token_id, here.person))
    return _back(person_id, here)


async def _write(request: Request, function: Callable[[Transaction], object]) -> None:
    with coming_from("desk", origin_of(request)):
        await write(site_of(request).stack.ledger, function)


def _back(person_id: str, here: Visitor | None = None) -> Response:
    """To the person's page, or to one's own account, where it was pressed."""
    mine = here is not None and here.person.id == person_id
    return RedirectResponse(
        "/settings/account" if mine else f"/settings/people/{person_id}", status_code=303
    )


async def _everybody(
    request: Request,
    here: Visitor,
    *,
    given: dict[str, str] | None = None,
    error: MainspringError | None = None,
    status: int = 200,
) -> Response:
    return await draw(
        request, "settings/people.html", HERE, status=status, roles=views.ROLE_WORDS,
        page=await views.team(site_of(request), here.session.secret_hash),
        given=given or {"name": "", "email": "", "role": "author"}, error=error,
    )  # fmt: skip


async def _person(request: Request, here: Visitor, person_id: str, link: str = "") -> Response:
    page = await views.team(site_of(request), here.session.secret_hash)
    found = next((one for one in page.people if one.id == person_id), None)
    if found is None:
        raise Refused("unknown", "There is no such person.", thing=person_id)
    return await draw(
        request, "settings/person.html", HERE,
        person=found, link=link, roles=views.ROLE_WORDS, scope_words=views.SCOPE_WORDS,
    )  # fmt: skip


def _address(request: Request, token: str) -> str:
    desk = site_of(request).workspace.settings.desk.url or str(request.base_url).rstrip("/")
    return f"{desk}/welcome/{token}"
