"""POSTs that may be repeated: with an Idempotency-Key the same request is done once, and answered
the same way again (``ledger.requests``). And writing in one transaction, with where it came from.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.desk.identity import origin_of
from app.rest.problems import refusals
from app.site import site_of
from app.tokens import TokenPerson
from ledger import requests
from ledger.database import Transaction
from ledger.origin import coming_from
from ledger.requests import Kept
from workflows.transactions import write

REPLAYED = "Idempotent-Replayed"


@dataclass
class Call:
    """A request that is named by a key, and is being done."""

    person_id: str
    key: str
    answered: bool = False
    """Its answer was written together with its effect."""


class AnsweredBefore(Exception):
    """The request was done already; the answer is given again."""

    def __init__(self, kept: Kept) -> None:
        super().__init__("answered before")
        self.kept = kept


class Route(APIRoute):
    """A route whose POSTs take an Idempotency-Key."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **given: Any) -> None:
        if "POST" in (given.get("methods") or ()):
            given["dependencies"] = [*(given.get("dependencies") or ()), Depends(_begin)]
            given["responses"] = {**refusals(409, 413), **(given.get("responses") or {})}
        super().__init__(path, endpoint, **given)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        original = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                response: Response = await original(request)
            except BaseException:
                await _release(request)
                raise
            await _keep(request, response)
            return response

        return handle


def install(api: FastAPI) -> None:
    api.add_exception_handler(AnsweredBefore, _again)


async def act(
    request: Request,
    function: Callable[[Transaction], BaseModel],
    status: int = 200,
    *,
    secret: str = "",
) -> Response:
    """Do it in one write transaction, and answer with what it gives. With an Idempotency-Key the
    answer is kept in the same transaction: it is done once, whenever the process dies. The field
    ``secret`` of it is not kept."""
    call: Call | None = getattr(request.state, "call", None)

    def run(tx: Transaction) -> Any:
        body = function(tx).model_dump(mode="json")
        if call is not None:
            kept = {**body, secret: None} if secret else body
            requests.finish(tx, call.person_id, call.key, status, kept)
        return body

    with coming_from("api", origin_of(request)):
        body = await write(site_of(request).stack.ledger, run)
    if call is not None:
        call.answered = True
    return JSONResponse(body, status)


def is_repeatable(request: Request) -> bool:
    """Whether this request carries an Idempotency-Key, so that it may be one that was cut off."""
    return getattr(request.state, "call", None) is not None


async def _begin(
    request: Request,
    person: TokenPerson,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            description="Names this request. Repeated with the same key and the same body it is "
            "answered as the first time and done once, for 24 hours; with another body it is "
            "refused (422), and while the first is still at work too (409).",
            examples=["5f0d2c1e-black-friday-2"],
        ),
    ] = None,
) -> None:
    if idempotency_key is None:
        return
    digest = await _hash(request)
    ledger = site_of(request).stack.ledger
    kept = await write(ledger, lambda tx: requests.begin(tx, person.id, idempotency_key, digest))
    if kept is not None:
        raise AnsweredBefore(kept)
    request.state.call = Call(person.id, idempotency_key)


async def _hash(request: Request) -> str:
    said = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        for name, value in (await request.form()).multi_items():
            said.update(f"{name}=".encode())
            if isinstance(value, str):
                said.update(value.encode())
                continue
            said.update(f"{value.filename}\n".encode())
            while piece := await value.read(1 << 20):
                said.update(piece)
            await value.seek(0)
    else:
        said.update(await request.body())
    return said.hexdigest()


async def _keep(request: Request, response: Response) -> None:
    call: Call | None = getattr(request.state, "call", None)
    if call is None or call.answered:
        return
    body = json.loads(bytes(response.body)) if response.body else None
    await write(
        site_of(request).stack.ledger,
        lambda tx: requests.finish(tx, call.person_id, call.key, response.status_code, body),
    )


async def _release(request: Request) -> None:
    """Nothing came of it, so that it may be tried again; also where its caller went away."""
    call: Call | None = getattr(request.state, "call", None)
    if call is None or call.answered:
        return
    ledger = site_of(request).stack.ledger
    await asyncio.shield(write(ledger, lambda tx: requests.release(tx, call.person_id, call.key)))


async def _again(request: Request, error: Exception) -> Response:
    assert isinstance(error, AnsweredBefore)
    headers = {REPLAYED: "true"}
    if error.kept.answer is None:
        return Response(status_code=error.kept.status, headers=headers)
    return JSONResponse(error.kept.answer, error.kept.status, headers=headers)
