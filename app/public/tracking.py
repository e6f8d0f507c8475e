"""Openings and clicks of those who agreed to be counted, each marked where a program made it.

A link leads only where the approved mail leads, by the place of the link in it; nothing in the
address says where to. It works for as long as the mail is known, whatever is recorded.
"""

from __future__ import annotations

import base64

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.public.answers import stack_of, unknown
from app.public.machines import Bursts, sign_of
from workflows import engagements
from workflows.engagements import CLICKED, OPENED
from workflows.message_tokens import Token, read_token

_POINT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_HEADERS = {
    "Cache-Control": "no-store, max-age=0",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


async def opened(request: Request) -> Response:
    """The picture of one point. It comes whatever the token says, so nobody sees a broken one."""
    token = _token(request, "open")
    if token is not None:
        stack = stack_of(request)
        followed = await engagements.follow(stack, token.key)
        if followed is not None:
            sign = sign_of(request.method, request.headers, followed.since_sent)
            await engagements.note(
                stack, token.key, "opened", source="picture", link="", by_machine=bool(sign)
            )
    return Response(_POINT, media_type="image/gif", headers=_HEADERS)


async def clicked(request: Request) -> Response:
    """On to the page that the approved mail leads to."""
    token = _token(request, "click")
    if token is None:
        return unknown(request)
    stack = stack_of(request)
    followed = await engagements.follow(stack, token.key)
    if followed is None or token.link >= len(followed.links):
        return unknown(request)
    link = followed.links[token.link]
    bursts: Bursts = request.app.state.bursts
    burst = bursts.click(token.key, link, len(followed.links))
    sign = sign_of(request.method, request.headers, followed.since_sent)
    sign = sign or ("all_links" if burst else "")
    await engagements.note(
        stack, token.key, "clicked", source="link", link=link, by_machine=bool(sign)
    )
    if burst:
        await engagements.take_clicks_back(stack, token.key, burst)
    return RedirectResponse(link, status_code=302, headers=_HEADERS)


def _token(request: Request, kind: str) -> Token | None:
    found = read_token(str(request.path_params["token"]), stack_of(request).keys.signing)
    return found if found is not None and found.kind == kind else None


routes = [
    Route(f"{OPENED}{{token}}", opened, methods=["GET"]),
    Route(f"{CLICKED}{{token}}", clicked, methods=["GET"]),
]
