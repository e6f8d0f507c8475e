"""Addresses that must not be mailed, kept as keyed hashes: nobody can read them here."""

from __future__ import annotations

import contextlib
import hmac
import unicodedata
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from domain.customer import Suppression, SuppressionReason
from ledger import journal
from ledger import tables as t
from ledger.database import Transaction, in_chunks, insert_new
from ledger.errors import LedgerError

_c = t.suppressions.c
_REASONS = sa.select(_c.address_hash, _c.reason).where(
    _c.address_hash.in_(sa.bindparam("hashes", expanding=True))
)


def add(tx: Transaction, suppressions: Iterable[Suppression], key: bytes) -> int:
    """Suppress addresses from now on; the number that was new."""
    rows = [
        {"address_hash": address_hash(s.address, key), "reason": s.reason, "at": s.at}
        for s in suppressions
    ]
    new = insert_new(tx, t.suppressions, rows)
    if new:
        journal.append(
            tx, "addresses_suppressed", person_id=None, thing="suppressions", data={"new": new}
        )
    return new


def add_hashes(tx: Transaction, hashes: Iterable[str], reason: SuppressionReason) -> int:
    """The same for addresses of which only the hash is known; the number that was new."""
    rows = [{"address_hash": h, "reason": reason, "at": tx.now} for h in dict.fromkeys(hashes)]
    new = insert_new(tx, t.suppressions, rows)
    if new:
        journal.append(
            tx, "addresses_suppressed", person_id=None, thing="suppressions", data={"new": new}
        )
    return new


def lift(tx: Transaction, hashes: Iterable[str]) -> int:
    """Take back what its owner asked for themself: only "unsubscribed" is lifted, never what a
    mailbox, a complaint, an import or an erasure said. How many it was."""
    lifted = 0
    for some in in_chunks(list(dict.fromkeys(hashes))):
        wanted = sa.and_(_c.address_hash.in_(some), _c.reason == "unsubscribed")
        lifted += tx.connection.execute(sa.delete(t.suppressions).where(wanted)).rowcount
    if lifted:
        data = {"lifted": lifted}
        journal.append(tx, "suppression_lifted", person_id=None, thing="suppressions", data=data)
    return lifted


def suppressed(tx: Transaction, addresses: Iterable[str], key: bytes) -> set[str]:
    """Those of the addresses, as they were handed in, that must not be mailed."""
    by_hash: dict[str, list[str]] = {}
    for address in addresses:
        by_hash.setdefault(address_hash(address, key), []).append(address)
    return {a for h in reasons(tx, sorted(by_hash)) for a in by_hash[h]}


def every_hash(tx: Transaction) -> set[str]:
    """The hashes of all addresses that must not be mailed, for questions over everybody."""
    return set(tx.connection.execute(sa.select(_c.address_hash)).scalars())


def reasons(tx: Transaction, address_hashes: Sequence[str]) -> dict[str, str]:
    """Address hash → reason, of those suppressed."""
    found: dict[str, str] = {}
    for some in in_chunks(address_hashes):
        given = {"hashes": list(some)}
        found.update((row[0], row[1]) for row in tx.connection.execute(_REASONS, given))
    return found


def address_hash(address: str, key: bytes) -> str:
    """HMAC-SHA256 of the normalised address. Raises LedgerError bad_value without a key."""
    if not key:
        raise LedgerError(
            "bad_value",
            "Addresses are kept as keyed hashes, and the key is missing.",
            next_step="`mainspring doctor` says where the workspace's secrets should lie.",
        )
    return hmac.digest(key, normalised(address).encode(), "sha256").hex()


def normalised(address: str) -> str:
    """The one spelling of an address: no case, no white space, the host in ASCII."""
    if address.isascii():  # as nearly all are: then the rest changes nothing
        return address.strip().lower()
    text = unicodedata.normalize("NFKC", address).strip().casefold()
    local, at, host = text.rpartition("@")
    with contextlib.suppress(UnicodeError):  # no host name that IDNA knows: kept as written
        host = host.encode("idna").decode("ascii")
    return f"{local}{at}{host}"
