"""Who is who in store and ledger: counts see one person, an undo restores what was, and whatever
kills a resolution in the middle, consent is on the safe side."""

from __future__ import annotations

import asyncio
import multiprocessing
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.customer import Consent
from ledger import consent, jobs, journal, people, same_people, subjects
from ledger.database import Ledger, open_ledger
from ledger.people import Person
from tests.identity_world import add_profiles, make_store, plain_resolve, profile
from tests.integration.ledger_world import MONDAY, ledger_url, make_ledger
from tools.cdp.duck import DuckCustomerData
from tools.identity.rules import IdentityRules
from tools.store import identities
from tools.store.identities import Record
from tools.store.segments import Store
from tools.store.tables import Tables
from workflows import identity

RULES = IdentityRules()


def look(ledger: Ledger, store: Store) -> Record:
    return asyncio.run(identity.resolve_identities(ledger, store, RULES, resolve=plain_resolve))


def counted(store: Store) -> list[str]:
    with Tables(store, datetime(2026, 1, 1, tzinfo=UTC), "Europe/Berlin") as tables:
        found = tables.run(tables.customers().order_by("customer_id"))
    return [str(customer) for customer in found.column("customer_id").to_pylist()]


def same(ledger: Ledger) -> dict[str, str]:
    """Customer id → person, as the ledger has it."""
    with ledger.read() as tx:
        pseudonyms = same_people.everybody(tx)
        ids = subjects.customer_ids(tx, [*pseudonyms, *pseudonyms.values()])
    return {ids[p]: ids[person] for p, person in pseudonyms.items()}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return make_ledger(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return make_store(tmp_path / "data")


@pytest.fixture
def owner(ledger: Ledger) -> Person:
    with ledger.write() as tx:
        return people.add(tx, "Lena", "lena@brand.example", "owner")


def test_two_ids_of_one_person_count_as_one_and_an_undo_restores_them(
    ledger: Ledger, store: Store, owner: Person
) -> None:
    assert counted(store) == ["a", "b", "c", "d", "e"]
    before = store.manifest()
    record = look(ledger, store)
    assert counted(store) == ["a", "c", "d", "e"]
    assert same(ledger) == {"a": "a", "b": "a"}
    assert [(s.one, s.other) for s in record.suggestions] == [("c", "d")]

    with ledger.write() as tx:
        apart = identity.decide(tx, "a", "b", "apart", owner)
        together = identity.decide(tx, "d", "c", "same", owner, score=0.8)
        assert identity.waiting(record, [one for _, one in identity.decided(tx)]) == ()
    look(ledger, store)
    assert counted(store) == ["a", "b", "c", "e"]
    assert same(ledger) == {"c": "c", "d": "c"}

    with ledger.write() as tx:
        identity.undo(tx, apart.id, owner)
        identity.undo(tx, together.id, owner)
    look(ledger, store)
    assert same(ledger) == {"a": "a", "b": "a"}
    with ledger.write() as tx:
        identity.decide(tx, "a", "b", "apart", owner)
    look(ledger, store)
    assert same(ledger) == {}
    assert store.manifest() == before  # the rows were never touched
    with ledger.read() as tx:
        assert journal.verify(tx).ok


def test_the_record_explains_and_its_owner_alone_can_read_it(ledger: Ledger, store: Store) -> None:
    assert identities.read_record(store) is None
    assert identities.is_behind(store)
    look(ledger, store)
    record = look(ledger, store)
    assert identities.read_record(store) == record
    assert not identities.is_behind(store)
    (merge,) = identities.merges(store, record, person="a")
    assert merge.customer_id == "b"
    assert "a…n@x.example" in merge.reasons[0].evidence
    files = sorted(store.folder.glob("who-is-who*"))
    assert [path.suffix for path in files] == [".parquet", ".json"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    # Whoever is asked for by one of their other ids is found, with what is known of the person.
    data = DuckCustomerData(store, ledger.clock, "Europe/Berlin", "EUR")
    b, e = asyncio.run(data.contacts(["b", "e"]))
    assert (b.customer_id, b.first_name, b.last_name) == ("b", "Ann", "Smith")
    assert e.customer_id == "e"
    with ledger.read() as tx:
        (_, last) = journal.of_kind(tx, "identity_resolved")
    assert last.data["persons"] == 4
    assert last.data["by_rule"] == {"same_email": 1}


def test_who_is_erased_leaves_the_record(ledger: Ledger, store: Store) -> None:
    look(ledger, store)
    assert not identities.forget(store, {"e"})
    assert identities.forget(store, {"b", "a"})
    assert identities.forget(store, {"d"})
    record = identities.read_record(store)
    assert record is not None
    assert record.suggestions == ()
    assert identities.merges(store, record) == ()
    left = b"".join(path.read_bytes() for path in store.folder.glob("who-is-who*"))
    for customer in (b'"a"', b'"b"', b'"c"', b'"d"'):
        assert customer not in left


class Killed(BaseException):
    """Nothing catches it, as nothing catches a kill."""


@pytest.mark.parametrize("at", ["resolve", "write_record", "sweep"])
@pytest.mark.parametrize("change", ["merge", "split"])
def test_killed_in_the_middle_the_ledger_never_counts_less_than_the_store_joins(
    ledger: Ledger,
    store: Store,
    owner: Person,
    monkeypatch: pytest.MonkeyPatch,
    at: str,
    change: str,
) -> None:
    day = MONDAY - timedelta(days=9)
    answers = [("a", True), ("b", False), ("c", True), ("d", False)]
    with ledger.write() as tx:
        consent.record(
            tx,
            [
                Consent(customer_id=i, purpose="email_marketing", given=yes, at=day, source="shop")
                for i, yes in answers
            ],
        )
    if change == "split":
        look(ledger, store)
        with ledger.write() as tx:
            identity.decide(tx, "a", "b", "apart", owner)
            identity.decide(tx, "c", "d", "same", owner)

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        place = identities if at == "write_record" else Store
        patched.setattr(place, at, killed)
        with pytest.raises(Killed):
            look(ledger, store)

    def mailable() -> set[str]:
        with ledger.read() as tx:
            return consent.agreed(tx, "abcd", "email_marketing")

    # Whoever the store joins with somebody who said no cannot be mailed, whichever state it is in.
    for one, person in store.persons().items():
        assert same(ledger).get(one) == same(ledger).get(person)
        assert not mailable() & {one, person}
    look(ledger, store)
    assert mailable() == ({"c"} if change == "merge" else {"a"})
    assert same(ledger) == ({"a": "a", "b": "a"} if change == "merge" else {"c": "c", "d": "c"})


def _look_often(folder: Path, number: int) -> None:
    ledger, store = open_ledger(ledger_url(folder)), Store(folder / "data")
    for turn in range(2):
        add_profiles(
            store,
            profile(f"{number}-{turn}-x", f"{turn}@z.example"),
            profile(f"{number}-{turn}-y", f"{turn}@z.example"),
        )
        look(ledger, store)
    ledger.close()


def test_two_processes_at_once_end_in_what_one_finds(
    tmp_path: Path, ledger: Ledger, store: Store
) -> None:
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_look_often, args=(tmp_path, number)) for number in (1, 2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert [one.exitcode for one in both] == [0, 0]
    # Each saw what it had brought itself; whoever came last saw all of it.
    found = {one: person for one, person in same(ledger).items() if one != person}
    assert found == store.persons()
    assert len(set(found.values())) == 3  # two addresses of both, and ann's
    look(ledger, store)
    assert store.persons() == found


async def test_after_new_data_one_job_looks_again(ledger: Ledger) -> None:
    with ledger.write() as tx:
        assert identity.ask_to_resolve(tx)
        assert not identity.ask_to_resolve(tx)
        assert not jobs.hurry(tx, "drive_run", tx.now)
        job = jobs.claim(tx, "w")
        assert job is not None
        assert job.kind == "resolve_identities"
        # What comes in while it runs is for another.
        assert identity.ask_to_resolve(tx)
