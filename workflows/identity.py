"""Who is who, for the whole workspace: customer ids that are one person count as one.

One resolution reads profiles, links and what people decided, and tells three places: the ledger,
where a send checks consent and caps over all ids of a person; the store, by which everybody who
counts sees one customer a person; and the record that explains it (tools/store/identities.py).

Store and ledger cannot be written at once, so a process may be killed between the two. Consent is
safe in every order of events: first the ledger takes everybody for one person who is one before
*or* after, then the store follows, and only then does the ledger let go of who is no longer one. At
no moment does the store mail a person whose other ids the ledger does not count.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from filelock import FileLock, Timeout

from domain.ids import new_id
from ledger import identity_decisions, jobs, journal, people, same_people, subjects
from ledger.database import Ledger, Transaction
from ledger.identity_decisions import IdentityDecision, Verdict
from ledger.people import Person
from tools.cdp.port import CdpError
from tools.identity.port import Decided, Resolution, Resolve, Suggestion
from tools.identity.rules import IdentityRules
from tools.store import identities
from tools.store.identities import Record
from tools.store.segments import Store

SETTLES = timedelta(seconds=30)
"""After new data so long is waited for more of them, in real workspaces."""
STREAM_SETTLES = timedelta(minutes=10)
"""The same where they come in all the time: everybody is looked at each time."""
LOCK_SECONDS = 600.0
"""How long a resolution waits for the one before it."""


async def resolve_identities(
    ledger: Ledger,
    store: Store,
    rules: IdentityRules,
    *,
    person: Person | None = None,
    resolve: Resolve | None = None,
) -> Record:
    """Look at everybody again and say who is who. Doing it twice changes nothing.

    ``person``: who asked for it; None: it was new data. Several at once take turns. Raises CdpError
    store_damaged, store_busy, LedgerError not_allowed.
    """
    return await asyncio.to_thread(_resolve, ledger, store, rules, person, resolve)


def ask_to_resolve(tx: Transaction, after: timedelta = SETTLES) -> bool:
    """Put the job that resolves again, once what comes in has settled; False: one waits already,
    and begins as soon as either was to."""
    due = tx.now if tx.simulated else tx.now + after
    if jobs.hurry(tx, "resolve_identities", due):
        return False
    return jobs.put(tx, f"identity:{new_id()}", "resolve_identities", {}, due)


def decide(
    tx: Transaction,
    one: str,
    other: str,
    verdict: Verdict,
    person: Person,
    *,
    score: float | None = None,
) -> IdentityDecision:
    """Keep what a person decided of two customer ids; a job brings it into effect. Raises
    LedgerError bad_value, not_allowed."""
    people.require(person, "approve")
    names = subjects.pseudonyms(tx, [one, other])
    made = identity_decisions.decide(tx, names[one], names[other], verdict, person, score=score)
    ask_to_resolve(tx)
    return made


def undo(tx: Transaction, decision_id: str, person: Person) -> IdentityDecision:
    """Take a decision back; a job brings it into effect. Raises LedgerError unknown,
    not_allowed."""
    undone = identity_decisions.undo(tx, decision_id, person)
    ask_to_resolve(tx)
    return undone


def decided(tx: Transaction) -> list[tuple[IdentityDecision, Decided]]:
    """The decisions that count, with the customer ids that they are about; of people who were
    erased there are none."""
    found = identity_decisions.standing(tx)
    ids = subjects.customer_ids(tx, [p for one in found for p in (one.one, one.other)])
    known = [one for one in found if one.one in ids and one.other in ids]
    return [(one, _of_ids(ids[one.one], ids[one.other], one.verdict)) for one in known]


def _of_ids(one: str, other: str, verdict: Verdict) -> Decided:
    """The order of pseudonyms is chance; people read the ids in their own."""
    return Decided(one=min(one, other), other=max(one, other), verdict=verdict)


@contextmanager
def alone(store: Store) -> Iterator[None]:
    """Nobody resolves meanwhile: for whoever removes people from the data. Raises CdpError
    store_busy."""
    store.folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(store.folder / ".who-is-who.lock", timeout=LOCK_SECONDS)
    try:
        with lock:
            yield
    except Timeout as error:
        raise CdpError(
            "store_busy",
            f"Another process has been finding out who is who for {LOCK_SECONDS / 60:.0f} minutes",
            thing=str(store.folder),
            next_step="wait for it to end, then run `mainspring identity run` again",
        ) from error


def _resolve(
    ledger: Ledger,
    store: Store,
    rules: IdentityRules,
    person: Person | None,
    resolve: Resolve | None,
) -> Record:
    if resolve is None:
        # It loads what compares names and addresses: nothing that every worker needs.
        from tools.identity import resolve as by_rules_and_likeness

        resolve = by_rules_and_likeness
    with alone(store):
        with ledger.read() as tx:
            if person is not None:
                people.require_now(tx, person, "write")
            verdicts, at = [one for _, one in decided(tx)], tx.now
        known = identities.known(store)
        found = resolve(known.profiles, known.links, verdicts, rules=rules, before=known.before)
        with ledger.write() as tx:
            same = _pseudonyms(tx, found)
            same_people.replace(tx, same_people.joined(same_people.everybody(tx), same))
        store.resolve(identities.resolved_rows(found))
        record = identities.write_record(store, found, at, known.rows)
        with ledger.write() as tx:
            same_people.replace(tx, same)
            data = _counts(record)
            by = person.id if person is not None else None
            journal.append(tx, "identity_resolved", person_id=by, thing="who is who", data=data)
        store.sweep()
    return record


def _pseudonyms(tx: Transaction, found: Resolution) -> dict[str, str]:
    ids = {i for merge in found.merges for i in (merge.customer_id, merge.person)}
    names = subjects.pseudonyms(tx, ids)
    return {names[merge.customer_id]: names[merge.person] for merge in found.merges}


def _counts(record: Record) -> dict[str, object]:
    figures = record.figures
    return {
        "customers": figures.customers,
        "persons": figures.persons,
        "merged": figures.merged,
        "by_rule": dict(figures.by_rule),
        "to_decide": figures.in_band,
        "refused": figures.refused,
        "held": len(record.held),
    }


def waiting(record: Record, known: Sequence[Decided]) -> tuple[Suggestion, ...]:
    """What nobody has decided yet, the likeliest first."""
    done = {frozenset((one.one, one.other)) for one in known}
    return tuple(s for s in record.suggestions if frozenset((s.one, s.other)) not in done)
