"""Immutable Parquet segments, listed in a manifest, committed by write-temp-then-rename.

A reader takes the manifest as it stands and opens the files that it names; no file is ever
changed, so readers need no lock. Segments can be replaced by one that holds their rows, or those
of them that are to stay; the old files are put aside and go away with ``sweep``. Writers hold a
file lock from the look for what is already known to the new manifest.
"""

# ruff: noqa: S608  (statements are made of our own names; what files say enters as tables)

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import gettempdir
from typing import Literal

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from filelock import FileLock, Timeout
from pydantic import ValidationError

from domain.frozen import Frozen
from domain.ids import new_id
from tools.cdp.port import CdpError
from tools.store.manifest import Manifest, Segment
from tools.store.schema import (
    IDENTITY,
    PROFILE_FIELDS,
    RESOLVED,
    SCHEMAS,
    SORTED_BY,
    TABLES,
    TableName,
    complete,
    empty_select,
    one_id_a_person,
    selected,
)

LOCK_SECONDS = 600.0
"""How long an importer waits for the one before it."""
PUT_ASIDE = timedelta(hours=1)
"""How long a file that no manifest names any more is kept, for readers of an older one."""


class Added(Frozen):
    """What one call of ``add`` did."""

    segment: Segment | None
    """None: nothing was new."""
    added: int
    already_known: int


def connect() -> duckdb.DuckDBPyConnection:
    """An engine of its own, in memory, that never fetches an extension and reckons in UTC."""
    engine = duckdb.connect(
        config={
            "autoinstall_known_extensions": False,
            "allow_community_extensions": False,
            # its own folder, made only if it runs out of memory: the default is in the cwd
            "temp_directory": str(Path(gettempdir()) / f"mainspring-{new_id()}"),
        }
    )
    engine.execute("SET TimeZone = 'UTC'")
    engine.execute("SET python_enable_replacements = false")
    # It would be drawn on standard output, amid what --json prints.
    engine.execute("SET enable_progress_bar = false")
    return engine


def literal(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


Erased = Callable[[Iterable[str]], set[str]]
"""Those of these ids and mail addresses that are of people who were erased."""


class Store:
    """The data folder of a workspace. Safe for any number of processes and threads at once.

    Raises CdpError: ``store_damaged`` where the manifest or a file that it names cannot be read,
    ``store_busy`` where another import holds the lock for longer than ten minutes.
    """

    def __init__(
        self,
        folder: Path,
        erased: Erased | None = None,
        erased_orders: Literal["keep", "delete"] = "keep",
    ) -> None:
        """``erased``: who was erased, for whatever is added; None: nobody ever was. Their orders
        are kept without a customer, or left out too."""
        self.folder = folder
        self.erased = erased
        self.erased_orders = erased_orders

    # --- reading -----------------------------------------------------------------------------

    def manifest(self) -> Manifest:
        """The manifest as it stands; empty where nothing was imported."""
        try:
            text = (self.folder / "manifest.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return Manifest()
        try:
            return Manifest.model_validate_json(text)
        except ValidationError as error:
            raise _damaged("manifest.json", "it is not a manifest") from error

    def paths(self, table: TableName, manifest: Manifest | None = None) -> list[Path]:
        """The table's files, each looked at for presence and length."""
        segments = (manifest or self.manifest()).segments
        return [self.path(segment) for segment in segments if segment.table == table]

    def path(self, segment: Segment) -> Path:
        """A segment's file, looked at for presence and length."""
        path = self.folder / segment.file
        try:
            length = path.stat().st_size
        except FileNotFoundError as error:
            raise _damaged(segment.file, "it is missing") from error
        if length != segment.bytes:
            raise _damaged(
                segment.file, f"it has {length:,} bytes and not the {segment.bytes:,} written"
            )
        return path

    def who(self, manifest: Manifest | None = None) -> Path | None:
        """The file that says who is who; None: every id stands for itself."""
        name = (manifest or self.manifest()).resolved
        if not name:
            return None
        path = self.folder / name
        if not path.is_file():
            raise _damaged(name, "it is missing")
        return path

    def persons(self, customer_ids: Sequence[str] | None = None) -> dict[str, str]:
        """Customer id → the one that stands for their person, of these or of all; who stands for
        themselves is not in it."""
        who = self.who()
        if who is None or (customer_ids is not None and not customer_ids):
            return {}
        wanted: list[tuple[str, str, object]] = [("kind", "=", "customer")]
        if customer_ids is not None:
            wanted.append(("value", "in", list(customer_ids)))
        try:
            rows = pq.read_table(who, filters=wanted)
        except (FileNotFoundError, pa.ArrowInvalid) as error:
            raise _damaged(who.name, "it is missing or broken") from error
        values, people = rows.column("value").to_pylist(), rows.column("person").to_pylist()
        return dict(zip(values, people, strict=True))

    def counts(self) -> dict[TableName, int]:
        """Rows written per table (profiles: rows of all imports, not customers)."""
        counts: dict[TableName, int] = dict.fromkeys(TABLES, 0)
        for segment in self.manifest().segments:
            counts[segment.table] += segment.rows
        return counts

    def verify(self) -> tuple[str, ...]:
        """Read every file whole; one sentence for each that is not as it was written."""
        wrong = []
        for segment in self.manifest().segments:
            path = self.folder / segment.file
            if not path.is_file():
                wrong.append(f"{segment.file} is missing")
            elif _sha256(path) != segment.sha256:
                wrong.append(f"{segment.file} is not as it was written")
        return tuple(wrong)

    def view(self, table: TableName, manifest: Manifest | None = None) -> str:
        """A SELECT over all segments of a table, with the ids that the sources said.

        Segments of an older version lack columns; the empty part brings them, as nulls.
        """
        paths = self.paths(table, manifest)
        if not paths:
            return empty_select(table)
        files = ", ".join(literal(str(path)) for path in paths)
        return (
            f"{empty_select(table)} UNION ALL BY NAME "
            f"SELECT * FROM read_parquet([{files}], union_by_name = true)"
        )

    def resolved_view(self, table: TableName, manifest: Manifest | None = None) -> str:
        """The same with one customer id a person; a device that a person is known by is theirs."""
        manifest = manifest or self.manifest()
        who = self.who(manifest)
        said = self.view(table, manifest)
        if who is None:
            return said
        return one_id_a_person(table, f"({said})", f"read_parquet({literal(str(who))})")

    # --- writing -----------------------------------------------------------------------------

    def trial(self, folder: Path) -> Store:
        """A store that sees the same rows and keeps what is added in ``folder``: for trying an
        import out."""
        folder.mkdir(parents=True, exist_ok=True)
        manifest = self.manifest()
        seen = tuple(
            segment.model_copy(update={"file": str((self.folder / segment.file).resolve())})
            for segment in manifest.segments
        )
        store = Store(folder, self.erased, self.erased_orders)
        resolved = str((self.folder / manifest.resolved).resolve()) if manifest.resolved else ""
        store._write(Manifest(segments=seen, resolved=resolved))
        return store

    def add(self, table: TableName, rows: pa.Table) -> Added:
        """Commit what is new in ``rows`` as one segment.

        New is: an event, order line or link whose id is not known yet; a profile that says
        anything else than what is known from the same source (a missing field says nothing), so
        that two sources that agree are both kept. All or nothing.
        """
        if set(rows.column_names) - set(SCHEMAS[table].names):
            raise ValueError(f"columns {rows.column_names} do not fit {table}")
        with self._locked(), _readable(table), connect() as engine:
            manifest = self.manifest()
            seq = manifest.next_seq
            # Looked at under the lock: an erasure that began meanwhile finds what is added before
            # it, and what is added after it is without the person.
            engine.register("incoming", self._without_erased(table, complete(table, rows)))
            statement = _new_profiles(seq) if table == "profiles" else _new_rows(table)
            engine.execute(f"CREATE VIEW known AS {self.view(table, manifest)}")
            segment = self._segment(engine, table, seq, statement)
            if segment is None:
                return Added(segment=None, added=0, already_known=rows.num_rows)
            self._name(manifest, (*manifest.segments, segment))
        new = segment.rows
        return Added(segment=segment, added=new, already_known=rows.num_rows - new)

    def _without_erased(self, table: TableName, rows: pa.Table) -> pa.Table:
        if self.erased is None or rows.num_rows == 0:
            return rows
        names = [n for n in ("customer_id", "anonymous_id") if n in rows.column_names]
        gone = self.erased(
            one for n in names for one in rows.column(n).unique().to_pylist() if one is not None
        )
        if not gone:
            return rows
        values = pa.array(sorted(gone), pa.string())
        theirs = pc.fill_null(pc.is_in(rows.column("customer_id"), values), False)
        if table == "orders" and self.erased_orders == "keep":
            place = rows.column_names.index("customer_id")
            nobody = pc.if_else(theirs, None, rows.column("customer_id"))
            return rows.set_column(place, rows.schema.field(place), nobody)
        if "anonymous_id" in names:
            alone = pc.and_(
                pc.is_null(rows.column("customer_id")),
                pc.fill_null(pc.is_in(rows.column("anonymous_id"), values), False),
            )
            theirs = pc.or_(theirs, alone)
        return rows.filter(pc.invert(theirs))

    def replace(
        self,
        old: Sequence[Segment],
        rows: str = "SELECT * FROM old",
        given: Mapping[str, pa.Table] | None = None,
    ) -> Segment | None:
        """Put one segment in the place of several of the same table.

        It holds what the statement ``rows`` selects from the view ``old`` (all rows of those
        segments, with every column) and from the ``given`` tables: all of it to make one file of
        many, ``SELECT * FROM old ANTI JOIN erased USING (customer_id)`` to leave people out. None
        where no row is left. All or nothing; the old files are put aside, and removed by
        ``sweep``. Raises CdpError store_busy where one of them was replaced meanwhile: look at
        the manifest again.
        """
        (table,) = {segment.table for segment in old}
        with self._locked(), _readable(table), connect() as engine:
            manifest = self.manifest()
            gone = [segment.file for segment in old if segment not in manifest.segments]
            if gone:
                raise CdpError(
                    "store_busy",
                    f"{gone[0]} was replaced by another process meanwhile",
                    thing=str(self.folder),
                    next_step="try again",
                )
            for name, table_given in (given or {}).items():
                engine.register(name, table_given)
            view = self.view(table, Manifest(segments=tuple(old)))
            engine.execute(f"CREATE VIEW old AS {view}")
            new = self._segment(engine, table, manifest.next_seq, rows)
            kept = tuple(segment for segment in manifest.segments if segment not in old)
            self._name(manifest, kept if new is None else (*kept, new))
            self._put_aside(segment.file for segment in old)
        return new

    def sweep(self, older: timedelta = PUT_ASIDE) -> int:
        """Remove the files that the manifest no longer names, once they have been put aside for
        so long; how many. With no time at all a reader of an older manifest looks anew."""
        with self._locked():
            old = self.put_aside(older)
            for path in old:
                path.unlink()
        return len(old)

    def put_aside(self, older: timedelta = PUT_ASIDE) -> list[Path]:
        """The files that the manifest no longer names, and has not for so long."""
        manifest = self.manifest()
        named = {manifest.resolved, *(segment.file for segment in manifest.segments)}
        patterns = (f"{kind}-*.parquet" for kind in (*TABLES, "resolved"))
        before = time.time() - older.total_seconds()
        return [
            path
            for pattern in patterns
            for path in self.folder.glob(pattern)
            if path.name not in named and path.stat().st_mtime <= before
        ]

    def _segment(
        self, engine: duckdb.DuckDBPyConnection, table: TableName, seq: int, statement: str
    ) -> Segment | None:
        """The statement's rows as a file in its place, not in the manifest yet; None: no row."""
        name = f"{table}-{seq:06d}.parquet"
        part = self.folder / f"{name}.tmp"
        engine.execute(
            f"COPY (SELECT {selected(table)} FROM ({statement}) ORDER BY {SORTED_BY[table]}) "
            f"TO {literal(str(part))} (FORMAT parquet, COMPRESSION zstd)"
        )
        counted = engine.execute(
            f"SELECT count(*) FROM read_parquet({literal(str(part))})"
        ).fetchone()
        if not counted or counted[0] == 0:
            part.unlink()
            return None
        segment = Segment(
            file=name,
            table=table,
            seq=seq,
            rows=counted[0],
            bytes=part.stat().st_size,
            sha256=_sha256(part),
            added_at=datetime.now(UTC),
        )
        _into_place(part, self.folder / name)
        return segment

    def _put_aside(self, files: Iterable[str]) -> None:
        """Their age is counted from now on."""
        for file in files:
            path = self.folder / file
            if path.parent == self.folder and path.is_file():
                os.utime(path)

    def resolve(self, who: pa.Table) -> None:
        """Say who is who from now on (schema RESOLVED), instead of what was said before."""
        rows = who.cast(RESOLVED)
        with self._locked():
            manifest = self.manifest()
            name = ""
            if rows.num_rows:
                part = self.folder / "resolved.parquet.tmp"
                pq.write_table(rows, part, compression="zstd")
                name = f"resolved-{_sha256(part)[:16]}.parquet"
                _into_place(part, self.folder / name)
            self._write(manifest.model_copy(update={"resolved": name}))
            if manifest.resolved and manifest.resolved != name:
                self._put_aside([manifest.resolved])

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / ".lock", timeout=LOCK_SECONDS)
        try:
            with lock:
                for left_over in self.folder.glob("*.tmp"):
                    left_over.unlink()  # of an importer that was killed
                yield
        except Timeout as error:
            raise CdpError(
                "store_busy",
                f"Another import has held the data folder for {LOCK_SECONDS:.0f} seconds",
                thing=str(self.folder),
                next_step="wait for it to end, then import again: nothing is added twice",
            ) from error

    def _name(self, manifest: Manifest, segments: tuple[Segment, ...]) -> None:
        """The manifest with these segments instead."""
        changed = {"segments": segments, "last_seq": manifest.next_seq}
        self._write(manifest.model_copy(update=changed))

    def _write(self, manifest: Manifest) -> None:
        part = self.folder / "manifest.json.tmp"
        part.write_text(
            json.dumps(manifest.model_dump(mode="json"), indent=1) + "\n", encoding="utf-8"
        )
        _into_place(part, self.folder / "manifest.json")


def _new_rows(table: TableName) -> str:
    key = IDENTITY[table]
    return (
        f"SELECT i.* FROM incoming i ANTI JOIN known USING ({key}) "
        f"QUALIFY row_number() OVER (PARTITION BY {key}) = 1"
    )


def _new_profiles(seq: int) -> str:
    merged = ", ".join(f"arg_max({f}, seq) AS {f}" for f in PROFILE_FIELDS)
    differs = " OR ".join(
        f"(i.{f} IS NOT NULL AND i.{f} IS DISTINCT FROM k.{f})" for f in PROFILE_FIELDS
    )
    return (
        f"SELECT i.* REPLACE ({seq} AS seq) FROM incoming i "
        f"LEFT JOIN (SELECT customer_id, source, {merged} FROM known GROUP BY ALL) k "
        "ON i.customer_id = k.customer_id AND i.source IS NOT DISTINCT FROM k.source "
        f"WHERE k.customer_id IS NULL OR {differs} "
        "QUALIFY row_number() OVER (PARTITION BY i.customer_id, i.source) = 1"
    )


def _into_place(part: Path, final: Path) -> None:
    """Rename, with file and folder on the disk before anybody is told."""
    descriptor = os.open(part, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    part.replace(final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(file: str, why: str) -> CdpError:
    return CdpError(
        "store_damaged",
        f"The data folder is damaged: {why}",
        thing=file,
        next_step="restore the file from a backup, or import the sources into a new data folder",
    )


@contextmanager
def _readable(table: TableName) -> Iterator[None]:
    try:
        yield
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        raise damaged(error, [table]) from error


def damaged(error: Exception, tables: Sequence[str]) -> CdpError:
    """The typed error for a segment that the engine could not read."""
    return _damaged(", ".join(tables), str(error).splitlines()[0])
