"""What mail providers tell of messages: POST /hooks/{source}, signed.

Time and signature are checked before the body is parsed; what is refused is refused with a status
that says why, and counted (`mainspring doctor` shows the counts). A delivery is taken once: all of
it in one transaction, or nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.public.answers import Slower, address_of, body_of, stack_of
from ledger import webhooks
from ledger.webhooks import RefusalCode
from tools.esp.webhooks import WebhookError, read
from workflows.engagements import take_delivery
from workflows.stack import Stack
from workflows.transactions import write

MOST_BYTES = 1_000_000
_STATUS: dict[RefusalCode, int] = {
    "unknown_source": 404,
    "bad_signature": 401,
    "stale": 400,
    "replayed": 409,
    "too_large": 413,
    "malformed": 422,
    "too_many": 429,
}
_WRITE_EVERY_SECONDS = 1.0


class Refused:
    """Counts refusals, and brings them to the ledger at most once a second, so that a flood of
    them costs nothing."""

    def __init__(self) -> None:
        self._counted: Counter[tuple[str, RefusalCode]] = Counter()
        self._written = float("-inf")

    async def count(self, stack: Stack, source: str, code: RefusalCode) -> None:
        self._counted[source, code] += 1
        now = time.monotonic()
        if now - self._written < _WRITE_EVERY_SECONDS:
            return
        self._written = now
        counted, self._counted = self._counted, Counter()
        await write(stack.ledger, lambda tx: webhooks.count_refusals(tx, counted))


async def take(request: Request) -> Response:
    """One delivery."""
    stack, source = stack_of(request), str(request.path_params["source"]).lower()
    secret = stack.keys.webhooks.get(source)
    if secret is None:
        return await _refuse(request, "", "unknown_source", "Nothing is taken at this address.")
    body = await body_of(request, MOST_BYTES)
    if body is None:
        return await _refuse(
            request, source, "too_large", f"A delivery has at most {MOST_BYTES:,} bytes."
        )
    headers = dict(request.headers)
    try:
        delivery = read(source, headers, body, secret, datetime.now(UTC))
    except WebhookError as error:
        return await _refuse(request, source, error.code, error.what)
    taken = await take_delivery(stack, source, delivery)
    if taken is None:
        return await _refuse(request, source, "replayed", "This delivery was taken already.")
    return JSONResponse(
        {
            "new": taken.new,
            "known": taken.known,
            "unknown": taken.unknown,
            "not_kept": taken.not_kept,
            "ignored": delivery.ignored,
        }
    )


async def _refuse(request: Request, source: str, code: RefusalCode, what: str) -> Response:
    """A problem (RFC 9457) with its code, and one more on the count."""
    slower: Slower = request.app.state.slower
    if slower.refuses(f"hooks {address_of(request)}"):
        code, what = "too_many", "Too much was refused of you; try again in a minute."
    refused: Refused = request.app.state.refused
    await refused.count(stack_of(request), source, code)
    status = _STATUS[code]
    return JSONResponse(
        {"type": "about:blank", "title": what, "status": status, "code": code},
        status_code=status,
        media_type="application/problem+json",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )


routes = [Route("/hooks/{source}", take, methods=["POST"])]
