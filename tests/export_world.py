"""A store, and how systems' exports are read into it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from tools.store.intake import Intake, read_file, recognise_file
from tools.store.segments import Store


class ExportWorld:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store(folder / "data")

    def take(self, path: Path, kind: Any, **more: Any) -> Intake:
        return read_file(
            kind, path, store=self.store, quarantine=self.folder / "quarantine",
            export=recognise_file(path), timezone="Europe/Berlin", **more,
        )  # fmt: skip

    def write(self, name: str, *lines: str) -> Path:
        file = self.folder / name
        file.write_text("\n".join(lines) + "\n", "utf-8")
        return file

    def rows(self, table: Any, columns: str, order: str) -> list[tuple[Any, ...]]:
        view = self.store.view(table)
        return duckdb.sql(f"SELECT {columns} FROM ({view}) ORDER BY {order}").fetchall()
