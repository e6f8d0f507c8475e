"""Who calls an API: the person whom a token stands for. No cookie is looked at here, so that
nothing that a browser sends by itself can act.

A route takes ``person: TokenPerson`` and asks ``needs(person, "write")`` for the right it needs;
``refusal_headers`` are what goes with a refusal, in whatever form the API gives its errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from app.site import Site, site_of
from domain.errors import MainspringError
from ledger import people
from ledger.errors import LedgerError
from ledger.people import Person, Right
from workflows.transactions import read, write

_bearer = HTTPBearer(auto_error=False, scheme_name="token", description="A token of Mainspring")
_key = APIKeyHeader(name="x-api-key", auto_error=False, scheme_name="key")


async def person_of_token(site: Site, token: str) -> Person:
    """The person whom a token stands for, with its scopes; its use is noted.

    Raises LedgerError unknown_token.
    """
    if not token:
        raise LedgerError(
            "unknown_token",
            "No token came with this request.",
            next_step="Send one as `Authorization: Bearer …` or as `x-api-key`; an owner issues "
            "them under Settings.",
        )
    ledger = site.stack.ledger
    person, noted = await read(
        ledger, lambda tx: (people.by_token(tx, token), people.use_is_noted(tx, token))
    )
    if not noted:
        await write(ledger, lambda tx: people.note_token_use(tx, token))
    return person


async def _person(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    key: Annotated[str | None, Security(_key)],
) -> Person:
    return await person_of_token(site_of(request), bearer.credentials if bearer else key or "")


TokenPerson = Annotated[Person, Depends(_person)]
"""The signature of a route that needs a token."""


def needs(person: Person, right: Right) -> Person:
    """The person, if they and their token have the right. Raises LedgerError not_allowed."""
    people.require(person, right)
    return person


def refusal_headers(error: MainspringError) -> Mapping[str, str]:
    """What an answer with this error carries beside its words."""
    if error.code == "unknown_token":
        return {"WWW-Authenticate": 'Bearer realm="mainspring"'}
    return {"Retry-After": "1"} if error.code == "busy" else {}
