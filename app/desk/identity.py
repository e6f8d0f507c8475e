"""Who is at a page: the session of its cookie, and the proof that a form came from this desk.

A request that changes something must carry the session's token (a form field ``csrf`` or the
header X-CSRF-Token) and must not come from another site by what its browser says.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request, Response

from app.site import Site, site_of
from domain.errors import Refused
from ledger import accounts, people
from ledger.accounts import Session
from ledger.people import Person, Right
from workflows.transactions import read, write

COOKIE = "mainspring"
COOKIES = (f"__Host-{COOKIE}", COOKIE)
"""The names that a session's cookie has, over https and on this machine."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SignInNeeded(Exception):
    """Nobody is signed in; the page leads to the door and back."""

    def __init__(self, then: str) -> None:
        super().__init__("sign in first")
        self.then = then


@dataclass(frozen=True)
class Visitor:
    """The person at a page, and their session."""

    session: Session
    csrf: str

    @property
    def person(self) -> Person:
        return self.session.person

    def may(self, right: Right) -> bool:
        return right in self.person.rights


async def visitor(request: Request) -> Visitor:
    """Whoever is signed in. Raises SignInNeeded, Refused forged."""
    secret = request.cookies.get(cookie_name(request), "")
    ledger = site_of(request).stack.ledger
    found = await read(ledger, lambda tx: accounts.session(tx, secret)) if secret else None
    if found is None:
        raise SignInNeeded(_where_from(request))
    if datetime.now(UTC) - found.seen_at > accounts.SEEN_EVERY:
        await write(ledger, lambda tx: accounts.note_seen(tx, found))
    here = Visitor(found, csrf_token(secret))
    if request.method not in SAFE_METHODS:
        refuse_other_sites(request)
        given = request.headers.get("x-csrf-token") or str((await request.form()).get("csrf", ""))
        if not hmac.compare_digest(given.encode(), here.csrf.encode()):
            raise forged()
    request.state.visitor = here
    return here


Here = Annotated[Visitor, Depends(visitor)]
"""The signature of a page that needs somebody signed in."""


def needs(here: Visitor, right: Right) -> Person:
    """The person, if they have the right. Raises LedgerError not_allowed."""
    people.require(here.person, right)
    return here.person


def csrf_token(secret: str) -> str:
    """What the forms of a session carry; nobody can make it without the cookie's secret."""
    return hmac.new(secret.encode(), b"mainspring desk forms 1", hashlib.sha256).hexdigest()


def refuse_other_sites(request: Request) -> None:
    """Raises Refused forged where the browser says that another site sent this."""
    fetched = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if fetched not in (None, "same-origin", "none"):
        raise forged()
    if origin and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise forged()


def forged() -> Refused:
    return Refused(
        "forged",
        "This did not come from a page of this desk, or the page was open for too long.",
        next_step="Load the page again and repeat it; nothing was changed.",
    )


def cookie_name(request: Request) -> str:
    """Browsers keep a ``__Host-`` cookie to https and to this very host."""
    return COOKIES[0] if is_secure(request) else COOKIES[1]


def is_secure(request: Request) -> bool:
    return site_of(request).workspace.settings.desk.url.startswith("https://")


def set_cookie(request: Request, response: Response, secret: str) -> None:
    response.set_cookie(
        cookie_name(request),
        secret,
        httponly=True,
        secure=is_secure(request),
        samesite="lax",
        path="/",
        max_age=int(session_lasts(site_of(request)).total_seconds()),
    )


def session_lasts(site: Site) -> timedelta:
    return timedelta(hours=site.workspace.settings.desk.session_hours)


def origin_of(request: Request) -> str:
    """The address that a request comes from; behind a proxy of ours, the one that it names."""
    return request.client.host if request.client is not None else ""


def _where_from(request: Request) -> str:
    """The page to come back to after signing in."""
    if request.method not in SAFE_METHODS or request.headers.get("hx-request"):
        current = urlsplit(request.headers.get("hx-current-url", ""))
        return current.path or "/"
    query = f"?{request.url.query}" if request.url.query else ""
    return quote(request.url.path) + query
