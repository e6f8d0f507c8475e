"""What commands print: text for people, or one JSON object for programs.

With ``--json`` standard output carries ``{"schema", "data", "warnings"}`` and nothing else:
Decimals are strings, times are RFC 3339. Progress and warnings go to standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from pydantic_core import to_jsonable_python
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from domain.errors import MainspringError

JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object instead of text.", show_default=False)
]

LINE_WIDTH = 110
"""Text wider than this is hard to read, however wide the terminal is."""


def console(*, error: bool = False) -> Console:
    """A console for people, as wide as the terminal but no wider than reads well."""
    made = Console(stderr=error, highlight=False, emoji=False, markup=False)
    if made.width > LINE_WIDTH or not made.is_terminal:
        made.width = LINE_WIDTH
    return made


class Out:
    """One command's answer: said in words as it happens, or given as JSON at its end."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.warnings: list[str] = []
        self._said = console()
        self._beside = console(error=True)

    def say(self, *parts: RenderableType) -> None:
        """Print text or tables; nothing with ``--json``."""
        if not self.as_json:
            for part in parts:
                if isinstance(part, str):
                    # Lines of text are left whole: ids and paths must survive copying.
                    self._said.print(part, soft_wrap=True)
                    continue
                with self._said.capture() as laid_out:
                    self._said.print(part)
                lines = laid_out.get().splitlines()
                sys.stdout.write("".join(f"{line.rstrip()}\n" for line in lines))

    def warn(self, text: str) -> None:
        """Something to know that did not stop the command."""
        self.warnings.append(text)
        if not self.as_json:
            self._beside.print(f"! {text}", soft_wrap=True)

    def step(self, text: str) -> None:
        """A line of progress, on standard error."""
        if not self.as_json:
            self._beside.print(text, soft_wrap=True)

    @contextmanager
    def working(self, what: str, total: float | None = None) -> Iterator[Progress]:
        """A progress bar on standard error for whatever may take over two seconds."""
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            *((MofNCompleteColumn(),) if total else ()),
            TimeElapsedColumn(),
            console=self._beside,
            transient=True,
            disable=self.as_json or not sys.stderr.isatty(),
        )
        with bar:
            bar.add_task(what, total=total)
            yield bar

    def answer(self, schema: str, data: object) -> None:
        """Print the JSON object; nothing without ``--json``."""
        if self.as_json:
            print_json(schema, data, self.warnings)


def print_json(schema: str, data: object, warnings: list[str]) -> None:
    """The one JSON form of every command."""
    answer = {"schema": schema, "data": to_jsonable_python(data), "warnings": warnings}
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")


def print_error(error: MainspringError, *, as_json: bool) -> None:
    """What happened, to which thing, and what to do next."""
    if as_json:
        said = {
            "code": error.code,
            "what": error.what,
            "thing": error.thing,
            "next_step": error.next_step,
            "exit_code": error.exit_code,
        }
        print_json("error.v1", said, [])
        return
    beside = console(error=True)
    beside.print(_sentence(error.what), soft_wrap=True)
    if error.thing and error.thing not in error.what:
        beside.print(f"  concerns: {error.thing}", soft_wrap=True)
    if error.next_step:
        beside.print(f"  next: {error.next_step}", soft_wrap=True)


def _sentence(text: str) -> str:
    """The text with its first letter raised and a full stop; a file's name is left as it is."""
    ended = text if text.endswith((".", "!", "?", "…", ":")) else f"{text}."
    first = ended.split(maxsplit=1)[0].rstrip(".,:;") if ended.strip() else ""
    return ended if set("./_") & set(first) else ended[:1].upper() + ended[1:]
