"""The door: POST /v1/{call}, as Segment's and RudderStack's clients send it.

Answers ``{"success": true}`` once every message is on the disk. A batch is taken without its
messages that cannot be: these are named in the answer and go to the quarantine; where none is
left, the request is refused whole.
"""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.intake import messages
from app.intake.keys import Keys, key_in_body, key_in_header
from app.intake.messages import MOST_BODY_BYTES, MessageError
from app.intake.spool import Full, Spool
from app.public.answers import Slower, address_of, body_of, stack_of
from ledger.errors import LedgerError

log = structlog.get_logger("mainspring.intake")

RETRY_SECONDS = 2
_STATUS: dict[str, int] = {"too_large": 413, "too_many": 413}
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Retry-After",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
_PREFLIGHT = {
    **_HEADERS,
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    # Whatever a client sends, X-Retry-Count for one; the star alone does not stand for the first.
    "Access-Control-Allow-Headers": "Authorization, *",
    "Access-Control-Max-Age": "86400",
}


async def take(request: Request) -> Response:
    """One request. Where the disk or the ledger fails it says so, and nothing of it is kept."""
    try:
        return await _take(request)
    except MessageError as error:
        return _refused(_STATUS.get(error.code, 400), error.code, error.what)
    except Full:
        what = f"More comes than can be taken; send it again in {RETRY_SECONDS} seconds."
        return _refused(429, "busy", what, {"Retry-After": str(RETRY_SECONDS)})
    except (OSError, LedgerError) as error:
        log.error("intake_refuses", error=str(error))
        what = "It cannot be kept just now, so nothing of it was; send it again."
        return _refused(503, "not_kept", what, {"Retry-After": "30"})


async def _take(request: Request) -> Response:
    call = messages.CALL_NAMES.get(str(request.path_params["call"]))
    if call is None:
        what = f"There is no such call; there are {', '.join((*messages.CALLS, 'batch'))}."
        return _refused(404, "unknown_call", what)
    keys: Keys = request.app.state.keys
    spool: Spool = request.app.state.spool
    ledger = stack_of(request).ledger
    key = key_in_header(request.headers)
    source = await keys.source(ledger, key) if key else None
    if key and source is None:
        return _unknown_key(request)
    sent = await body_of(request, MOST_BODY_BYTES)
    received_at = datetime.now(UTC)
    if sent is None:
        raise MessageError("too_large", messages.TOO_LARGE)
    body, line = messages.parsed(
        messages.unpacked(sent, request.headers.get("content-encoding", ""))
    )
    if source is None:
        source = await keys.source(ledger, key_in_body(body))
        if source is None:
            return _unknown_key(request)
    misfits = messages.judged(call, body, len(line))
    await spool.append(source.id, received_at, call, line)
    refused = [{"index": place, "message": why} for place, why in misfits]
    answer = {"success": True, "refused": refused} if refused else {"success": True}
    return JSONResponse(answer, headers=_HEADERS)


async def allow(_request: Request) -> Response:
    """What a browser asks before it sends from another site."""
    return Response(status_code=204, headers=_PREFLIGHT)


def _unknown_key(request: Request) -> Response:
    slower: Slower = request.app.state.slower
    if slower.refuses(f"intake {address_of(request)}"):
        what = "Too many write keys that do not work. Try again in a minute."
        return _refused(429, "too_many_tries", what, {"Retry-After": "60"})
    what = "No open source has this write key; it comes as the user name of Basic authentication."
    return _refused(401, "unknown_key", what, {"WWW-Authenticate": 'Basic realm="write key"'})


def _refused(
    status: int, code: str, what: str, headers: dict[str, str] | None = None
) -> JSONResponse:
    """Clients read ``code`` and ``message``."""
    said = {"success": False, "code": code, "message": what}
    return JSONResponse(said, status_code=status, headers={**_HEADERS, **(headers or {})})


routes = [
    Route("/v1/{call}", take, methods=["POST"]),
    Route("/v1/{call}", allow, methods=["OPTIONS"]),
]
