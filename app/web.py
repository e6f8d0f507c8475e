"""The one web application of a workspace: the desk, and the APIs beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp

from app import static_files
from app.desk import desk
from app.desk.security import Guard
from app.rest.api import create_rest_api
from app.site import Site


def create_web(site: Site) -> ASGIApp:
    """Everything that ``mainspring serve`` answers on its own address. The public endpoints, which
    anybody may reach, are another application on another port (app/public/)."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await site.streams.start()
        await site.turns.start()
        yield
        await site.turns.stop()
        await site.streams.stop()

    web = FastAPI(
        title="Mainspring", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan
    )
    web.state.site = site
    web.router.routes.append(static_files.route)
    desk.install(web)
    web.mount("/v1", create_rest_api(site))
    return Guard(web, site.workspace.settings.desk)
