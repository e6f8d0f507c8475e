"""Where a decision came from: the face and the address, for the journal.

A face says it once, around all that it does for one request; it then stands in every row of the
journal that is written meanwhile, in whichever thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_origin: ContextVar[str] = ContextVar("mainspring_origin", default="")


@contextmanager
def coming_from(face: str, address: str = "") -> Iterator[None]:
    """``face``: desk, api, mcp, command line, or empty for what a worker does by itself;
    ``address``: of the person's machine."""
    token = _origin.set(f"{face} {address}".strip())
    try:
        yield
    finally:
        _origin.reset(token)


def current() -> str:
    """As it stands in the journal; empty: a worker did it."""
    return _origin.get()
