"""The checkpoints' own SQLite file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

BUSY_SECONDS = 30


@asynccontextmanager
async def sqlite_saver(path: Path) -> AsyncIterator[BaseCheckpointSaver[str]]:
    """LangGraph's SQLite saver over a file that several processes may have open."""
    async with aiosqlite.connect(path, timeout=BUSY_SECONDS) as connection:
        yield AsyncSqliteSaver(connection, serde=strict_serializer())


def strict_serializer() -> JsonPlusSerializer:
    """Reads plain JSON and nothing else back from a checkpoint, whatever the environment says:
    the state holds no classes, so a class in it was put there by somebody else."""
    return JsonPlusSerializer(allowed_msgpack_modules=None)
