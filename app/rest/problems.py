"""Errors as problem details (RFC 9457). ``code`` is the literal code that the command line and
the pages have too; ``next_step`` says what can be done instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.desk.statuses import status_of
from app.tokens import refusal_headers
from domain.errors import MainspringError, WrongUsage
from domain.frozen import Frozen

MEDIA_TYPE = "application/problem+json"

_STATUS: Mapping[str, int] = {
    "exists": 409,
    "last_owner": 409,
    "store_busy": 503,
    "engine_unreachable": 503,
    "engine_cannot": 409,
    "unreachable": 503,
    "no_data": 409,
    "mixed_currencies": 409,
    "unknown_field": 422,
    "no_rhythm": 409,
    "unknown_segment": 422,
    "circular_segments": 409,
    "in_use": 409,
    "refused_recipient": 409,
    "try_later": 503,
    "outcome_unknown": 502,
    "layout_failed": 409,
    "unknown_product": 409,
    "precondition_needed": 428,
    "precondition_failed": 412,
    "too_large": 413,
}
"""Of codes that the desk answers in another way, or not at all."""

_MEANING: Mapping[int, tuple[str, str]] = {
    401: ("unknown_token", "No token came, or one that belongs to nobody."),
    403: ("not_allowed", "The token, or its person, lacks the right."),
    404: ("unknown", "There is no such thing."),
    405: ("no_such_method", "Nothing is done here by this method."),
    409: ("already_decided", "It cannot be done as things stand; `code` says why."),
    412: ("precondition_failed", "What you saw is not what stands there now."),
    413: ("too_large", "The body is too large."),
    422: ("unreadable_request", "The request cannot be read, or holds what cannot be."),
    428: ("precondition_needed", "Say which content you saw, by If-Match."),
    502: ("outcome_unknown", "It left, and no answer came: nobody knows whether it arrived."),
    503: ("busy", "Something is busy; repeat it after Retry-After seconds."),
}


class FieldProblem(Frozen):
    """One field that cannot be read."""

    field: str
    """Its place: body.goal, query.before."""
    message: str


class Problem(Frozen):
    """What went wrong, with what, and what can be done instead."""

    type: str
    """urn:mainspring:problem: and the code."""
    title: str
    """The status in words."""
    status: int
    code: str
    """Literal: programs may rely on it."""
    detail: str
    """What happened, for people."""
    thing: str = ""
    """What it happened to."""
    next_step: str = ""
    errors: tuple[FieldProblem, ...] = ()


ALWAYS = (401, 403, 405, 422, 503)
"""Statuses that any operation may answer with."""


Seen = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=100,
        description="The ETag of what you saw. Nothing is decided or changed without it.",
        examples=['"3f9ac21e…"'],
    ),
]


def precondition(if_match: str | None) -> str:
    """What an If-Match holds. Raises WrongUsage precondition_needed."""
    if if_match is None:
        raise WrongUsage(
            "precondition_needed",
            "It is not said what this is about.",
            thing="If-Match",
            next_step="Read it, and send its ETag as If-Match.",
        )
    return if_match.strip().removeprefix("W/").strip('"')


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's description of these refusals."""
    return {
        status: {
            "description": _MEANING[status][1],
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "example": _example(status),
                }
            },
        }
        for status in statuses
    }


def install(api: FastAPI) -> None:
    """Let every error of the application be a problem."""
    api.add_exception_handler(MainspringError, _refused)
    api.add_exception_handler(RequestValidationError, _unreadable)
    api.add_exception_handler(HTTPException, _http)
    api.add_exception_handler(Exception, _fault)


class Sized:
    """ASGI middleware: refuses a body that is too large, with a problem, before it is read where
    it says its length, and as soon as it is too long where it does not."""

    def __init__(self, app: ASGIApp, most: Callable[[str], int]) -> None:
        """``most``: bytes, by the path below the application."""
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most(scope["path"].removeprefix(scope.get("root_path", "")))
        detail = f"A request may hold {most:,} bytes here at most."
        said = Headers(scope=scope).get("content-length", "")
        if said.isdigit() and int(said[:20]) > most:
            await answer(_problem(413, "too_large", detail))(scope, receive, send)
            return
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > most:
                raise HTTPException(413, detail)
            return message

        await self._app(scope, counted, send)


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(
        problem.model_dump(mode="json"), problem.status, headers=headers, media_type=MEDIA_TYPE
    )


def problem_of(error: MainspringError) -> Problem:
    return _problem(
        _STATUS.get(error.code, status_of(error)),
        error.code,
        error.what,
        thing=error.thing,
        next_step=error.next_step,
    )


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, MainspringError)
    found = problem_of(error)
    headers = dict(refusal_headers(error))
    if found.status == 503:
        headers.setdefault("Retry-After", "1")
    return answer(found, headers)


async def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = tuple(
        FieldProblem(field=".".join(str(part) for part in one["loc"]), message=str(one["msg"]))
        for one in error.errors()[:20]
    )
    first = fields[0]
    detail = f"This cannot be read: {first.field}: {first.message}."
    return answer(
        _problem(422, "unreadable_request", detail, thing=first.field).model_copy(
            update={"errors": fields}
        )
    )


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = {404: "unknown", 405: "no_such_method", 413: "too_large"}.get(error.status_code, "http")
    detail = str(error.detail)
    if error.status_code == 400:  # a body that is no text at all is as unreadable as any other
        return answer(_problem(422, "unreadable_request", detail))
    if error.status_code == 404:
        detail = "There is nothing at this address; /v1/openapi.json describes all there is."
    return answer(_problem(error.status_code, code, detail), error.headers)


async def _fault(request: Request, error: Exception) -> Response:
    detail = "Something failed here that nobody expected. The log of the program says more."
    return answer(_problem(500, "fault", detail, thing=type(error).__name__))


def _problem(
    status: int, code: str, detail: str, *, thing: str = "", next_step: str = ""
) -> Problem:
    return Problem(
        type=f"urn:mainspring:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        thing=thing,
        next_step=next_step,
    )


def _example(status: int) -> dict[str, Any]:
    code, meaning = _MEANING[status]
    return _problem(status, code, meaning).model_dump(mode="json")
