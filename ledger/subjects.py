"""Pseudonyms: what stands for a person in snapshots, sends and the journal.

A pseudonym is a hash of the customer's id and a salt of their own. Once the salt is deleted,
nothing in the ledger leads back to the person, and no row has to change.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

import sqlalchemy as sa

from domain.customer import Suppression
from ledger import erasures, journal, same_people, suppression
from ledger import tables as t
from ledger.database import Transaction, in_chunks, insert_new, wipe_log
from ledger.people import Person, require_now

_c = t.subjects.c


def pseudonyms(tx: Transaction, customer_ids: Iterable[str]) -> dict[str, str]:
    """Customer id → pseudonym; who has none yet is given one (needs a write transaction).

    Who was erased gets one that leads to nobody and is kept nowhere: a process that read their id
    just before brings it back by nothing that it writes.
    """
    wanted = sorted(set(customer_ids))
    found = known(tx, wanted)
    missing = [one for one in wanted if one not in found]
    gone: set[str] = set()
    if missing and tx.erased_key is not None:
        gone = erasures.among(tx, missing, tx.erased_key())
    rows = []
    for customer_id in missing:
        if customer_id in gone:
            found[customer_id] = secrets.token_hex(16)
        else:
            salt = secrets.token_hex(16)
            digest = hashlib.sha256(f"{salt}|{customer_id}".encode()).hexdigest()
            rows.append({"customer_id": customer_id, "salt": salt, "pseudonym": digest[:32]})
    if rows:
        insert_new(tx, t.subjects, rows)
        found |= {row["customer_id"]: row["pseudonym"] for row in rows}
    return found


def known(tx: Transaction, customer_ids: Iterable[str]) -> dict[str, str]:
    """Customer id → pseudonym of those who have one."""
    found: dict[str, str] = {}
    for some in in_chunks(sorted(set(customer_ids))):
        query = sa.select(_c.customer_id, _c.pseudonym).where(_c.customer_id.in_(some))
        found.update((row[0], row[1]) for row in tx.connection.execute(query))
    return found


def customer_ids(tx: Transaction, pseudonyms: Iterable[str]) -> dict[str, str]:
    """Pseudonym → customer id; those erased are left out of the answer."""
    found: dict[str, str] = {}
    for some in in_chunks(sorted(set(pseudonyms))):
        query = sa.select(_c.pseudonym, _c.customer_id).where(_c.pseudonym.in_(some))
        found.update((row[0], row[1]) for row in tx.connection.execute(query))
    return found


def erase(
    tx: Transaction,
    customer_id: str,
    person: Person,
    *,
    addresses: Iterable[str] = (),
    key: bytes = b"",
) -> bool:
    """Forget a person, under all ids that are known to be theirs. False where they were not known.
    Needs the right to administer.

    Salt, consents and whatever else leads back are deleted, and messages that still wait for
    them are dropped. Their ``addresses`` stay suppressed, as hashes under ``key``, so that a
    later import of the same person is never mailed.
    """
    person = require_now(tx, person, "administer")
    addresses = [address for address in addresses if address]
    if addresses:
        marks = [Suppression(address=a, reason="erased", at=tx.now) for a in addresses]
        suppression.add(tx, marks, key)
    pseudonym = known(tx, [customer_id]).get(customer_id)
    if pseudonym is None:
        return False
    for one in same_people.forget(tx, [pseudonym]):
        _forget(tx, one, person)
    wipe_log(tx)
    return True


def _forget(tx: Transaction, pseudonym: str, person: Person) -> None:
    tx.connection.execute(sa.delete(t.subjects).where(_c.pseudonym == pseudonym))
    for table in (t.consents, t.complaints, t.no_contact):
        tx.connection.execute(sa.delete(table).where(table.c.pseudonym == pseudonym))
    mine = t.sends.c.pseudonym == pseudonym
    tx.connection.execute(sa.update(t.sends).where(mine).values(address_hash=None))
    tx.connection.execute(
        sa.update(t.sends)
        .where(mine, t.sends.c.state.in_(("scheduled", "claimed")))
        .values(state="left_out", reason="erased", lease_owner=None, lease_until=None)
    )
    journal.append(tx, "subject_erased", person_id=person.id, thing=pseudonym, data={})
