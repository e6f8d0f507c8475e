"""The writer: complete spool files go to the store and the ledger, as imported files do.

One at a time in a workspace, by a file lock, wherever a worker runs. Killed at any moment it
begins again with the same files: the store knows events by their ids, the ledger the files that it
counted, and a file goes away last.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import structlog
from filelock import FileLock, Timeout

from app.importing import keep_found
from app.intake import aside, messages, spool
from app.intake.aside import Aside
from app.intake.messages import MessageError
from app.intake.rows import Row, customer_of, event_of
from app.intake.spool import Spooled
from app.tracking_plan import FOLDER, NOT_PLANNED, Plan, load_plan
from app.workspace import Workspace
from ledger import sources
from ledger.database import Transaction
from ledger.sources import Source, SourceDay
from tools.store import identities
from tools.store.fields import Kind
from tools.store.intake import Intake, read_file
from tools.store.quarantine import Quarantine
from tools.store.readers import as_text
from tools.store.tidying import tidy, untidy
from workflows.identity import STREAM_SETTLES, ask_to_resolve

MOST_BYTES = 16 * 1024 * 1024
"""Of the spool that is written at once."""
WRITER_LOCK = ".writer"
"""In the spool: whoever writes holds it."""
LOOK_SECONDS = 0.5
MOST_NAME = 100
MOST_NAMES = 200
"""Events that are counted by name against the plan, of one source on one day."""
OTHER_NAMES = "(others)"
LONG_AGO = datetime.min.replace(tzinfo=UTC)
MOST_PAUSE_SECONDS = 60.0
MOST_REST_SECONDS = 5.0
MUCH_BYTES = 1024 * 1024
"""So much is written without a rest."""

log = structlog.get_logger("mainspring.intake")


@dataclass
class _Came:
    """What came of one source in the files at hand."""

    source: Source
    folder: Path
    aside: Aside
    received: int = 0
    last_at: datetime = LONG_AGO
    misfits: int = 0
    columns: dict[Kind, dict[str, list[str | None]]] = field(default_factory=dict)
    """The rows for the store, by column; a file of them needs no row of JSON to be read again."""
    found: list[Intake] = field(default_factory=list)
    broken: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """How often which event broke the plan where, and which rule."""

    def add(self, kind: Kind, row: Row | None) -> None:
        if row is None:
            return
        columns = self.columns.setdefault(kind, {name: [] for name in row})
        for name, value in row.items():
            said = value is None or isinstance(value, str)
            columns[name].append(value if said else as_text(value))

    def table(self, kind: Kind) -> pa.Table:
        said = self.columns[kind]
        return pa.table({name: pa.array(values, pa.string()) for name, values in said.items()})


async def write_forever(workspace: Callable[[], Workspace], stop: asyncio.Event) -> None:
    """Take what is complete until ``stop``. A round that fails is logged and tried again after a
    pause that grows; nothing is lost, since files go away last."""
    pause = LOOK_SECONDS
    while not stop.is_set():
        began = time.monotonic()
        try:
            wrote = await asyncio.to_thread(write_complete, workspace())
            pause = LOOK_SECONDS
            if wrote:
                waiting = spool.waiting_bytes(workspace().spool_folder)
                pause = rest(time.monotonic() - began, waiting)
        except Exception as error:
            # Whatever it failed of, the same files are tried again, and the door stays open until
            # the spool is full. Being cancelled is no Exception.
            pause = min(max(pause, LOOK_SECONDS) * 2, MOST_PAUSE_SECONDS)
            log.error("intake_failed", error=str(error), again_in_seconds=pause, exc_info=error)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


def rest(seconds: float, waiting: int) -> float:
    """Seconds between a round that took so long and the next, with so many bytes waiting.

    Whether an event is known is looked up among all that there are, so a round in a large store
    takes long however little came; a trickle must not keep a processor busy for good.
    """
    return 0.0 if waiting > MUCH_BYTES else min(2 * seconds, MOST_REST_SECONDS)


def write_complete(workspace: Workspace) -> bool:
    """Bring what is complete in the spool to where it belongs, the oldest first. False: there is
    nothing, or another process is at it. Raises MainspringError, OSError; then all of it stays."""
    folder = workspace.spool_folder
    if not folder.is_dir():
        return False
    try:
        with FileLock(folder / WRITER_LOCK, timeout=0):
            claimed = spool.claim(folder, MOST_BYTES)
            if claimed is None:
                return False
            _write(workspace, claimed)
            shutil.rmtree(claimed)
            spool.sync_folder(folder)
            if untidy(workspace.store):  # a stream leaves a file a second; the job comes hourly
                tidy(workspace.store)
            return True
    except Timeout:
        return False


def _write(workspace: Workspace, claimed: Path) -> None:
    with workspace.ledger.read() as tx:
        known = {one.id: one for one in sources.list_sources(tx)}
        now = tx.now
    folder = claimed / "quarantine"
    shutil.rmtree(folder, ignore_errors=True)  # of a writer that was killed
    plan, store = load_plan(workspace.folder / FOLDER), workspace.store
    came: dict[str, _Came] = {}
    with ExitStack() as opened:
        for path in sorted(claimed.glob(f"*{spool.SUFFIX}")):
            for request in spool.requests_in(path):
                if request.source not in came:
                    source = known.get(request.source) or _forgotten(request.source)
                    file = Quarantine(folder / source.id / "messages.jsonl", aside.MOST_BYTES)
                    held = Aside(opened.enter_context(file), store.erased)
                    came[source.id] = _Came(source, claimed, held)
                _sort(request, came[request.source], plan)
        for mine in came.values():
            for kind in mine.columns:
                _read(workspace, mine, kind, mine.table(kind), 0, now)
            mine.aside.flush()
    behind = identities.is_behind(workspace.store)
    with workspace.ledger.write() as tx:
        if behind:
            ask_to_resolve(tx, STREAM_SETTLES)
        if sources.take(tx, claimed.name):
            _count(tx, came.values())
            _count_violations(tx, came.values())
        for mine in came.values():
            for intake in mine.found:
                keep_found(tx, workspace, intake)
    for mine in came.values():
        found = sorted(mine.aside.folder.glob("*.jsonl"))
        if found:
            aside.add(aside.today(workspace.quarantine_folder, mine.source.name), found)


def _shown(name: str) -> str:
    """An event's name as lists show it, whatever a sender put into it."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in name[:MOST_NAME])


def _forgotten(source_id: str) -> Source:
    """A source that the ledger does not know: it was restored from before it was made."""
    name = f"forgotten {source_id[-8:]}"
    return Source(id=source_id, name=name, made_by="", made_at=LONG_AGO, closed_at=LONG_AGO)


def _read(
    workspace: Workspace,
    mine: _Came,
    kind: Kind,
    table: pa.Table,
    first: int,
    now: datetime,
) -> None:
    """Read the rows as an import reads its file. What no import has met yet, and the engine fails
    of, is found by halving and set aside, so that one row never holds up the others."""
    path = mine.folder / f"{mine.source.id}-{kind}-{first}-{table.num_rows}.parquet"
    pq.write_table(table, path, compression="none")
    try:
        intake = read_file(
            kind,
            path,
            store=workspace.store,
            quarantine=mine.aside.folder,
            timezone="UTC",
            now=now,
            name=mine.source.name,
            source=mine.source.name,
            region=workspace.settings.data.region or None,
        )
    except (duckdb.DataError, duckdb.ProgrammingError, ValueError) as error:
        if table.num_rows == 1:
            mine.misfits += 1
            why = f"it cannot be read: {str(error).splitlines()[0]}"
            mine.aside.row(first, why, table.to_pylist()[0])
            return
        half = table.num_rows // 2
        _read(workspace, mine, kind, table.slice(0, half), first, now)
        _read(workspace, mine, kind, table.slice(half), first + half, now)
        return
    mine.found.append(intake)


def _count(tx: Transaction, came: Iterable[_Came]) -> None:
    day = tx.real_now.date().isoformat()
    sources.count(
        tx,
        [
            SourceDay(
                source_id=mine.source.id,
                day=day,
                received=mine.received,
                quarantined=mine.misfits + sum(intake.quarantined for intake in mine.found),
                left_out=sum(intake.values_set_aside for intake in mine.found),
                last_at=mine.last_at,
            )
            for mine in came
        ],
    )
    sources.forget_old(tx)


def _count_violations(tx: Transaction, came: Iterable[_Came]) -> None:
    """By event, place and rule; of names that are not planned no more than a page of them."""
    day = tx.real_now.date().isoformat()
    for mine in came:
        named = sources.events_that_violate(tx, mine.source.id, day)
        counted: Counter[tuple[str, str, str, str]] = Counter()
        for (event, path, rule), number in mine.broken.items():
            if rule == NOT_PLANNED and event not in named and len(named) >= MOST_NAMES:
                event = OTHER_NAMES
            named.add(event)
            counted[mine.source.id, event, path, rule] += number
        sources.count_violations(tx, day, counted)


def _sort(request: Spooled, mine: _Came, plan: Plan) -> None:
    """The rows of a request, to those of its source."""
    mine.last_at = max(mine.last_at, request.at)
    try:
        call = messages.CALL_NAMES[request.call]
        said = messages.read(call, request.body, request.at)
    except (MessageError, KeyError) as error:  # taken by a version that judged otherwise
        mine.received += 1
        mine.misfits += 1
        mine.aside.row(0, str(error), request.body)
        return
    mine.received += len(said.messages) + len(said.misfits)
    mine.misfits += len(said.misfits)
    batch = request.body.get("batch")
    for misfit in said.misfits:
        row = batch[misfit.place] if isinstance(batch, list) else request.body
        mine.aside.row(misfit.place, misfit.why, row)
    for message in said.messages:
        if message.call == "track" or plan.covers(message.name):
            for path, rule in plan.broken(message.name, message.properties):
                mine.broken[_shown(message.name), path, rule] += 1
        named = message.message_id or f"{request.id}-{message.place}"
        event_id = f"{mine.source.name}:{named}"
        mine.add("events", event_of(message, event_id, request.at))
        mine.add("customers", customer_of(message))
