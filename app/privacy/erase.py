"""Erasing a person: from everything that a workspace holds, and proven by a search.

What they can be found by is written down first, so that an erasure that was killed is begun again
and ends complete; that note goes last. The tombstone in the ledger comes before all else: whatever
is imported from then on leaves them out. What was being worked on at that moment is let end, and
looked through after it: it may write what it had read.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import ValidationError

from app.intake.spool import SUFFIX
from app.intake.writer import WRITER_LOCK, write_complete
from app.privacy import files, person
from app.privacy.person import Found
from app.privacy.search import Searched, search
from app.stack import engine
from app.workspace import Workspace
from domain.errors import Refused
from domain.frozen import Frozen
from domain.ids import new_id
from ledger import erasing as ledger_erasing
from ledger import people
from ledger.database import write_anew
from ledger.people import Person
from tools.store import erasing as store_erasing
from tools.store.segments import Store
from tools.store.tables import Tables
from workflows.erasing import black_out_checkpoints
from workflows.identity import alone

NOTES = "erasing"
"""The folder of erasures that have not ended."""
LOCK = ".erasing.lock"
LOCK_SECONDS = 600.0
"""How long an erasure waits for the one before it."""
SPOOL_SECONDS = 10.0
"""So long the spool is waited for; what is left in it after that, the search tells."""
WORK_SECONDS = 60.0
"""So long work on texts that name the person is waited for."""
SEARCHES = 3
"""So often is searched where the person's own device goes on sending meanwhile."""
Tell = Callable[[str], None]


class Erased(Frozen):
    """What was erased, in numbers, and what the search found afterwards."""

    ids: int
    """Customer ids that were the person's."""
    rows: dict[str, int]
    """Rows of the customer data that were removed, or lost their customer, by table."""
    ledger: dict[str, int]
    """Rows of the ledger that were removed or blacked out, by table."""
    checkpoints: int
    files: dict[str, int]
    """What was done to files, by words for it."""
    shared: int
    """Addresses, numbers and devices that are also other customers', and stay."""
    weak: int
    """Ids too short to be searched for in running text."""
    under_way: int
    """Campaigns and conversations that name them and were still being worked on at the end."""
    arriving: int
    """Files of what their devices send meanwhile. It waits for the writer, who leaves it out."""
    searched: Searched

    @property
    def complete(self) -> bool:
        return not self.searched.left and not self.under_way


def erase(workspace: Workspace, asked: str, who: Person, tell: Tell = lambda step: None) -> Erased:
    """Erase the person with this customer id or mail address, under all their ids.

    ``tell`` is called before each step. Needs the right to administer. Raises WrongUsage
    unknown_person, ambiguous_person; Refused busy; LedgerError, CdpError.
    """
    people.require(who, "administer")
    try:
        with FileLock(workspace.folder / LOCK, timeout=LOCK_SECONDS):
            return _erase(workspace, asked, who, tell)
    except Timeout as error:
        raise Refused(
            "busy",
            f"Somebody else has been erased for {LOCK_SECONDS / 60:.0f} minutes.",
            thing=str(workspace.folder),
            next_step="Wait for that to end, then run this again.",
        ) from error


def _erase(workspace: Workspace, asked: str, who: Person, tell: Tell) -> Erased:
    note, found = _found(workspace, asked)
    keep_orders = workspace.settings.privacy.orders == "keep"
    store = Store(workspace.store_folder)
    with alone(store):  # who is looked at meanwhile might be given a pseudonym anew
        tell("ledger")
        found = _note_work(workspace, note, found)
        rows = _ledger(workspace, found, who)
        tell("spool")
        drain_spool(workspace)
        tell("data")
        data = store_erasing.erase(store, found.who, delete_orders=not keep_orders)
    tell("work")
    under_way = _let_end(workspace, found)
    rows += _ledger(workspace, found, who)  # what was written since
    with Tables(store, workspace.ledger.clock.now(), workspace.timezone, engine(workspace)):
        pass  # a copy in a database has followed once it can be asked
    tell("checkpoints")
    checkpoints = black_out_checkpoints(workspace.folder / "checkpoints.sqlite", found.who)
    tell("files")
    uploads = workspace.folder / "imports"
    workspace.spool_folder.mkdir(exist_ok=True, mode=0o700)
    with FileLock(workspace.spool_folder / WRITER_LOCK):  # it adds to files of the quarantine
        done = files.erase(workspace.folder, found, uploads=uploads, without=note.parent)
    tell("search")
    searched, arriving = _search(workspace, found, note)
    erased = Erased(
        ids=len(found.who.customer_ids),
        rows=dict(data),
        ledger=dict(rows),
        checkpoints=checkpoints,
        files=dict(done),
        shared=len(found.shared),
        weak=len(found.weak),
        under_way=under_way,
        arriving=arriving,
        searched=searched,
    )
    tell("history")
    with workspace.ledger.write() as tx:
        numbers = erased.model_dump(exclude={"searched"})
        looked = searched.model_dump(exclude={"left", "unread"})
        places = len(searched.left)
        ledger_erasing.record(tx, who, {**numbers, "searched": looked, "left": places})
    if erased.complete:
        tell("end")
        note.unlink()
    return erased


def unfinished(workspace: Workspace) -> int:
    """Erasures that were begun and have not ended."""
    return sum(1 for _ in _notes(workspace))


def _search(workspace: Workspace, found: Found, note: Path) -> tuple[Searched, int]:
    """What is left, and in how many files of the spool lies what came while it was searched."""
    searched = search(workspace.folder, found, without=[note])
    for _ in range(SEARCHES - 1):
        if not _in_spool(searched):
            return searched, 0
        if not drain_spool(workspace):
            break
        searched = search(workspace.folder, found, without=[note])
    else:
        arriving = _in_spool(searched)
        left = tuple(one for one in searched.left if one.file not in arriving)
        return searched.model_copy(update={"left": left}), len(arriving)
    return searched, 0


def _in_spool(searched: Searched) -> set[str]:
    return {one.file for one in searched.left if Path(one.file).parts[0] == "spool"}


def drain_spool(workspace: Workspace) -> bool:
    """Let what came over HTTP so far and is not in the data yet go there, without the person.
    False: some of it still waits."""
    came = {path.name for path in workspace.spool_folder.glob(f"**/*{SUFFIX}")}
    until = time.monotonic() + SPOOL_SECONDS
    while time.monotonic() < until:
        if came.isdisjoint(path.name for path in workspace.spool_folder.glob(f"**/*{SUFFIX}")):
            return True
        if not write_complete(workspace):
            time.sleep(0.2)  # a process holds its file for a second, or another writer is at it
    return False


def _note_work(workspace: Workspace, note: Path, found: Found) -> Found:
    """Also whom it is about: once the texts are blacked out, nothing tells which they were."""
    with workspace.ledger.read() as tx:
        named = ledger_erasing.worked_on(tx, ledger_erasing.naming(tx, found.who))
    return _write(note, found.and_more(Found(named_in=named)))


def _let_end(workspace: Workspace, found: Found) -> int:
    """Wait for work on texts that named the person; how much of it goes on."""
    until = time.monotonic() + WORK_SECONDS
    while True:
        with workspace.ledger.read() as tx:
            number = ledger_erasing.under_way(tx, found.named_in)
        if not number or time.monotonic() > until:
            return number
        time.sleep(0.2)


def _found(workspace: Workspace, asked: str) -> tuple[Path, Found]:
    """The note of this erasure, begun before or now, and whom it is about."""
    for part in (workspace.folder / NOTES).glob("*.part"):
        part.unlink()  # of one that was killed before it began
    found = person.find(workspace, asked)
    for path, noted in _notes(workspace):
        mine = {*noted.who.customer_ids, *noted.who.addresses}
        if mine & {asked, asked.strip().lower(), *found.who.customer_ids}:
            return path, _write(path, noted.and_more(found))
    if not person.is_known(workspace, found.who) and not search(workspace.folder, found).left:
        raise person.unknown(asked)
    path = workspace.folder / NOTES / f"{new_id()}.json"
    path.parent.mkdir(exist_ok=True, mode=0o700)
    return path, _write(path, found)


def _ledger(workspace: Workspace, found: Found, who: Person) -> Counter[str]:
    with workspace.ledger.read() as tx:
        naming = ledger_erasing.naming(tx, found.who)
    numbers = [phone.e164 for phone in found.who.phones]
    with workspace.ledger.write() as tx:
        changed = ledger_erasing.erase(
            tx,
            found.who,
            who,
            addresses=(*found.who.addresses, *numbers),
            key=workspace.secrets.suppression_key,
            rows=naming,
        )
    write_anew(workspace.ledger)
    return changed


def _notes(workspace: Workspace) -> Iterator[tuple[Path, Found]]:
    for path in sorted((workspace.folder / NOTES).glob("*.json")):
        try:
            yield path, Found.model_validate_json(path.read_text("utf-8"))
        except (ValidationError, FileNotFoundError):
            continue  # killed while it was begun: nothing was erased by it


def _write(path: Path, found: Found) -> Found:
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(found.model_dump_json())
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return found
