"""Pause all, and the mark that tells a restored backup from the ledger that was running.

A ledger restored from a backup has forgotten what went out since, and who unsubscribed since.
The mark is a small file outside the workspace, and so outside its backup: the number and the
hash of the last journal row that was seen. A ledger that does not hold that row is not the one
that was running, and sends nothing until a person says so.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import sqlalchemy as sa
import structlog
from filelock import FileLock

from domain.frozen import Frozen
from ledger import journal
from ledger import tables as t
from ledger.database import Ledger, Transaction
from ledger.people import Person, require_now

_c = t.sending_state.c
_ROW = _c.id == 1
_log = structlog.get_logger("mainspring.ledger")


class Pause(Frozen):
    """Whether anything may go out."""

    paused: bool
    cause: str = ""
    """``person``, ``restored``, or ``mark``: it cannot be written."""
    reason: str = ""
    person_id: str | None = None


def pause(tx: Transaction, person: Person, reason: str) -> None:
    """Stop all sending within one batch. Needs write."""
    person = require_now(tx, person, "write")
    _set(tx, paused=True, cause="person", reason=reason, person_id=person.id)
    data = {"reason": reason}
    journal.append(tx, "sending_paused", person_id=person.id, thing="sending", data=data)


def resume(tx: Transaction, person: Person) -> None:
    """Let sending go on; after a restored backup too, which the next check then accepts.

    Needs publish.
    """
    person = require_now(tx, person, "publish")
    before = status(tx)
    _set(tx, paused=False, cause="", reason="", person_id=person.id)
    if before.cause == "restored":
        tx.connection.execute(sa.update(t.sending_state).where(_ROW).values(mark_accepted=True))
    data = {"was": before.reason}
    journal.append(tx, "sending_resumed", person_id=person.id, thing="sending", data=data)


def is_paused(tx: Transaction) -> bool:
    """Whether a person, or a restored backup, holds all sending."""
    return bool(tx.connection.execute(sa.select(_c.paused).where(_ROW)).scalar_one())


def status(tx: Transaction) -> Pause:
    """Whether sending is paused, by what and why."""
    query = sa.select(_c.paused, _c.cause, _c.reason, _c.person_id).where(_ROW)
    return Pause.model_validate(dict(tx.connection.execute(query).mappings().one()))


class HighWater:
    """The mark, in a file outside the workspace. Several workers may share it.

    Given to a Ledger, it is raised after every transaction in which the journal grew. Only a
    ledger that holds the marked row raises it, so a restored one cannot hide that it was.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = FileLock(path.with_name(path.name + ".lock"), timeout=30)

    def check(self, tx: Transaction) -> bool:
        """Whether this ledger may send; pauses it where it is not the one that was running.

        Call it first in a write transaction, before every batch that is claimed. Returns False
        and pauses where the mark is missing, where the journal lacks the marked row, and where
        the mark cannot be raised: what goes out could not be told from what a backup forgot.
        """
        accepted = tx.connection.execute(sa.select(_c.mark_accepted).where(_ROW)).scalar_one()
        mark = self._read()
        if not accepted and (why := _why_not(tx, mark)):
            _hold(tx, "restored", why)
            return False
        head = journal.head(tx)
        if mark != head:
            try:
                self._write(*head, replace=bool(accepted))
            except OSError as error:
                _hold(tx, "mark", f"The mark beside this workspace cannot be written: {error}.")
                return False
        if accepted:
            tx.connection.execute(
                sa.update(t.sending_state).where(_ROW).values(mark_accepted=False)
            )
        return not is_paused(tx)

    def why_not(self, ledger: Ledger) -> str:
        """Why the next check would pause this ledger; empty where it would not. Writes nothing."""
        mark = self._read()  # before the ledger, which others may move on meanwhile
        with ledger.read() as tx:
            accepted = tx.connection.execute(sa.select(_c.mark_accepted).where(_ROW)).scalar_one()
            return "" if accepted else _why_not(tx, mark)

    def begin(self, tx: Transaction) -> None:
        """The first mark of a new workspace, once the transaction is durable."""
        self._later(tx, replace=True)

    def begin_unsent(self, tx: Transaction) -> None:
        """The first mark of an older workspace that has none, if nothing ever went out of it."""
        sent = sa.select(sa.exists().where(t.sends.c.sending_at.is_not(None)))
        if self._read() is None and not tx.connection.execute(sent).scalar_one():
            self.begin(tx)

    def bump(self, tx: Transaction) -> None:
        """Raise the mark to the journal's last row, once the transaction is durable.

        A crash before that leaves the ledger ahead of the mark, which harms nothing. A file that
        cannot be written fails no transaction: it is logged, and pauses sending at the next check.
        """
        if not _why_not(tx, self._read()):
            self._later(tx, replace=False)

    def _later(self, tx: Transaction, *, replace: bool) -> None:
        # Read at the end: rows may still be added to this transaction.
        tx.before_commit.append(lambda: self._plan(tx, replace))

    def _plan(self, tx: Transaction, replace: bool) -> None:
        head = tx.journaled[-1] if tx.journaled else journal.head(tx)
        tx.after_commit.append(lambda: self._write_or_log(*head, replace=replace))

    def _write_or_log(self, seq: int, last: str, *, replace: bool) -> None:
        try:
            self._write(seq, last, replace=replace)
        except OSError as error:
            _log.warning("the mark could not be written", path=str(self._path), error=str(error))

    def _read(self) -> tuple[int, str] | None:
        try:
            mark = json.loads(self._path.read_text())
            return int(mark["seq"]), str(mark["hash"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            return -1, "unreadable"  # no journal holds this row, so a person is asked

    def _write(self, seq: int, last: str, *, replace: bool) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock:
            mark = self._read()
            if mark is not None and mark[0] >= seq and not replace:
                return
            beside = self._path.with_name(self._path.name + ".new")
            with beside.open("w") as file:
                json.dump({"seq": seq, "hash": last}, file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)


def _why_not(tx: Transaction, mark: tuple[int, str] | None) -> str:
    """Why a ledger beside this mark is not the one that was running; empty where it is."""
    if mark is None:
        return (
            "The mark beside this workspace is missing, so it may be a restored backup: nobody "
            "can tell what went out since."
        )
    seq, last = mark
    if journal.hash_at(tx, seq) == last:
        return ""
    return "This workspace was restored from a backup: what happened since is not in it."


def _hold(tx: Transaction, cause: str, why: str) -> None:
    """Pause, once, on this program's own account."""
    before = status(tx)
    if before.paused and cause in (before.cause, "mark"):
        return  # a mark that cannot be written is no news to what is paused for another reason
    _set(tx, paused=True, cause=cause, reason=why, person_id=None)
    data = {"reason": why}
    journal.append(tx, "sending_paused", person_id=None, thing="sending", data=data)


def _set(tx: Transaction, *, paused: bool, cause: str, reason: str, person_id: str | None) -> None:
    tx.connection.execute(
        sa.update(t.sending_state)
        .where(_ROW)
        .values(paused=paused, cause=cause, reason=reason, person_id=person_id, changed_at=tx.now)
    )
