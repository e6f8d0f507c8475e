"""Column types: aware times, canonical JSON, and new ids."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import uuid_utils
from sqlalchemy import DateTime, Dialect, Text, TypeDecorator

from domain.frozen import canonical_json
from ledger.errors import LedgerError


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. A value without a zone is refused: nobody can say what it meant."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise LedgerError(
                "naive_time",
                f"The time {value.isoformat()} has no time zone.",
                next_step="Hand in an aware datetime.",
            )
        value = value.astimezone(UTC)
        # SQLite keeps text; without the offset, equal moments are equal texts and sort as times.
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CanonicalJson(TypeDecorator[Any]):
    """A JSON value, kept as its canonical text so that its hash can be taken again."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def new_id() -> str:
    """A UUIDv7: unique everywhere, and sorting by the time it was made."""
    return str(uuid_utils.uuid7())
