"""HTTP out: the one place that retries, waits and gives up.

Inside: ``open_client``, an ``httpx.AsyncClient`` whose transport

- reaches only the hosts that it was given;
- retries connections that were never made, refusals that name a wait (429, 503), and, for requests
  that may be repeated, failures of the server and broken answers; a write is never blindly
  repeated, and a slow answer is not asked for twice;
- honours Retry-After up to a bound, and hands the answer back where the server asks for more;
- stops reading after ``most_bytes``;
- opens a circuit after several failures in a row, so that a dead host costs nothing for a while.

Vendor clients are given this client and told to retry nothing themselves.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt

REPEATABLE = frozenset(("GET", "HEAD", "OPTIONS", "PUT", "DELETE"))
_REFUSED = frozenset((429, 503))
_FAILED = frozenset((500, 502, 504))


class AnswerTooLong(httpx.RequestError):
    """The server sent more bytes than the caller can need."""


class HostNotAllowed(httpx.RequestError):
    """A host that no setting names."""


class CircuitOpen(httpx.RequestError):
    """The host failed several times in a row; it is left alone for a while."""


def is_repeatable(request: httpx.Request) -> bool:
    """Whether repeating the request changes nothing."""
    return request.method in REPEATABLE


def open_client(
    *,
    hosts: Iterable[str],
    repeatable: Callable[[httpx.Request], bool] = is_repeatable,
    seconds: float = 30,
    connect_seconds: float = 5,
    attempts: int = 3,
    longest_wait: float = 30,
    most_bytes: int = 8_000_000,
    transport: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncClient:
    """A client for the given hosts. ``seconds`` bounds each read; close it when done."""
    return httpx.AsyncClient(
        transport=_Careful(
            transport or httpx.AsyncHTTPTransport(),
            frozenset(h.casefold() for h in hosts),
            repeatable,
            attempts,
            longest_wait,
            most_bytes,
        ),
        timeout=httpx.Timeout(seconds, connect=connect_seconds),
        # A compressed answer could be far longer than the bytes that were counted.
        headers={"accept-encoding": "identity"},
        follow_redirects=False,
        trust_env=False,
    )


class _TryAgain(Exception):
    """Carries what went wrong, and how long the server asks to wait."""

    def __init__(self, error: httpx.TransportError, wait: float | None = None) -> None:
        super().__init__()
        self.error, self.wait = error, wait


@dataclass
class _Circuit:
    """Counts failures in a row of one host, in real time."""

    failures: int = 0
    open_until: float = 0.0


@dataclass
class _Careful(httpx.AsyncBaseTransport):
    inner: httpx.AsyncBaseTransport
    hosts: frozenset[str]
    repeatable: Callable[[httpx.Request], bool]
    attempts: int
    longest_wait: float
    most_bytes: int
    failures_most: int = 5
    circuit_seconds: float = 30
    circuits: dict[str, _Circuit] = field(default_factory=dict)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host.casefold()
        if host not in self.hosts:
            raise HostNotAllowed(f"{host} is not among the configured hosts", request=request)
        circuit = self.circuits.setdefault(host, _Circuit())
        if time.monotonic() < circuit.open_until:
            raise CircuitOpen(f"{host} failed repeatedly", request=request)
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self.attempts),
            wait=self._wait,
            retry=retry_if_exception_type(_TryAgain),
            reraise=True,
        )
        try:
            async for attempt in retrying:
                with attempt:
                    last = attempt.retry_state.attempt_number >= self.attempts
                    response = await self._once(request, last)
        except _TryAgain as given_up:
            self._failed(circuit)
            raise given_up.error from None
        except httpx.TransportError:
            self._failed(circuit)
            raise
        if response.status_code >= 500:
            self._failed(circuit)
        else:
            circuit.failures = 0
        response.stream = _Counted(response.stream, self.most_bytes, request)  # type: ignore[arg-type]
        return response

    async def _once(self, request: httpx.Request, last: bool) -> httpx.Response:
        try:
            response = await self.inner.handle_async_request(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise _TryAgain(error) from error
        except (httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError) as error:
            if self.repeatable(request):
                raise _TryAgain(error) from error
            raise
        code = response.status_code
        again = code == 429 or (code in _REFUSED | _FAILED and self.repeatable(request))
        if not again or last:
            return response
        wait = retry_after(response.headers.get("retry-after"))
        if wait is not None and wait > self.longest_wait:
            return response
        await response.aclose()
        # The last attempt hands its answer back, so this error is never seen outside.
        raise _TryAgain(httpx.ReadError(f"status {code}", request=request), wait)

    def _wait(self, state: RetryCallState) -> float:
        """What the server asked for; else 0.5, 1, 2, … seconds."""
        outcome = state.outcome.exception() if state.outcome else None
        asked = outcome.wait if isinstance(outcome, _TryAgain) else None
        waits = 0.5 * 2 ** (state.attempt_number - 1) if asked is None else asked
        return float(min(waits, self.longest_wait))

    def _failed(self, circuit: _Circuit) -> None:
        circuit.failures += 1
        if circuit.failures >= self.failures_most:
            circuit.open_until = time.monotonic() + self.circuit_seconds
            circuit.failures = 0

    async def aclose(self) -> None:
        await self.inner.aclose()


class _Counted(httpx.AsyncByteStream):
    """A body that may not exceed its bound."""

    def __init__(self, inner: httpx.AsyncByteStream, most: int, request: httpx.Request) -> None:
        self._inner, self._most, self._request = inner, most, request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for part in self._inner:
            read += len(part)
            if read > self._most:
                raise AnswerTooLong(f"more than {self._most:,} bytes", request=self._request)
            yield part

    async def aclose(self) -> None:
        await self._inner.aclose()


def retry_after(header: str | None) -> float | None:
    """The seconds that a Retry-After header asks for, as a number or a date; None without one."""
    if not header:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        then = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - datetime.now(UTC)).total_seconds())
