"""Write keys: which source a request is of. Looked up in the ledger at most every two seconds, so
that a closed source is refused soon and a flood costs nothing."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Mapping

from ledger import sources
from ledger.database import Ledger
from ledger.sources import Source
from workflows.transactions import read

FRESH_SECONDS = 2.0


class Keys:
    """The open sources by their keys."""

    def __init__(self) -> None:
        self._known: dict[str, Source] = {}
        self._read = float("-inf")

    async def source(self, ledger: Ledger, key: str) -> Source | None:
        """The source of a write key; None: there is none, or it was closed. Raises LedgerError
        where the ledger cannot be read."""
        if time.monotonic() - self._read > FRESH_SECONDS:
            self._known = await read(ledger, sources.open_keys)
            self._read = time.monotonic()
        return self._known.get(sources.key_hash(key))


def key_in_header(headers: Mapping[str, str]) -> str:
    """The write key as the user name of Basic authentication; empty where there is none."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(given.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def key_in_body(body: Mapping[str, object]) -> str:
    """The write key as browsers send it."""
    key = body.get("writeKey")
    return key if isinstance(key, str) else ""
