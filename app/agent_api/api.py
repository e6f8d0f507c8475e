"""The application at /api: its routes, its errors in the form that its clients read."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from app.agent_api import assistant_routes, run_routes, thread_routes
from app.agent_api.following import Following
from app.agent_api.sharing import Api
from app.agent_api.shown import Shown
from app.bodies import Bounded
from app.desk.statuses import status_of
from app.site import Site
from app.tokens import refusal_headers
from domain.errors import MainspringError

MOST_BODY_BYTES = 512 * 1024


def create_agent_api(site: Site, following: Following) -> FastAPI:
    """The application; ``following`` is started and stopped by whoever mounts it."""
    made = FastAPI(title="Mainspring agent API", docs_url=None, redoc_url=None, openapi_url=None)
    made.state.site = site
    made.state.api = Api(site, following, Shown())
    for module in (assistant_routes, run_routes, thread_routes):
        made.include_router(module.router)
    made.add_exception_handler(MainspringError, _refused)
    made.add_exception_handler(RequestValidationError, _unreadable)
    made.add_exception_handler(HTTPException, _http)
    made.add_middleware(Bounded, most=MOST_BODY_BYTES)
    return made


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, MainspringError)
    words = f"{error.what} {error.next_step}".strip()
    body = {"detail": words, "code": error.code, "message": words, "thing": error.thing}
    return JSONResponse(body, status_of(error), headers=dict(refusal_headers(error)))


async def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(one) for one in first["loc"] if one != "body")
    words = f"This cannot be read: {where + ': ' if where else ''}{first['msg']}."
    return JSONResponse({"detail": words, "code": "unreadable", "message": words}, 422)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = str(error.detail)
    if error.status_code == 404:
        words = "There is nothing at this address. docs/api.md lists what there is."
    body = {"detail": words, "code": "http", "message": words}
    return JSONResponse(body, error.status_code, headers=error.headers)
