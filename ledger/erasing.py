"""Erasing a person from the ledger: what leads to them is deleted, texts that name them are
blacked out. The journal is left as it is; it holds pseudonyms, which then lead nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from domain.identifiers import Identifiers, texts_of
from ledger import erasures, journal, runs, subjects, suppression
from ledger import tables as t
from ledger.columns import CanonicalJson
from ledger.database import Transaction, in_chunks, wipe_log
from ledger.people import Person, require_now

NOT_SEARCHED = {
    "journal", "journal_head", "people", "tokens", "passwords", "sessions", "sign_in_links",
    "sign_in_failures", "subjects", "suppressions", "erasures",
}  # fmt: skip
"""The history, which must stay as it is; those who work here; and what holds hashes alone."""
_RUN_OF = {
    "runs": t.runs.c.id,
    "approvals": t.approvals.c.run_id,
    "publications": t.publications.c.run_id,
}
NAMED_BY = ("violations", "requests", "webhook_deliveries", "webhook_refusals")
"""Tables whose very keys are what somebody sent: a row whose key names the person goes."""
_PAGE = 2000


@dataclass(frozen=True)
class Naming:
    """A row whose text names the person."""

    table: sa.Table
    key: dict[str, Any]
    said: dict[str, Any]
    """The columns that do."""
    blacked_out: dict[str, Any]
    """Empty: the row goes."""
    run_id: str = ""
    """The campaign whose goal, brief or mail it is."""


def naming(tx: Transaction, who: Identifiers) -> list[Naming]:
    """Every row with a text in which the person can be found, and how it reads without them."""
    return [
        found
        for table in t.metadata.sorted_tables
        if table.name not in NOT_SEARCHED
        for found in _naming(tx, table, who)
    ]


def erase(
    tx: Transaction,
    who: Identifiers,
    person: Person,
    *,
    addresses: Iterable[str],
    key: bytes,
    rows: Sequence[Naming],
) -> Counter[str]:
    """Forget a person under all their ids, and black out ``rows``; how many rows of which table.
    A campaign under way whose text names them is cancelled.

    ``addresses``: mail addresses and phone numbers that stay suppressed, as hashes. Needs the
    right to administer.
    """
    person = require_now(tx, person, "administer")
    changed: Counter[str] = Counter()
    erasures.mark(tx, (*who.customer_ids, *who.devices), key)
    kept = [address for address in addresses if address]
    for customer_id in who.customer_ids:
        changed["subjects"] += subjects.erase(tx, customer_id, person, addresses=kept, key=key)
    if not who.customer_ids:
        suppression.add_hashes(tx, [suppression.address_hash(a, key) for a in kept], "erased")
    for row in rows:
        where = sa.and_(*(row.table.c[name] == value for name, value in row.key.items()))
        query: sa.Update | sa.Delete = sa.delete(row.table).where(where)
        if row.blacked_out:
            query = sa.update(row.table).where(where).values(**row.blacked_out)
        changed[row.table.name] += tx.connection.execute(query).rowcount
    for run_id in sorted({run_id for row in rows if (run_id := row.run_id)}):
        # Its brief and mail are no longer what anybody said yes to.
        runs.cancel(tx, run_id, person)
    wipe_log(tx)
    return +changed


def worked_on(tx: Transaction, rows: Sequence[Naming]) -> tuple[str, ...]:
    """The campaigns and conversations that these rows belong to, by their ids."""
    turns = [row.key["id"] for row in rows if row.table is t.turns]
    found = {row.run_id for row in rows if row.run_id}
    found |= {row.key["id"] for row in rows if row.table is t.threads}
    for some in in_chunks(turns):
        query = sa.select(t.turns.c.thread_id).where(t.turns.c.id.in_(some))
        found.update(tx.connection.execute(query).scalars())
    return tuple(sorted(found))


def under_way(tx: Transaction, ids: Sequence[str]) -> int:
    """On how much of it somebody is at work just now: what they have read they may write again."""
    j, c = t.jobs.c, t.turns.c
    number = 0
    for some in in_chunks(ids):
        jobs = sa.select(sa.func.count()).where(
            j.lane.in_([f"run:{one}" for one in some]),
            j.state == "running",
            j.lease_until > tx.real_now,
        )
        answers = sa.select(sa.func.count()).where(
            c.thread_id.in_(some), c.status == "running", c.lease_until > tx.real_now
        )
        for query in (jobs, answers):
            number += tx.connection.execute(query).scalar_one()
    return number


def record(tx: Transaction, person: Person, data: dict[str, object]) -> None:
    """Write into the history what was erased: in numbers, without the person."""
    journal.append(tx, "person_erased", person_id=person.id, thing="privacy", data=data)


def _naming(tx: Transaction, table: sa.Table, who: Identifiers) -> Iterator[Naming]:
    keys = list(table.primary_key.columns)
    fixed = {c.name for c in keys} | {c.name for c in table.columns if c.foreign_keys}
    texts = [
        c
        for c in table.columns
        if isinstance(c.type, sa.Text | CanonicalJson) and c.name not in fixed
    ]
    by_key = table.name in NAMED_BY
    if not texts and not by_key:
        return
    of_run = _RUN_OF.get(table.name)
    chosen = [*keys, *texts, *([] if of_run is None else [of_run.label("run")])]
    query = sa.select(*chosen).execution_options(yield_per=_PAGE)
    result = tx.connection.execute(query)
    for row in result.mappings():
        key = {c.name: row[c.name] for c in keys}
        if by_key and any(who.find(one) for one in key.values() if isinstance(one, str)):
            yield Naming(table, key, key, {})
            continue
        values = {c.name: row[c.name] for c in texts if row[c.name]}
        if not any(who.find(text) for value in values.values() for text in texts_of(value)):
            continue
        # Whoever is named in one column is meant by their last name in another.
        blacked = {name: who.black_out_json(value, named=True) for name, value in values.items()}
        changed = {name: value for name, value in blacked.items() if value != values[name]}
        said = {name: values[name] for name in changed}
        yield Naming(table, key, said, changed, row["run"] if of_run is not None else "")
