"""Identifiers: time-ordered UUIDs for things that happen, content hashes for things that are."""

from __future__ import annotations

import uuid_utils


def new_id() -> str:
    """A fresh UUIDv7 (RFC 9562), so that rows sort by the moment they were made."""
    return str(uuid_utils.uuid7())
