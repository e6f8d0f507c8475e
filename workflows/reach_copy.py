"""What counting over everybody need not read or reckon each time: who agreed to mails, and the
hash of each address that was looked up among the suppressed ones.

Who agreed is read from the ledger anew once its journal tells of an answer, of an erasure or of who
is who since then, and once a yes that was dated ahead begins to count; a hash follows from its
address alone. Suppressions, complaints and whom nobody contacts are read each time. What a send
rests on is read in its own transaction, never here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from threading import Lock

import pyarrow as pa
import pyarrow.compute as pc

from domain.customer import PURPOSE_OF
from ledger import journal, permissions, suppression
from ledger.database import Transaction

_CHANGES = ("consents_recorded", "unsubscribed", "subject_erased", "same_people_said")
"""Rows of the journal after which somebody else may have agreed."""
_HASH = pa.binary(32)


@dataclass(frozen=True)
class _Agreed:
    customer_ids: pa.Array
    mark: journal.Mark
    since: datetime
    until: datetime | None

    def stands(self, tx: Transaction) -> bool:
        if tx.now < self.since or (self.until is not None and tx.now >= self.until):
            return False
        return journal.kinds_since(tx, self.mark, _CHANGES) == set()


class ReachCopy:
    """Of one ledger; safe for any number of threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._agreed: _Agreed | None = None
        self._addresses = pa.array([], pa.string())
        self._hashes = pa.array([], _HASH)

    def agreed(self, tx: Transaction) -> pa.Array:
        """The ids of everybody who may be counted as having agreed to mails."""
        with self._lock:
            known = self._agreed
            if known is None or not known.stands(tx):
                purpose = PURPOSE_OF["email"]
                known = self._agreed = _Agreed(
                    pa.array(permissions.agreed(tx, purpose), pa.string()),
                    journal.mark(tx),
                    tx.now,
                    permissions.next_yes(tx, purpose),
                )
                # Somebody may have been erased, and their address is among these.
                self._addresses, self._hashes = self._addresses[:0], self._hashes[:0]
            return known.customer_ids

    def suppressed(self, tx: Transaction, addresses: pa.Array, key: bytes) -> pa.Array:
        """Whether each of these addresses must not be mailed."""
        barred = pa.array(map(bytes.fromhex, suppression.every_hash(tx)), _HASH)
        if not len(barred):
            return pa.repeat(pa.scalar(False), len(addresses))
        with self._lock:
            missing = pc.unique(
                addresses.filter(pc.invert(pc.is_in(addresses, value_set=self._addresses)))
            )
            if len(missing):
                made = [
                    bytes.fromhex(suppression.address_hash(a, key)) for a in missing.to_pylist()
                ]
                self._addresses = pa.concat_arrays([self._addresses, missing])
                self._hashes = pa.concat_arrays([self._hashes, pa.array(made, _HASH)])
            at = pc.index_in(addresses, value_set=self._addresses)
            return pc.is_in(self._hashes.take(at), value_set=barred)
