"""One-click unsubscribing (RFC 8058). A POST unsubscribes; a GET shows a page with one button and
changes nothing, because link scanners follow every link in a mail."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.public.answers import body_of, page, plain, stack_of, unknown
from workflows.message_tokens import read_token
from workflows.unsubscribe import PATH, probe_answer, unsubscribe

_MULTIPART = re.compile(
    rb'name="?List-Unsubscribe"?[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\nOne-Click\s', re.IGNORECASE
)


async def act(request: Request) -> Response:
    """One click: the mail provider's POST, or the button's."""
    stack, token = stack_of(request), str(request.path_params["token"])
    if not await _is_one_click(request):
        return plain("Send List-Unsubscribe=One-Click.", 400)
    found = await unsubscribe(stack, token)
    if found is None:
        return unknown(request)
    if found.kind == "probe":
        return plain(probe_answer(found, stack.keys.signing), 200)
    return page(request, "unsubscribed.html", token=token)


async def show(request: Request) -> Response:
    """The page behind the link. Changes nothing."""
    token = str(request.path_params["token"])
    found = read_token(token, stack_of(request).keys.signing)
    if found is None or found.kind != "message":
        return unknown(request)
    return page(request, "unsubscribe.html", token=token)


async def _is_one_click(request: Request) -> bool:
    body = await body_of(request)
    if body is None:
        return False
    kind = request.headers.get("content-type", "").lower()
    if kind.startswith("multipart/form-data"):
        return _MULTIPART.search(body) is not None
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20)
    except ValueError:
        return False
    return any(value == "One-Click" for value in fields.get("List-Unsubscribe", ()))


routes = [
    Route(f"{PATH}{{token}}", act, methods=["POST"]),
    Route(f"{PATH}{{token}}", show, methods=["GET"]),
]
