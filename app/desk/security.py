"""What every answer of the desk carries, and which hosts it answers for.

The policy allows nothing from elsewhere, no inline script and no inline style. A page that asks
another host for anything is therefore a fault that shows at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import DeskSettings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
MAIL_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Of the mails in frames: they run nothing and fetch nothing, whatever stands in them."""
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_LOCAL = ("127.0.0.1", "localhost", "[::1]", "::1")


class Guard:
    """ASGI middleware: refuses hosts that are not ours (DNS rebinding), and sets the headers that
    an answer did not set itself."""

    def __init__(self, app: ASGIApp, settings: DeskSettings) -> None:
        self._app = app
        self._secure = settings.url.startswith("https://")
        named = urlsplit(settings.url).hostname if settings.url else None
        self._hosts = {*_LOCAL, settings.host, *([named] if named else [])}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _host(Headers(scope=scope).get("host", "")) not in self._hosts:
            answer = PlainTextResponse("This desk does not answer for that host.", status_code=421)
            await answer(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
                if self._secure:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        await self._app(scope, receive, guarded)


def _host(header: str) -> str:
    """The host of a Host header, without its port; empty where it is no host."""
    found = re.fullmatch(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?", header.lower())
    return found[1] if found else ""
