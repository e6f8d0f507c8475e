"""The public endpoint: one-click unsubscribing (RFC 8058), and nothing else.

A POST unsubscribes. A GET shows a page with one button and changes nothing, because link
scanners follow every link in a mail. No cookies, no scripts, nothing personal on the page.
"""

from __future__ import annotations

import re
from html import escape
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from workflows.stack import Stack
from workflows.unsubscribe import PATH, probe_answer, read_token, unsubscribe

MOST_BODY_BYTES = 8192
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
_MULTIPART = re.compile(
    rb'name="?List-Unsubscribe"?[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\nOne-Click\s', re.IGNORECASE
)
_WORDS = {
    "en": {
        "ask": "Unsubscribe from mails by {brand}?",
        "button": "Unsubscribe",
        "done": "You are unsubscribed. {brand} will send you no more mails of this kind.",
        "unknown": "This link does not work.",
        "hint": "It may have been cut off. Please open it again from the mail, or answer the mail.",
    },
    "de": {
        "ask": "Mails von {brand} abbestellen?",
        "button": "Abbestellen",
        "done": "Sie sind abgemeldet. {brand} schickt Ihnen keine solchen Mails mehr.",
        "unknown": "Dieser Link funktioniert nicht.",
        "hint": "Vielleicht wurde er abgeschnitten. Bitte öffnen Sie ihn noch einmal aus der Mail, "
        "oder antworten Sie auf die Mail.",
    },
}
_STYLE = (
    ":root{color-scheme:light dark}body{font:17px/1.5 system-ui,sans-serif;max-width:32rem;"
    "margin:18vh auto 0;padding:0 1.5rem}h1{font-size:1.25rem;font-weight:600}"
    "button{font:inherit;padding:.6rem 1.4rem;cursor:pointer}"
)


def public_app(stack: Stack) -> Starlette:
    """The ASGI app that the worker serves."""

    async def act(request: Request) -> Response:
        """One click: the mail provider's POST, or the button's."""
        token = str(request.path_params["token"])
        if not await _is_one_click(request):
            return _plain("Send List-Unsubscribe=One-Click.", 400)
        found = await unsubscribe(stack, token)
        if found is None:
            return _unknown(request)
        if found.kind == "probe":
            return _plain(probe_answer(found, stack.keys.signing), 200)
        return _page(request, _say(request, "done", stack.brand.guide.brand))

    async def show(request: Request) -> Response:
        """The page behind the link. Changes nothing."""
        found = read_token(str(request.path_params["token"]), stack.keys.signing)
        if found is None or found.kind != "message":
            return _unknown(request)
        words = _WORDS[_language(request)]
        form = (
            '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">'
            f"<button>{escape(words['button'])}</button></form>"
        )
        return _page(request, _say(request, "ask", stack.brand.guide.brand), form)

    async def alive(request: Request) -> Response:
        return _plain("ok", 200)

    path = f"{PATH}{{token}}"
    return Starlette(
        routes=[
            Route(path, act, methods=["POST"]),
            Route(path, show, methods=["GET"]),
            Route("/alive", alive, methods=["GET"]),
        ]
    )


async def _is_one_click(request: Request) -> bool:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BODY_BYTES:
            return False
    kind = request.headers.get("content-type", "").lower()
    if kind.startswith("multipart/form-data"):
        return _MULTIPART.search(body) is not None
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20)
    except ValueError:
        return False
    return any(value == "One-Click" for value in fields.get("List-Unsubscribe", ()))


def _language(request: Request) -> str:
    wanted = request.headers.get("accept-language", "")
    return "de" if wanted.strip().lower().startswith("de") else "en"


def _say(request: Request, what: str, brand: str) -> str:
    return escape(_WORDS[_language(request)][what].format(brand=brand))


def _page(request: Request, title: str, more: str = "", status: int = 200) -> Response:
    html = (
        f'<!doctype html><html lang="{_language(request)}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style><h1>{title}</h1>{more}"
    )
    return HTMLResponse(html, status_code=status, headers=_HEADERS)


def _unknown(request: Request) -> Response:
    words = _WORDS[_language(request)]
    return _page(request, escape(words["unknown"]), f"<p>{escape(words['hint'])}</p>", 404)


def _plain(text: str, status: int) -> Response:
    return PlainTextResponse(text, status_code=status, headers=_HEADERS)
