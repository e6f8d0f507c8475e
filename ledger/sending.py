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
from filelock import FileLock

from domain.frozen import Frozen
from ledger import journal
from ledger import tables as t
from ledger.database import Transaction
from ledger.people import Person, require_now

_c = t.sending_state.c
_ROW = _c.id == 1


class Pause(Frozen):
    """Whether anything may go out."""

    paused: bool
    cause: str = ""
    """``person`` or ``restored``."""
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
    """The mark, in a file outside the workspace. Several workers may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = FileLock(path.with_name(path.name + ".lock"), timeout=30)

    def check(self, tx: Transaction) -> bool:
        """Whether this ledger may send; pauses it where it is not the one that was running.

        Call it in a write transaction before every batch that is claimed. Returns False and
        pauses where the journal lacks the marked row, or where the mark is missing though
        messages went out before.
        """
        accepted = tx.connection.execute(sa.select(_c.mark_accepted).where(_ROW)).scalar_one()
        why = "" if accepted else self._why_not(tx)
        if accepted:
            tx.connection.execute(
                sa.update(t.sending_state).where(_ROW).values(mark_accepted=False)
            )
        if why:
            before = status(tx)
            if not before.paused or before.cause != "restored":
                _set(tx, paused=True, cause="restored", reason=why, person_id=None)
                data = {"reason": why}
                journal.append(tx, "sending_paused", person_id=None, thing="sending", data=data)
            return False
        self.bump(tx, replace=bool(accepted))
        return not is_paused(tx)

    def bump(self, tx: Transaction, *, replace: bool = False) -> None:
        """Raise the mark to the journal's last row, once the transaction is durable.

        Call it in the transaction that marks a batch ``sending``: the file is then written after
        its commit and before the first message leaves. A crash between both leaves the ledger
        ahead of the mark, which harms nothing.
        """
        if tx.writes:
            # Read at the end: rows may still be added to this transaction.
            tx.before_commit.append(lambda: self._plan(tx, replace))
        else:
            self._write(*journal.head(tx), replace=replace)

    def _plan(self, tx: Transaction, replace: bool) -> None:
        seq, last = journal.head(tx)
        tx.after_commit.append(lambda: self._write(seq, last, replace=replace))

    def _why_not(self, tx: Transaction) -> str:
        mark = self._read()
        if mark is None:
            sent = sa.select(sa.exists().where(t.sends.c.sending_at.is_not(None)))
            if tx.connection.execute(sent).scalar_one():
                return "The mark beside this workspace is missing though messages went out before."
            return ""
        seq, last = mark
        if journal.hash_at(tx, seq) == last:
            return ""
        return "This workspace was restored from a backup: what went out since is not in it."

    def _read(self) -> tuple[int, str] | None:
        try:
            mark = json.loads(self._path.read_text())
            return int(mark["seq"]), str(mark["hash"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
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


def _set(tx: Transaction, *, paused: bool, cause: str, reason: str, person_id: str | None) -> None:
    tx.connection.execute(
        sa.update(t.sending_state)
        .where(_ROW)
        .values(paused=paused, cause=cause, reason=reason, person_id=person_id, changed_at=tx.now)
    )
