"""People of the workspace, their roles, and the tokens that stand for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import EmailStr, Field, StringConstraints

from app.rest.callers import Administrator, Reader
from app.rest.once import Route, act
from app.rest.problems import refusals
from app.rest.shapes import Body, Done, Id
from app.site import site_of
from domain.frozen import Frozen
from ledger import accounts, people
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person, Right, Role
from workflows.transactions import read

router = APIRouter(prefix="/people", tags=["people"], route_class=Route)
secrets = APIRouter(prefix="/tokens", tags=["people"], route_class=Route)

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class NewPerson(Body):
    name: Name = Field(examples=["Lena Voss"])
    email: EmailStr = Field(examples=["lena@halden.example"])
    role: Role = Field(description="owner, approver, author or viewer.")


class NewRole(Body):
    role: Role


class NewToken(Body):
    name: Name = Field(description="What it is for.", examples=["the shop's nightly job"])
    scopes: tuple[Right, ...] | None = Field(
        None,
        description="What it may do at most; null: all that its person may. Never more than the "
        "token that asks for it.",
        examples=[["read", "write"]],
    )
    person_id: str | None = Field(
        None, description="For whom; null: for yourself. Others need the right to administer."
    )


class PersonShown(Frozen):
    id: str
    name: str
    email: str
    role: Role
    rights: tuple[Right, ...]
    """Of the role."""


class PeopleShown(Frozen):
    items: tuple[PersonShown, ...]


class Me(Frozen):
    """The token's person, and what the token may do."""

    person: PersonShown
    rights: tuple[Right, ...]


class TokenShown(Frozen):
    """A token as lists show it; what it is cannot be told from this."""

    id: str
    person_id: str
    name: str
    scopes: tuple[Right, ...] | None
    issued_at: datetime
    last_used_at: datetime | None


class TokensShown(Frozen):
    items: tuple[TokenShown, ...]


class SignInLink(Frozen):
    link: str | None
    """Shown this once; null where the request is repeated."""


class NewTokenShown(TokenShown):
    token: str | None
    """The secret, shown this once; null where the request is repeated."""


@router.get("", response_model=PeopleShown, summary="List people")
async def listed(request: Request, person: Reader) -> PeopleShown:
    """Everybody who is active. Needs the right to read."""
    found = await read(site_of(request).stack.ledger, people.list_people)
    return PeopleShown(items=tuple(_shown(one) for one in found))


@router.get("/me", response_model=Me, summary="Who am I?")
async def me(request: Request, person: Reader) -> Me:
    """The person whom the token stands for. Needs the right to read."""
    return Me(person=_shown(person), rights=tuple(sorted(person.rights)))


@router.post(
    "", response_model=PersonShown, status_code=201, summary="Add", responses=refusals(409)
)
async def add(request: Request, person: Administrator, body: NewPerson) -> Response:
    """A new person of the workspace. Needs the right to administer."""

    def new(tx: Transaction) -> PersonShown:
        return _shown(people.add(tx, body.name, str(body.email), body.role, person))

    return await act(request, new, 201)


@router.patch(
    "/{id}", response_model=PersonShown, summary="Change the role", responses=refusals(404, 409)
)
async def change(
    request: Request,
    person: Administrator,
    id: Id,  # noqa: A002
    body: NewRole,
) -> Response:
    """Give a person another role. Needs the right to administer, and every right of the role."""

    def new(tx: Transaction) -> PersonShown:
        _give_no_more(person, people.RIGHTS[body.role])
        return _shown(people.change_role(tx, id, body.role, person))

    return await act(request, new)


@router.post(
    "/{id}/sign-in-link",
    response_model=SignInLink,
    status_code=201,
    summary="A way in",
    responses=refusals(404),
)
async def sign_in_link(request: Request, person: Administrator, id: Id) -> Response:  # noqa: A002
    """A one-time link that lets a person into the desk and choose a password; the one before no
    longer works. It is in this answer and nowhere else. Needs the right to administer, and every
    right that the person has."""
    desk = site_of(request).workspace.settings.desk.url or str(request.base_url).rstrip("/")
    address = desk.removesuffix("/v1")

    def new(tx: Transaction) -> SignInLink:
        _give_no_more(person, people.RIGHTS[people.get(tx, id).role])
        return SignInLink(link=f"{address}/welcome/{accounts.issue_link(tx, id, person)}")

    return await act(request, new, 201, secret="link")  # noqa: S106


@router.delete("/{id}", response_model=Done, summary="Remove", responses=refusals(404, 409))
async def remove(request: Request, person: Administrator, id: Id) -> Response:  # noqa: A002
    """Take a person's rights, tokens and sessions away; what they decided stays. Needs the right
    to administer."""

    def go(tx: Transaction) -> Done:
        people.get(tx, id)
        people.deactivate(tx, id, person)
        return Done()

    return await act(request, go)


@secrets.get("", response_model=TokensShown, summary="List tokens")
async def tokens(request: Request, person: Reader) -> TokensShown:
    """One's own; with the right to administer everybody's. Needs the right to read."""
    whose = None if "administer" in person.rights else person.id
    found = await read(site_of(request).stack.ledger, lambda tx: people.list_tokens(tx, whose))
    return TokensShown(items=tuple(TokenShown(**one.model_dump()) for one in found))


@secrets.post(
    "", response_model=NewTokenShown, status_code=201, summary="Issue", responses=refusals(404)
)
async def issue(request: Request, person: Reader, body: NewToken) -> Response:
    """A new token; its secret is in this answer and nowhere else, not even where the request is
    repeated. It never may more than the token that asks for it."""
    wanted = body.scopes if body.scopes is not None else person.scopes
    _give_no_more(person, wanted or ())
    whose = body.person_id or person.id

    def new(tx: Transaction) -> NewTokenShown:
        token = people.issue_token(tx, whose, body.name, wanted, person)
        row = next(r for r in people.list_tokens(tx, whose) if people.is_token(r, token))
        return NewTokenShown(**row.model_dump(), token=token)

    return await act(request, new, 201, secret="token")  # noqa: S106


@secrets.delete("/{id}", response_model=Done, summary="Revoke", responses=refusals(404))
async def revoke(request: Request, person: Reader, id: Id) -> Response:  # noqa: A002
    """Make a token worthless: one's own, or with the right to administer anybody's."""

    def gone(tx: Transaction) -> Done:
        people.revoke_token(tx, id, person)
        return Done()

    return await act(request, gone)


def _give_no_more(person: Person, rights: Iterable[Right]) -> None:
    """Raises LedgerError not_allowed where a token would make a way in that may more than it."""
    beyond = sorted(set(rights) - person.rights)
    if beyond:
        raise LedgerError(
            "not_allowed",
            f"A token cannot give what it has not: {', '.join(beyond)}.",
            thing="scopes",
            next_step="Ask for less, or use a token that may do it.",
        )


def _shown(person: Person) -> PersonShown:
    return PersonShown(
        id=person.id,
        name=person.name,
        email=person.email,
        role=person.role,
        rights=tuple(sorted(people.RIGHTS[person.role])),
    )
