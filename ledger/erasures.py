"""Who was erased: keyed hashes of their ids, so that a later import leaves them out.

Nobody can read them here, and nothing else of the person is kept.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

import sqlalchemy as sa

from ledger import tables as t
from ledger.database import Transaction, in_chunks, insert_new

_c = t.erasures.c
_ANY = sa.select(_c.mark).limit(1)
_AMONG = sa.select(_c.mark).where(_c.mark.in_(sa.bindparam("marks", expanding=True)))


def mark(tx: Transaction, ids: Iterable[str], key: bytes) -> int:
    """Leave these customer ids and devices out from now on; how many that was new for."""
    marks = dict.fromkeys(_mark(one, key) for one in ids)
    return insert_new(tx, t.erasures, [{"mark": one, "at": tx.now} for one in marks])


def any_at_all(tx: Transaction) -> bool:
    """Whether anybody ever was."""
    return tx.connection.execute(_ANY).first() is not None


def among(tx: Transaction, ids: Iterable[str], key: bytes) -> set[str]:
    """Those of the ids that were erased. Costs one cheap look where nobody ever was."""
    if not any_at_all(tx):
        return set()
    by_mark = {_mark(one, key): one for one in ids}
    found: set[str] = set()
    for some in in_chunks(list(by_mark)):
        found.update(tx.connection.execute(_AMONG, {"marks": list(some)}).scalars())
    return {by_mark[one] for one in found}


def _mark(identifier: str, key: bytes) -> str:
    return hmac.digest(key, f"erased|{identifier}".encode(), hashlib.sha256).hex()
