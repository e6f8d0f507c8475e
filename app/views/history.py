"""What the history holds of a campaign, in words, and whether the chain is whole."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from app import words
from app.history_words import in_words
from app.views.story import things_of
from domain.frozen import Frozen
from ledger import journal, listing, people, runs
from ledger.database import Ledger, Transaction
from ledger.journal import ChainCheck
from workflows.transactions import read

PAGE = 100


class Line(Frozen):
    seq: int
    at: datetime
    what: str
    who: str
    """Empty: nobody; the work itself wrote it."""
    came_from: str
    thing: str
    reason: str = ""


class HistoryPage(Frozen):
    run_id: str
    title: str
    number: int
    lines: tuple[Line, ...]
    next_page: str = ""


class Checked(Frozen):
    """The whole history's chain, reckoned again."""

    chain: ChainCheck
    head: tuple[int, str]
    at: datetime
    """Business time."""
    real_at: datetime


CHECKED_FOR = timedelta(minutes=10)
"""A check is shown for so long, unless the history grew."""
_verified: dict[str, Checked] = {}
"""The last check of each ledger."""
_checking = threading.Lock()


async def history_page(ledger: Ledger, run_id: str, before: int | None = None) -> HistoryPage:
    """One page of a campaign's history, the newest first. Raises LedgerError unknown."""

    def look(tx: Transaction) -> HistoryPage:
        run = runs.get(tx, run_id)
        things = things_of(tx, run_id)
        names = people.names(tx)
        found = listing.entries_about(tx, things, before=before, limit=PAGE)
        lines = tuple(
            Line(
                seq=entry.seq,
                at=entry.at,
                what=in_words(entry),
                who=names.get(entry.person_id or "", ""),
                came_from=str(entry.data.get("from", "")),
                thing=entry.thing,
                reason=str(entry.data.get("reason", "")),
            )
            for entry in found
        )
        more = len(found) == PAGE
        return HistoryPage(
            run_id=run_id,
            title=words.title(run.goal),
            number=listing.count_entries(tx, things),
            lines=lines,
            next_page=f"/campaigns/{run_id}/history?before={found[-1].seq}" if more else "",
        )

    return await read(ledger, look)


async def chain_check(ledger: Ledger) -> Checked:
    """Reckon the whole chain again; a check just made of the same history is not repeated."""

    def check(tx: Transaction) -> Checked:
        head = journal.head(tx)
        with _checking:
            kept = _verified.get(ledger.url)
            if kept and kept.head == head and tx.real_now - kept.real_at < CHECKED_FOR:
                return kept
            found = Checked(chain=journal.verify(tx), head=head, at=tx.now, real_at=tx.real_now)
            _verified[ledger.url] = found
            return found

    return await read(ledger, check)
