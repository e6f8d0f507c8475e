"""Rows and values that could not be read, as a JSONL file that a person can read and mend."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import IO


class Quarantine:
    """Collects what was set aside from one file.

    Two kinds of line: ``{"line", "reason", "row"}`` for a row that was left out, and ``{"line",
    "reason", "field", "value"}`` for a value that was left out of a row that was kept. The file
    holds personal data (mode 0600); it appears when closed, and only where there is anything.
    """

    def __init__(self, path: Path, most_bytes: int | None = None) -> None:
        """``most_bytes``: once as many are written, it only counts."""
        self.path = path
        self._room = most_bytes
        self.rows: Counter[str] = Counter()
        self.values: Counter[str] = Counter()
        self._part = path.with_name(path.name + f".{os.getpid()}.part")
        self._file: IO[str] | None = None

    def row(self, line: int, reason: str, row: object) -> None:
        """A row that is left out."""
        self.rows[reason] += 1
        self._write({"line": line, "reason": reason, "row": row})

    def value(self, line: int, field: str, reason: str, value: object) -> None:
        """A value that is left out; its row is kept."""
        self.values[f"{field}: {reason}"] += 1
        self._write({"line": line, "reason": reason, "field": field, "value": value})

    def __enter__(self) -> Quarantine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is None:
            return
        self._file.close()
        if kind is None:
            self._part.replace(self.path)
        else:
            self._part.unlink(missing_ok=True)

    @property
    def file(self) -> str | None:
        """Where to read them; None where nothing was set aside."""
        return str(self.path) if self._file is not None else None

    def _write(self, entry: dict[str, object]) -> None:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._file = os.fdopen(descriptor, "w", encoding="utf-8", errors="replace")
        if self._room is not None and self._room <= 0:
            return
        line = json.dumps(entry, ensure_ascii=False) + "\n"
        self._file.write(line)
        if self._room is not None:
            self._room -= len(line)
