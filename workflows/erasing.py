"""Erasing a person from the checkpoints: states hold no people, but a goal may name one."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from langgraph.types import Interrupt

from domain.identifiers import Identifiers, texts_of
from workflows.checkpoints import BUSY_SECONDS, strict_serializer

_TABLES = {
    "checkpoints": ("checkpoint", ("thread_id", "checkpoint_ns", "checkpoint_id")),
    "writes": ("value", ("thread_id", "checkpoint_ns", "checkpoint_id", "task_id", "idx")),
}


def black_out_checkpoints(path: Path, who: Identifiers) -> int:
    """Black out every text in which the person can be found; in how many rows it was.

    Values that are not plain JSON are left as they are. The file is written anew, so that nothing
    stays in its free pages, of states that were removed long ago neither.
    """
    if not path.is_file():
        return 0
    with contextlib.closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
        connection.isolation_level = None
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("BEGIN IMMEDIATE")
        changed = 0
        for table, (column, keys) in _TABLES.items():
            for found, mended in list(_mended(connection, table, column, keys, who)):
                same = " AND ".join(f"{key} = ?" for key in keys)
                connection.execute(
                    f"UPDATE {table} SET type = ?, {column} = ? WHERE {same}",  # noqa: S608
                    (*mended, *found),
                )
                changed += 1
        changed += _black_out_metadata(connection, who)
        connection.execute("COMMIT")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return changed


def _mended(
    connection: sqlite3.Connection,
    table: str,
    column: str,
    keys: tuple[str, ...],
    who: Identifiers,
) -> Iterator[tuple[tuple[Any, ...], tuple[str, bytes]]]:
    """Key, and type and bytes of the value without the person."""
    serde = strict_serializer()
    chosen = ", ".join((*keys, "type", column))
    for *key, kind, value in connection.execute(f"SELECT {chosen} FROM {table}"):  # noqa: S608
        if kind is None or value is None:
            continue
        read = serde.loads_typed((kind, value))
        if any(who.find(text) for text in texts_of(_plain(read))):
            yield tuple(key), serde.dumps_typed(_blacked_out(read, who))


def _plain(value: Any) -> Any:
    """With what an interrupt asks in its place."""
    match value:
        case Interrupt():
            return _plain(value.value)
        case list() | tuple():
            return [_plain(one) for one in value]
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case _:
            return value


def _blacked_out(value: Any, who: Identifiers) -> Any:
    match value:
        case Interrupt():
            return Interrupt(value=_blacked_out(value.value, who), id=value.id)
        case list() | tuple() if any(isinstance(one, Interrupt) for one in value):
            return [_blacked_out(one, who) for one in value]
        case _:
            return who.black_out_json(value)


def _black_out_metadata(connection: sqlite3.Connection, who: Identifiers) -> int:
    changed = 0
    rows = connection.execute("SELECT rowid, metadata FROM checkpoints").fetchall()
    for row, metadata in rows:
        read = json.loads(metadata) if metadata else None
        if any(who.find(text) for text in texts_of(read)):
            said = json.dumps(who.black_out_json(read), ensure_ascii=False).encode()
            query = "UPDATE checkpoints SET metadata = ? WHERE rowid = ?"
            connection.execute(query, (said, row))
            changed += 1
    return changed
