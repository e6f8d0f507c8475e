"""The ledger's answers as an Arrow table, for rules that ask who agreed to what.

The copy stays in memory until an answer is added or a person is forgotten, for the ledger is asked
row by row. What a send rests on is read in its own transaction, never here.
"""

from __future__ import annotations

from threading import Lock

import pyarrow as pa

from ledger import consent_copy, journal
from ledger.database import Ledger

_CHANGES = ("consents_recorded", "unsubscribed", "subject_erased")
"""Rows of the journal after which the answers are others."""
_COLUMNS = ("customer_id", "purpose", "given", "at", "by_hand")


class ConsentCopy:
    """Called, it gives the copy; safe for any number of threads."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = Lock()
        self._mark: journal.Mark | None = None
        self._rows = pa.table({})

    def __call__(self) -> pa.Table:
        with self._lock, self._ledger.read() as tx:
            if self._mark is None or journal.kinds_since(tx, self._mark, _CHANGES) != set():
                columns = list(zip(*consent_copy.every_answer(tx), strict=True)) or [()] * 5
                types = (
                    pa.string(),
                    pa.string(),
                    pa.bool_(),
                    pa.timestamp("us", "UTC"),
                    pa.bool_(),
                )
                self._rows = pa.table(
                    [pa.array(values, kind) for values, kind in zip(columns, types, strict=True)],
                    names=_COLUMNS,
                )
                self._mark = journal.mark(tx)
            return self._rows
