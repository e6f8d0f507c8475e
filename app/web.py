"""The one web application of a workspace: the desk, and the APIs beside it."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp

from app import static_files
from app.agent_api.api import create_agent_api
from app.agent_api.following import Following
from app.desk import desk
from app.desk.security import Guard
from app.mcp_server import create_mcp
from app.rest.api import create_rest_api
from app.rest.problems import Sized
from app.site import Site
from app.stream_rights import EndsWithRights

MOST_FORM_BYTES = 1024 * 1024
"""Of a form of the desk that gives no file."""


def create_web(site: Site) -> ASGIApp:
    """Everything that ``mainspring serve`` answers on its own address. The public endpoints, which
    anybody may reach, are another application on another port (app/public/)."""
    following, mcp = Following(site), create_mcp(site)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await site.streams.start()
        await site.turns.start()
        await following.start()
        async with mcp.running():
            yield
        await site.turns.stop()
        await site.streams.stop()
        await following.stop()

    web = FastAPI(
        title="Mainspring", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan
    )
    web.state.site = site
    web.router.routes.append(static_files.route)
    desk.install(web)
    web.add_middleware(Sized, most=_most_bytes)
    web.mount("/v1", create_rest_api(site))
    web.mount("/api", create_agent_api(site, following))
    web.router.routes.append(Route("/mcp", mcp))
    return Guard(EndsWithRights(web, site), site.workspace.settings.desk)


def _most_bytes(path: str) -> int:
    """The APIs, and the page that takes files, have bounds of their own."""
    own = path == "/import" or path.startswith(("/v1/", "/api/", "/mcp"))
    return sys.maxsize if own else MOST_FORM_BYTES
