"""What every public answer has in common: its headers, its language, how much is read of a
request, and how whoever guesses is held off."""

from __future__ import annotations

import base64
import hashlib
import time
from collections import OrderedDict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from app.public.words import WORDS
from workflows.stack import Stack

if TYPE_CHECKING:
    from jinja2 import Environment

Language = Literal["en", "de"]

MOST_FORM_BYTES = 8192
_FOLDER = Path(__file__).parent / "templates"


def stack_of(request: Request) -> Stack:
    stack: Stack = request.app.state.stack()
    return stack


def language(request: Request) -> Language:
    """The first language of the browser that the pages are written in."""
    for wanted in request.headers.get("accept-language", "").lower().split(","):
        code = wanted.strip()[:2]
        if code == "de":
            return "de"
        if code == "en":
            return "en"
    return "en"


def page(request: Request, template: str, status: int = 200, **shown: Any) -> Response:
    """A page in the brand's name and the reader's language."""
    brand = stack_of(request).brand.guide
    tongue = language(request)
    said = {name: text.format(brand=brand.brand) for name, text in WORDS[tongue].items()}
    html = (
        _templates()
        .get_template(template)
        .render(
            lang=tongue, brand=brand.brand, shop=brand.shop_url, words=said, style=_style(), **shown
        )
    )
    return HTMLResponse(
        html, status_code=status, headers={**_headers(), "Content-Language": tongue}
    )


def plain(text: str, status: int) -> Response:
    return PlainTextResponse(text, status_code=status, headers=_headers())


def unknown(request: Request) -> Response:
    """The answer to a link that is not ours; whoever tries many is made to wait."""
    slower: Slower = request.app.state.slower
    if slower.refuses(address_of(request)):
        return plain("Too many links that do not work. Try again in a minute.", 429)
    return page(request, "unknown.html", 404)


async def body_of(request: Request, most: int = MOST_FORM_BYTES) -> bytes | None:
    """The request's body; None where it is longer than ``most`` bytes, of which no more is read."""
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > most:
        return None
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            return None
    return body


class Slower:
    """Holds off an address that sends what is not ours. What is ours always gets through: mail
    providers unsubscribe thousands of people from one address."""

    MOST = 60
    SECONDS = 60.0
    ADDRESSES = 10_000
    """That are remembered; the longest unseen goes first."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def refuses(self, address: str) -> bool:
        """Count one more; whether it was too many for this minute."""
        now = time.monotonic()
        since, tries = self._tries.pop(address, (now, 0))
        if now - since > self.SECONDS:
            since, tries = now, 0
        self._tries[address] = (since, tries + 1)
        if len(self._tries) > self.ADDRESSES:
            self._tries.popitem(last=False)
        return tries >= self.MOST


def address_of(request: Request) -> str:
    """Where a request comes from; behind a proxy, the proxy's own address."""
    return request.client.host if request.client is not None else ""


@cache
def _style() -> str:
    return (_FOLDER / "public.css").read_text(encoding="utf-8").strip()


@cache
def _headers() -> dict[str, str]:
    known = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{known}'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
