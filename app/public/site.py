"""The public application: its routes, and nothing that a session or a cookie could open.

/u/{token}       unsubscribing (RFC 8058): GET shows, POST acts
/p/{token}       what a recipient wants: GET shows, POST changes
/o/, /c/{token}  an opening, a click
/hooks/{source}  what mail providers tell of messages
/v1/{call}       events of websites, apps and servers, by their write keys
/alive           for whoever watches the process
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.intake import door
from app.intake.keys import Keys
from app.intake.spool import Spool
from app.public import hooks, preferences, tracking, unsubscribing
from app.public.answers import Slower, plain
from app.public.machines import Bursts
from workflows.stack import Stack


def public_app(stack: Callable[[], Stack], spool: Spool) -> Starlette:
    """The ASGI app that the worker serves. ``stack`` is asked at every request, since settings
    may change meanwhile; ``spool`` keeps what sources write."""

    async def alive(_request: Request) -> Response:
        return plain("ok", 200)

    app = Starlette(
        routes=[
            *door.routes,  # first, as they are asked for most
            *unsubscribing.routes,
            *preferences.routes,
            *tracking.routes,
            *hooks.routes,
            Route("/alive", alive, methods=["GET"]),
        ]
    )
    app.state.stack = stack
    app.state.slower = Slower()
    app.state.bursts = Bursts()
    app.state.refused = hooks.Refused()
    app.state.keys = Keys()
    app.state.spool = spool
    return app
