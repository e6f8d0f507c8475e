"""Files that people give through the desk: taken in, looked at, and then kept or dropped.

An upload lies in a folder of its own below ``imports/``, with what is known of it in
``upload.json``. Nothing of it is in the data before somebody says so, and the file is removed once
it was kept. What its giver called it is text to show, never a path.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Annotated, Literal

from filelock import FileLock, Timeout
from pydantic import Field, ValidationError

from domain.customer import ConsentPurpose
from domain.errors import Refused, WrongUsage
from domain.frozen import Frozen
from domain.ids import new_id
from tools.store.columns import Understood
from tools.store.fields import Kind
from tools.store.packed import chunks, is_packed, no_table, unpacking

MOST_BYTES = 250 * 1024 * 1024
"""The largest file that the desk takes; the command line takes larger ones."""
MOST_UNPACKED = 1024 * 1024 * 1024
"""The largest that a packed file may become."""
KEPT_FOR = timedelta(days=7)
"""An upload that nobody decided on is removed after so long."""

Status = Literal["reading", "ready", "keeping", "kept", "failed"]

_NO_TABLE = (
    (b"\x89PNG", "a picture"), (b"\xff\xd8\xff", "a picture"), (b"GIF8", "a picture"),
    (b"RIFF", "a picture or a sound"), (b"%PDF", "a PDF"), (b"\x7fELF", "a program"),
    (b"MZ", "a program"), (b"SQLite format 3", "a database"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"), (b"<!DOCTYPE", "a web page"),
    (b"<html", "a web page"),
)  # fmt: skip


class Chosen(Frozen):
    """How a person wants a file read; empty: as it was recognised."""

    kind: Kind
    as_export: bool = True
    """Whether it is read as the known system's export that it was recognised as."""
    all_parts: bool = False
    """Whether those of its parts are taken too that are taken on request only."""
    mapping: dict[str, str] = Field(default_factory=dict)
    timezone: str = ""
    currency: str = ""
    source: Annotated[str, Field(max_length=120)] = ""
    """The system that says its rows; empty: what it was recognised as."""
    region: Annotated[str, Field(max_length=60)] = ""
    """Country of phone numbers without a country code."""


class Seen(Frozen):
    """What one kind in the file is, tried out: nothing of it was kept."""

    kind: Kind
    understood: tuple[Understood, ...]
    not_used: tuple[str, ...]
    rows: int
    new: int
    known: int
    could_not: int
    """Rows that could not be read."""
    reasons: tuple[tuple[str, int], ...]
    values_left: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]
    said_yes: int = 0
    said_no: int = 0
    """To marketing mail."""
    channels: tuple[tuple[ConsentPurpose, int, int], ...] = ()
    """What each channel was told: people who said yes, and no."""
    sources: tuple[tuple[str, int], ...] = ()
    """Where those who said yes did so, and how many."""
    wordings: tuple[str, ...] = ()


class Problem(Frozen):
    """Why it cannot be read as it is: a question to the person, or a refusal."""

    code: str
    what: str
    next_step: str


class Upload(Frozen):
    """One file that somebody gave."""

    id: str
    name: str
    bytes: int
    sha256: str
    person_id: str
    at: datetime
    status: Status = "reading"
    suffix: str = ".csv"
    system: str = ""
    """The known system's export that it is, in words; empty: none that we know."""
    kinds: tuple[Kind, ...] = ()
    columns: tuple[str, ...] = ()
    chosen: Chosen | None = None
    seen: tuple[Seen, ...] = ()
    problem: Problem | None = None
    rows_done: int = 0


class Uploads:
    """The uploads of one workspace. Raises Refused unknown for an id that is none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    # --- taking in ---------------------------------------------------------------------------

    def take(self, file: IO[bytes], name: str, person_id: str) -> Upload:
        """Write a file that is being given to the disk, unpacked. Raises WrongUsage: ``too_large``,
        ``empty_file``, ``no_table``, ``unreadable_file``."""
        self._forget_old()
        upload_id = new_id()
        place = self.folder / upload_id
        place.mkdir(parents=True, mode=0o700)
        shown = shown_name(name)
        try:
            raw = place / "given"
            size, digest = _copy(chunks(file), raw, MOST_BYTES, shown)
            suffix = _unpacked(raw, place / "data", shown)
            return self.write(
                Upload(
                    id=upload_id,
                    name=shown,
                    bytes=size,
                    sha256=digest,
                    person_id=person_id,
                    at=datetime.now(UTC),
                    suffix=suffix,
                )
            )
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise

    # --- reading and writing -----------------------------------------------------------------

    def get(self, upload_id: str) -> Upload:
        if not re.fullmatch(r"[0-9a-f-]{36}", upload_id):
            raise _unknown(upload_id)
        try:
            text = (self.folder / upload_id / "upload.json").read_text("utf-8")
            return Upload.model_validate_json(text)
        except (FileNotFoundError, ValidationError) as error:
            raise _unknown(upload_id) from error

    def all(self) -> list[Upload]:
        """The latest first."""
        found = []
        for place in self.folder.glob("*/upload.json"):
            try:
                found.append(Upload.model_validate_json(place.read_text("utf-8")))
            except (ValidationError, FileNotFoundError):
                continue
        return sorted(found, key=lambda u: u.id, reverse=True)

    def write(self, upload: Upload) -> Upload:
        place = self.folder / upload.id
        part = place / f"upload.json.{os.getpid()}.part"
        part.write_text(upload.model_dump_json(), "utf-8")
        part.replace(place / "upload.json")
        return upload

    def path(self, upload: Upload) -> Path:
        """The file itself; it is gone once it was kept."""
        return self.folder / upload.id / f"data{upload.suffix}"

    def lock(self, upload: Upload) -> FileLock:
        """Held by whoever reads or keeps it. A status of ``reading`` or ``keeping`` without it is
        that of a process that ended in between."""
        return FileLock(self.folder / upload.id / "lock", timeout=0)

    def is_worked_on(self, upload: Upload) -> bool:
        lock = self.lock(upload)
        try:
            with lock:
                return False
        except Timeout:
            return True

    def drop(self, upload: Upload) -> None:
        """Remove it and all that is known of it."""
        shutil.rmtree(self.folder / upload.id, ignore_errors=True)

    def kept(self, upload: Upload) -> Upload:
        """It is in the data now: remove the file, which holds personal data."""
        self.path(upload).unlink(missing_ok=True)
        return self.write(upload.model_copy(update={"status": "kept", "problem": None}))

    def _forget_old(self) -> None:
        for upload in self.all():
            old = datetime.now(UTC) - upload.at > KEPT_FOR
            if old and upload.status != "kept" and not self.is_worked_on(upload):
                self.drop(upload)


def shown_name(name: str) -> str:
    """What its giver called it, as text of one line."""
    last = re.split(r"[\\/]", name)[-1]
    return "".join(c for c in last if c.isprintable()).strip()[:120] or "a file without a name"


def _copy(chunks: Iterable[bytes], to: Path, most: int, name: str) -> tuple[int, str]:
    """Write chunks as they come; bytes and hash. Never more than ``most``."""
    size, digest = 0, hashlib.sha256()
    descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        for chunk in chunks:
            size += len(chunk)
            if size > most:
                raise too_large(name)
            digest.update(chunk)
            out.write(chunk)
    if not size:
        raise WrongUsage(
            "empty_file",
            "The file is empty.",
            thing=name,
            next_step="Export it again, and look at its size before giving it here.",
        )
    return size, digest.hexdigest()


def too_large(name: str = "") -> WrongUsage:
    return WrongUsage(
        "too_large",
        f"The file is larger than {MOST_BYTES // 1024**2} MB"
        + f" (or {MOST_UNPACKED // 1024**3} GB unpacked).",
        thing=name,
        next_step="Export a shorter time, or import it on the server: mainspring import KIND FILE.",
    )


def _unpacked(given: Path, base: Path, name: str) -> str:
    """Put the table itself beside ``base``, unpacked; its ending, by its first bytes."""
    if is_packed(given):
        packed = given.with_name("packed")
        given.rename(packed)
        try:
            with unpacking(packed, name) as content:
                _copy(content, given, MOST_UNPACKED, name)
        finally:
            packed.unlink(missing_ok=True)
    suffix = _suffix(_start(given), name)
    given.rename(base.with_name(f"{base.name}{suffix}"))
    return suffix


def _suffix(start: bytes, name: str) -> str:
    """What the content is, whatever the name says."""
    for mark, what in _NO_TABLE:
        if start.lstrip().lower().startswith(mark.lower()):
            raise no_table(what, name)
    if start.startswith(b"PAR1"):
        return ".parquet"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ".csv"
    if b"\x00" in start:
        raise no_table("no text", name)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        return ".jsonl"
    if text.startswith(b"["):
        raise no_table(
            "one JSON list", name, "Write it as JSONL, one object a line: jq -c '.[]' FILE."
        )
    return ".csv"


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)


def _unknown(upload_id: str) -> Refused:
    return Refused(
        "unknown",
        "This file is not here any more.",
        thing=upload_id[:40],
        next_step="Give it again; files that nobody decided on are removed after a week.",
    )
