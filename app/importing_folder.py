"""A folder of files: each is recognised and imported, and what became of each is told.

A file that cannot be read does not stop the others, and each kind in a file is kept whole or not at
all. Customers come first, so that what follows finds its people.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.importing import Imported, import_file
from app.workspace import Workspace
from domain.errors import MainspringError, WrongUsage
from domain.frozen import Frozen
from tools.store.columns import kinds_of, plain
from tools.store.exports import Export, recognise, refuse_report
from tools.store.fields import Kind
from tools.store.intake import columns_in

ORDER: tuple[Kind, ...] = (
    "customers", "orders", "events", "consents", "complaints", "suppressions", "facts",
)  # fmt: skip
TABLES = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".parquet", ".pq", ".gz", ".zip")
_LEAVES_OUT = ("suppress", "unsub", "bounce", "blocklist", "blacklist", "donot", "optout", "sperr")
"""Whom a file leaves out must stand in its name: a bare list of addresses may be any other."""

BeginFile = Callable[[str], None]


class Problem(Frozen):
    """Why a file was not imported."""

    code: str
    what: str
    next_step: str


class FileBecame(Frozen):
    """What became of one file of the folder."""

    file: str
    """Its path in the folder."""
    export: str = ""
    imported: tuple[Imported, ...] = ()
    problem: Problem | None = None

    @property
    def failed(self) -> bool:
        return self.problem is not None or any(one.intake.nothing_read for one in self.imported)


class FolderImported(Frozen):
    files: tuple[FileBecame, ...]
    passed_by: tuple[str, ...]
    """Files that are no tables by their names."""

    @property
    def failed(self) -> int:
        return sum(file.failed for file in self.files)


class _Recognised(Frozen):
    path: Path
    name: str
    export: Export | None = None
    kind: Kind | None = None
    problem: Problem | None = None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        if self.export is not None:
            return tuple(part.kind for part in self.export.wanted(all_parts=False))
        return (self.kind,) if self.kind is not None else ()

    @property
    def rank(self) -> int:
        return min((ORDER.index(kind) for kind in self.kinds), default=len(ORDER))


def import_folder(
    workspace: Workspace,
    folder: Path,
    *,
    timezone: str | None,
    currency: str | None,
    source: str = "",
    region: str | None = None,
    begin: BeginFile = lambda _: None,
) -> FolderImported:
    """Import every table in a folder and the folders below it; ``begin`` is called with each.

    Raises WrongUsage: ``not_a_folder``, ``no_tables``. What is wrong with a file is in the answer.
    """
    if not folder.is_dir():
        raise WrongUsage(
            "not_a_folder",
            "There is no such folder",
            thing=str(folder),
            next_step="Name a folder; a single file is imported by its kind: mainspring import "
            "orders FILE.",
        )
    found = sorted(p for p in folder.rglob("*") if p.is_file() and not _hidden(p, folder))
    tables = [p for p in found if p.suffix.lower() in TABLES]
    if not tables:
        raise WrongUsage(
            "no_tables",
            "No file in this folder is a table by its name",
            thing=str(folder),
            next_step="Put CSV, JSONL or Parquet files there, also packed as .gz or .zip.",
        )
    recognised = [_recognised(path, path.relative_to(folder).as_posix()) for path in tables]
    files = []
    for file in sorted(recognised, key=lambda one: (one.rank, one.name)):
        begin(file.name)
        files.append(_import(workspace, file, timezone, currency, source, region))
    return FolderImported(
        files=tuple(files),
        passed_by=tuple(p.relative_to(folder).as_posix() for p in found if p not in tables),
    )


def _recognised(path: Path, name: str) -> _Recognised:
    try:
        columns = columns_in(path)
        refuse_report(columns)
        export = recognise(columns)
        kind = None if export is not None else _kind(name, kinds_of(columns))
    except MainspringError as error:
        return _Recognised(path=path, name=name, problem=_problem(error))
    return _Recognised(path=path, name=name, export=export, kind=kind)


def _kind(name: str, possible: list[Kind]) -> Kind:
    """What a file holds: of what its columns can be what its name says, else the likeliest.
    Raises WrongUsage unknown_kind."""
    called = plain(name)
    leaves_out = any(sign in called for sign in _LEAVES_OUT)
    if leaves_out and "suppressions" in possible:
        return "suppressions"
    rest = [kind for kind in possible if kind != "suppressions"]
    for kind in rest:
        if kind.removesuffix("s") in called:
            return kind
    # The likeliest only: that it may be something else too is no reason to take it for that.
    if rest and rest[0] == possible[0]:
        return rest[0]
    raise WrongUsage(
        "unknown_kind",
        "What it holds cannot be told from its columns",
        thing=name,
        next_step="Name its kind: mainspring import customers FILE, or orders, events, consents, "
        "complaints, suppressions, facts.",
    )


def _import(
    workspace: Workspace,
    file: _Recognised,
    timezone: str | None,
    currency: str | None,
    source: str,
    region: str | None,
) -> FileBecame:
    imported: list[Imported] = []
    problem = file.problem
    for kind in file.kinds:
        try:
            became = import_file(
                workspace, kind, file.path, mapping={}, timezone=timezone, currency=currency,
                export=file.export, name=file.name, source=source, region=region,
            )  # fmt: skip
        except MainspringError as error:
            problem = _problem(error)
            break
        imported.append(became)
    return FileBecame(
        file=file.name,
        export=file.export.name if file.export else "",
        imported=tuple(imported),
        problem=problem,
    )


def _problem(error: MainspringError) -> Problem:
    return Problem(code=error.code, what=error.what, next_step=error.next_step)


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path.relative_to(folder).parts)
