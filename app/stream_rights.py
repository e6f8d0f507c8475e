"""Streams end with the rights of whoever reads them: signed out, removed, or a token revoked.

A page that stays open and a client that follows a run may do so for hours. Every stream of every
face says something at least each quarter of a minute, so its reader is looked up again on that
occasion, in one place for all of them.
"""

from __future__ import annotations

import time

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.desk.identity import COOKIES
from app.site import Site
from ledger import accounts, people
from ledger.database import Transaction
from ledger.errors import LedgerError
from workflows.transactions import read

LOOK_SECONDS = 10.0


class EndsWithRights:
    """ASGI middleware. Whether somebody may begin a stream is its route's question; this one is
    whether they are still who they were."""

    def __init__(self, app: ASGIApp, site: Site, every: float = LOOK_SECONDS) -> None:
        """``every``: seconds of real time between two looks."""
        self._app = app
        self._site = site
        self._every = every

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        streams, ended, looked = False, False, time.monotonic()

        async def told(message: Message) -> None:
            nonlocal streams, ended, looked
            if ended:  # the application learns from its own receive() that nobody listens
                return
            if message["type"] == "http.response.start":
                kind = Headers(raw=message.get("headers", [])).get("content-type", "")
                streams = kind.startswith("text/event-stream")
            elif streams and time.monotonic() - looked > self._every:
                looked = time.monotonic()
                if not await self._holds(Headers(scope=scope)):
                    ended = True
                    message = {"type": "http.response.body", "body": b"", "more_body": False}
            await send(message)

        await self._app(scope, receive, told)

    async def _holds(self, headers: Headers) -> bool:
        token = headers.get("x-api-key") or ""
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            token = bearer.strip()
        cookies = cookie_parser(headers.get("cookie", ""))
        secret = next((cookies[name] for name in COOKIES if name in cookies), "")

        def look(tx: Transaction) -> bool:
            if not token:
                return accounts.session(tx, secret) is not None
            try:
                people.by_token(tx, token)
            except LedgerError:
                return False
            return True

        return await read(self._site.stack.ledger, look)
