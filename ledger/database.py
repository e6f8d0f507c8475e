"""The ledger's database: open it, and read or write it in one transaction.

On SQLite a writer begins with ``BEGIN IMMEDIATE``: SQLAlchemy's default begins late and loses
updates of concurrent processes without an error. On PostgreSQL a writer begins by locking the
journal's head, which nearly every writer moves anyway: so writers take turns on both, no two can
wait for each other, and no function of this room needs locks of its own.

Every function of this room takes the transaction first, so that callers compose effects which
stand or fall together.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from domain.clock import Clock
from ledger import tables as t
from ledger.errors import LedgerError
from ledger.migrations import HEAD

BUSY_SECONDS = 30
"""How long a writer waits for another before it gives up."""

_WRITES = "mainspring_writes"
_Item = TypeVar("_Item")
ErasedKey = Callable[[], bytes]
"""The key of the marks by which those who were erased are known again (ledger/erasures.py)."""


@dataclass(frozen=True)
class Transaction:
    """One transaction. ``now`` is business time and ``real_now`` real time, each read once."""

    connection: sa.Connection
    now: datetime
    real_now: datetime
    simulated: bool
    writes: bool
    erased_key: ErasedKey | None = None
    journaled: list[tuple[int, str]] = field(default_factory=list)
    """Number and hash of the journal's rows that were added, in order."""
    before_commit: list[Callable[[], None]] = field(default_factory=list)
    """Called last in the transaction."""
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    """Called once the transaction is durable; not at all where it failed."""

    def lease_end(self, seconds: float) -> datetime:
        """The real moment at which a lease of so many seconds, taken now, runs out."""
        return self.real_now + timedelta(seconds=seconds)


class Mark(Protocol):
    """What remembers, outside the ledger, how far its journal has come."""

    def bump(self, tx: Transaction) -> None:
        """Take note of the journal's end once the transaction is durable."""
        ...


class Ledger:
    """An open ledger. Safe to share between threads; every process opens its own."""

    def __init__(
        self,
        url: str,
        clock: Clock | None = None,
        mark: Mark | None = None,
        erased_key: ErasedKey | None = None,
    ) -> None:
        """``clock`` stands in for the workspace's own; for tests alone. ``mark`` is told of every
        transaction in which the journal grew; ``erased_key`` knows again who was erased."""
        self.url = url
        self._erased_key = erased_key
        self._engine = make_engine(url)
        self._clock = clock
        self._mark = mark
        # One writer a process queues here, fairly, and not in SQLite's sleeping busy handler.
        self._writing = threading.Lock()
        self._writer: int | None = None

    @property
    def clock(self) -> Clock:
        """The workspace's clock, as all its processes see it."""
        return self._clock if self._clock is not None else _LedgerClock(self)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A consistent view; nothing that is written in it is kept."""
        with self._engine.connect() as connection:
            if connection.dialect.name != "sqlite":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin() as begun:
                yield self._transaction(connection, writes=False)
                begun.rollback()

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """All or nothing. Raises LedgerError busy where other processes hold it for too long."""
        if self._writer == threading.get_ident():
            raise RuntimeError("a write transaction is already open in this thread")
        with self._writing:
            self._writer = threading.get_ident()
            try:
                with self._engine.connect() as connection:
                    connection = connection.execution_options(**{_WRITES: True})
                    try:
                        begun = connection.begin()
                        if connection.dialect.name != "sqlite":
                            connection.execute(_TAKE_TURNS)
                    except OperationalError as error:
                        raise _busy(self.url, error) from error
                    with begun:
                        transaction = self._transaction(connection, writes=True)
                        yield transaction
                        if self._mark is not None and transaction.journaled:
                            self._mark.bump(transaction)
                        for call in transaction.before_commit:
                            call()
            finally:
                self._writer = None
        for call in transaction.after_commit:
            call()

    def close(self) -> None:
        """Close every pooled connection."""
        self._engine.dispose()

    def _transaction(self, connection: sa.Connection, *, writes: bool) -> Transaction:
        real_now = datetime.now(UTC)
        simulated_at = connection.execute(_READ_CLOCK).scalar_one()
        if self._clock is not None:
            now = self._clock.now()
        else:
            now = simulated_at if simulated_at is not None else real_now
        return Transaction(
            connection=connection,
            now=now,
            real_now=real_now,
            simulated=simulated_at is not None,
            writes=writes,
            erased_key=self._erased_key,
        )


class _LedgerClock:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def now(self) -> datetime:
        with self._ledger.read() as tx:
            return tx.now


_TAKE_TURNS = sa.select(t.journal_head.c.seq).where(t.journal_head.c.id == 1).with_for_update()
_READ_CLOCK = sa.select(t.clock.c.simulated_at).where(t.clock.c.id == 1)


def create(url: str, *, simulated_at: datetime | None = None) -> None:
    """Make the tables and the first rows; a ledger that is there already is upgraded and kept.

    ``simulated_at``: the workspace lives in simulated time, beginning at this moment.
    """
    upgrade(url)
    engine = make_engine(url)
    try:
        with engine.connect() as plain:
            connection = plain.execution_options(**{_WRITES: True})
            with connection.begin():
                now = datetime.now(UTC)
                rows = [{"id": 1, "simulated_at": simulated_at, "created_at": now}]
                _insert_new(connection, t.clock, rows)
                _insert_new(connection, t.journal_head, [{"id": 1, "seq": 0, "hash": ""}])
                first = {"paused": False, "cause": "", "reason": "", "person_id": None}
                first |= {"changed_at": simulated_at or now, "mark_accepted": False}
                _insert_new(connection, t.sending_state, [{"id": 1, **first}])
    finally:
        engine.dispose()


def upgrade(url: str) -> bool:
    """Bring the tables to this program's version. Only one process at a time migrates.

    False where they were there already. Raises LedgerError too_new.
    """
    from ledger.migrations.run import run_migrations  # alembic is needed here alone

    path = sqlite_path(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    engine = make_engine(url)
    try:
        found = _revision(engine)
        if found is not None and found > HEAD:
            raise _too_new(url, found)
        run_migrations(engine)
        return found != HEAD
    finally:
        engine.dispose()


def open_ledger(
    url: str,
    clock: Clock | None = None,
    mark: Mark | None = None,
    erased_key: ErasedKey | None = None,
) -> Ledger:
    """Open a ledger whose tables are this program's. Never migrates.

    Raises LedgerError missing, damaged, needs_upgrade or too_new.
    """
    path = sqlite_path(url)
    if path is not None and not path.is_file():
        raise LedgerError(
            "missing",
            "There is no ledger here.",
            thing=str(path),
            next_step="Make the workspace with `mainspring init`.",
        )
    ledger = Ledger(url, clock, mark, erased_key)
    try:
        found = _revision(ledger._engine)
    except sqlite3.DatabaseError as error:  # raised while the connection is prepared
        ledger.close()
        if _is_damage(error):
            raise _damaged(url, error) from error
        raise
    except LedgerError:
        ledger.close()
        raise
    if found == HEAD:
        return ledger
    ledger.close()
    if found is not None and found > HEAD:
        raise _too_new(url, found)
    raise LedgerError(
        "needs_upgrade",
        f"The ledger's tables (version {found or 'none'}) are older than this program ({HEAD}).",
        thing=url,
        next_step="Back up the workspace and run `mainspring upgrade`.",
    )


def sqlite_path(url: str) -> Path | None:
    """The file of an SQLite ledger; None for other databases."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)


def insert_new(tx: Transaction, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows that are not there yet, by any unique key; the number inserted."""
    return _insert_new(tx.connection, table, rows)


def wipe_log(tx: Transaction) -> None:
    """Once the transaction is durable, empty SQLite's write-ahead log of what it still holds."""
    engine = tx.connection.engine
    if engine.dialect.name != "sqlite":
        return

    def wipe() -> None:
        with contextlib.closing(engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    tx.after_commit.append(wipe)


def write_anew(ledger: Ledger) -> None:
    """Write SQLite's file anew, so that nothing of what was deleted stays in pages that are free
    or half full. Raises LedgerError busy."""
    engine = ledger._engine
    if engine.dialect.name != "sqlite":
        return
    with contextlib.closing(engine.raw_connection()) as connection:
        try:
            connection.cursor().execute("VACUUM")
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            raise LedgerError(
                "busy",
                f"The ledger could not be written anew: {error}.",
                thing=ledger.url,
                next_step="Try again once nothing is being sent.",
            ) from error


def in_chunks(items: Sequence[_Item], size: int = 900) -> Iterator[Sequence[_Item]]:
    """The items in pieces that fit into one statement's parameters."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def make_engine(url: str) -> sa.Engine:
    """An engine with this room's rules about transactions. For the ledger and its migrations."""
    if sa.make_url(url).get_backend_name() != "sqlite":
        waits = f"-c lock_timeout={int(BUSY_SECONDS * 1000)}"
        return sa.create_engine(url, connect_args={"options": waits}, max_overflow=30)
    engine = sa.create_engine(
        url,
        connect_args={
            "isolation_level": None,  # the driver begins nothing by itself
            "timeout": BUSY_SECONDS,
            "check_same_thread": False,
        },
        max_overflow=30,
    )
    sa.event.listen(engine, "connect", _prepare)
    sa.event.listen(engine, "begin", _begin)
    sa.event.listen(engine, "handle_error", _tell_of_damage)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    # FULL: a committed `sending` must outlive a power cut too, or its mail would go out twice.
    connection.execute("PRAGMA synchronous = FULL")
    # What is erased is overwritten, and not only forgotten.
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA temp_store = MEMORY")


def _begin(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _tell_of_damage(context: sa.ExceptionContext) -> None:
    """Say in words what no retry mends, whichever statement meets it."""
    error = context.original_exception
    if isinstance(error, sqlite3.DatabaseError) and _is_damage(error):
        url = context.engine.url.render_as_string() if context.engine is not None else ""
        raise _damaged(url, error) from error


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary of an extended code
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _damaged(url: str, error: sqlite3.DatabaseError) -> LedgerError:
    return LedgerError(
        "damaged",
        f"The ledger's file is damaged: {error}.",
        thing=str(sqlite_path(url) or url),
        next_step="Keep the file as it is, and restore ledger.sqlite from the latest backup; "
        "sending then stays paused until you have checked what went out since.",
    )


def _insert_new(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> int:
    if not rows:
        return 0
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).on_conflict_do_nothing()
    statement = statement.execution_options(preserve_rowcount=True)  # else psycopg's is lost
    return connection.execute(statement, list(rows)).rowcount


def _revision(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(
            sa.text("SELECT version_num FROM alembic_version")
        ).scalar()
        return found


def _too_new(url: str, found: str) -> LedgerError:
    return LedgerError(
        "too_new",
        f"The ledger's tables (version {found}) are newer than this program ({HEAD}).",
        thing=url,
        next_step="Use the newer program, or restore a backup made before the upgrade.",
    )


def _busy(url: str, error: OperationalError) -> LedgerError:
    return LedgerError(
        "busy",
        f"The ledger could not be written within {BUSY_SECONDS} s: {error.orig}.",
        thing=url,
        next_step="Try again; if it stays so, look for a process that hangs.",
    )
