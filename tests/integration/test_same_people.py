"""Several customer ids of one person: what a send checks counts over all of them, and a merge taken
back leaves each id with its own answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.customer import Complaint, Consent, ConsentPurpose
from domain.plan import Cap
from ledger import (
    complaints,
    consent,
    identity_decisions,
    journal,
    no_contact,
    people,
    pressure,
    same_people,
    sends,
    subjects,
)
from ledger.database import Ledger, Transaction
from ledger.errors import LedgerError
from tests.integration.ledger_world import KEY, LATE, MONDAY, agree, make_ledger, make_world

PURPOSE: ConsentPurpose = "email_marketing"


def say(tx: Transaction, customer_id: str, given: bool, at: datetime, source: str = "shop") -> None:
    answer = Consent(
        customer_id=customer_id, purpose=PURPOSE, given=given, at=at, source=source, wording=""
    )
    consent.record(tx, [answer], own_hand=source == consent.OWN_HAND)


def merge(tx: Transaction, *customers: str) -> dict[str, str]:
    names = subjects.pseudonyms(tx, customers)
    same_people.replace(tx, {names[c]: names[customers[0]] for c in customers[1:]})
    return names


def test_a_no_under_any_id_stands_until_that_id_or_the_person_says_yes(tmp_path: Path) -> None:
    ledger = make_ledger(tmp_path)
    before = MONDAY - timedelta(days=9)
    day = timedelta(days=1)
    with ledger.write() as tx:
        say(tx, "a", True, before)
        say(tx, "b", False, before)
        merge(tx, "a", "b", "c")
        assert consent.agreed(tx, "abc", PURPOSE) == set()
        # A later yes in a file is of the id that it names, and lifts nothing of another.
        say(tx, "a", True, before + day)
        say(tx, "c", True, before + day)
        assert consent.agreed(tx, "abc", PURPOSE) == set()
        # Nor does one that only says it was given by hand.
        told = Consent(
            customer_id="a",
            purpose=PURPOSE,
            given=True,
            at=before + day,
            source=consent.OWN_HAND,
        )
        consent.record(tx, [told])
        assert consent.agreed(tx, "abc", PURPOSE) == set()
        # By their own hand they speak for themselves, whichever mail led them there.
        say(tx, "a", True, before + 2 * day, source=consent.OWN_HAND)
        assert consent.agreed(tx, "abc", PURPOSE) == {"a", "b", "c"}
        say(tx, "c", False, before + 3 * day)
        assert consent.agreed(tx, "abc", PURPOSE) == set()
        say(tx, "c", True, before + 4 * day)
        assert consent.agreed(tx, "abc", PURPOSE) == {"a", "b", "c"}
        # Told apart again, each has said what it said.
        same_people.replace(tx, {})
        assert consent.agreed(tx, "abc", PURPOSE) == {"a", "c"}


answers = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.booleans(),
        st.integers(0, 6),
        st.sampled_from(["shop", "file", consent.OWN_HAND]),
    ),
    max_size=9,
)


@settings(max_examples=25, deadline=None)
@given(said=answers)
def test_merging_never_makes_anybody_reachable_who_said_no_last(
    said: list[tuple[str, bool, int, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    ledger = make_ledger(tmp_path_factory.mktemp("ledger"))
    before = MONDAY - timedelta(days=9)
    with ledger.write() as tx:
        for who, yes, hour, source in said:
            say(tx, who, yes, before + timedelta(hours=hour), source)
        alone = consent.agreed(tx, "abc", PURPOSE)
        names = merge(tx, "a", "b", "c")
        found = consent.latest(tx, sorted(names.values()), PURPOSE)
        together = consent.agreed(tx, "abc", PURPOSE)
        # One person, one answer; and not without a yes.
        assert together in (set(), {"a", "b", "c"})
        assert {bool(answer) for answer, _ in found.values()} <= {bool(together)}
        if together:
            assert alone
            latest_no = {w: h for w, yes, h, _ in sorted(said, key=lambda s: s[2]) if not yes}
            for who, hour in latest_no.items():
                assert any(
                    yes and h > hour and (w == who or source == consent.OWN_HAND)
                    for w, yes, h, source in said
                ), (who, said)
        same_people.replace(tx, {})
        assert consent.agreed(tx, "abc", PURPOSE) == alone
    ledger.close()


def test_what_holds_one_id_holds_the_person(tmp_path: Path) -> None:
    ledger = make_ledger(tmp_path)
    with ledger.write() as tx:
        names = merge(tx, "a", "b")
        other = subjects.pseudonyms(tx, ["x"])["x"]
        asked = [*names.values(), other]
        case = Complaint(customer_id="b", case_id="17", source="desk", opened_at=tx.now)
        complaints.record(tx, [case])
        no_contact.add(tx, [names["a"]], "asked")
        assert complaints.open_for(tx, asked) == set(names.values())
        assert no_contact.reasons(tx, asked) == dict.fromkeys(names.values(), "asked")


def test_mails_to_any_id_count_for_the_cap(tmp_path: Path) -> None:
    world = make_world(tmp_path, size=4)
    one, other, third, _ = (world.names[c] for c in world.customers[:4])
    with world.write() as tx:
        same_people.replace(tx, {other: one})
        at = tx.now + timedelta(days=1)
        everybody = sorted(world.names.values())
        assert pressure.over_cap(tx, everybody, Cap(most=2, days=7), at) == {one, other}
        assert pressure.over_cap(tx, [one], Cap(most=2, days=7), at) == {one}
        found = pressure.mails(tx, everybody, tx.now - timedelta(days=1), at)
        assert len(found) == 4
        assert len({mail.pseudonym for mail in found}) == 3
        assert third in {mail.pseudonym for mail in found}


def test_one_campaign_writes_to_a_person_once_whatever_their_ids(tmp_path: Path) -> None:
    """The audience was approved before anybody knew that two of it are one."""
    world = make_world(tmp_path, size=4)
    one, other = (world.names[c] for c in world.customers[:2])
    claimed = world.claim()
    with world.write() as tx:
        same_people.replace(tx, {other: one})
    outcomes = {send.pseudonym: world.mark(send) for send in claimed}
    assert sorted((outcomes[one], outcomes[other])) == ["go", "same_person"]
    assert [outcomes[p] for p in outcomes if p not in (one, other)] == ["go", "go"]


def test_in_one_group_of_mails_a_person_is_once_too(tmp_path: Path) -> None:
    world = make_world(tmp_path, size=3)
    one, other = (world.names[c] for c in world.customers[:2])
    with world.write() as tx:
        same_people.replace(tx, {one: other})
    claimed = world.claim()
    with world.write() as tx:
        addresses = {send: world.address(send) for send in claimed}
        outcomes = sends.mark_sending_many(tx, addresses, "w", KEY, LATE)
    assert sorted(outcomes.values()) == ["go", "go", "same_person"]


def test_where_everybody_has_one_id_the_last_check_asks_nothing_more(tmp_path: Path) -> None:
    """It runs before every group of mails: what merging costs is paid by who is merged."""
    world = make_world(tmp_path, size=6)
    with world.write() as tx:
        one, other = (world.names[c] for c in world.customers[:2])
        same_people.replace(tx, {other: one})
    asked: list[str] = []

    def listen(connection: object, cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    def questions(some: list[sends.Send]) -> list[str]:
        asked.clear()
        with world.write() as tx:
            sa.event.listen(tx.connection, "before_cursor_execute", listen)
            addresses = {send: world.address(send) for send in some}
            sends.mark_sending_many(tx, addresses, "w", KEY, LATE)
        return [text for text in asked if text.startswith("SELECT")]

    claimed = world.claim()
    merged = [send for send in claimed if send.pseudonym in (one, other)]
    alone = [send for send in claimed if send.pseudonym not in (one, other)]
    without = questions(alone)
    # Whether anybody has other ids is told by a question that is asked anyway.
    assert len([text for text in without if "same_people" in text]) == 1
    # Of who has: their ids, what bars the other ones, and whether the campaign wrote to those.
    assert len(questions(merged[:1])) <= len(without) + 4


def test_who_unsubscribed_under_one_id_is_not_mailed_under_another(tmp_path: Path) -> None:
    world = make_world(tmp_path, size=2)
    one, other = (world.names[c] for c in world.customers[:2])
    claimed = {send.pseudonym: send for send in world.claim()}
    with world.write() as tx:
        same_people.replace(tx, {other: one})
        consent.unsubscribe(tx, other, "an earlier one", tx.now)
    assert world.mark(claimed[one]) == "unsubscribed"
    with world.write() as tx:
        assert consent.latest_of_id(tx, one, PURPOSE) == (True, "shop, double opt-in")


def test_erasing_a_person_forgets_all_their_ids(tmp_path: Path) -> None:
    ledger = make_ledger(tmp_path)
    with ledger.write() as tx:
        owner = people.add(tx, "Lena", "lena@brand.example", "owner")
        consent.record(tx, [agree(c) for c in "abx"])
        names = merge(tx, "a", "b")
        identity_decisions.decide(tx, names["a"], names["b"], "same", owner)
        assert subjects.erase(tx, "b", owner)
        assert subjects.known(tx, "abx").keys() == {"x"}
        assert same_people.everybody(tx) == {}
        assert identity_decisions.standing(tx) == []
        assert journal.verify(tx).ok


def test_the_latest_decision_that_was_not_undone_counts(tmp_path: Path) -> None:
    ledger: Ledger = make_ledger(tmp_path)
    with ledger.write() as tx:
        owner = people.add(tx, "Lena", "lena@brand.example", "owner")
        author = people.add(tx, "Tom", "tom@brand.example", "author")
        first = identity_decisions.decide(tx, "b", "a", "same", owner, score=0.8)
        assert identity_decisions.decide(tx, "a", "b", "same", owner) == first
        second = identity_decisions.decide(tx, "a", "b", "apart", owner)
        assert [d.verdict for d in identity_decisions.standing(tx)] == ["apart"]
        assert identity_decisions.undo(tx, second.id, owner).undone_at is not None
        assert [d.verdict for d in identity_decisions.about(tx, ["b"])] == ["same"]
        identity_decisions.undo(tx, first.id, owner)
        assert identity_decisions.standing(tx) == []
    with ledger.write() as tx:
        with pytest.raises(LedgerError, match="right"):
            identity_decisions.decide(tx, "a", "b", "same", author)
        with pytest.raises(LedgerError, match="right"):
            identity_decisions.undo(tx, first.id, author)
        with pytest.raises(LedgerError, match="one customer already"):
            identity_decisions.decide(tx, "a", "a", "same", owner)
        with pytest.raises(LedgerError, match="no such decision"):
            identity_decisions.undo(tx, "nothing", owner)


pairs = st.lists(st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")), max_size=6)


@given(one=pairs, other=pairs)
def test_whoever_is_one_by_either_map_is_one_by_both(
    one: list[tuple[str, str]], other: list[tuple[str, str]]
) -> None:
    both = same_people.joined(dict(one), dict(other))
    for a, b in (*dict(one).items(), *dict(other).items()):
        assert both.get(a, a) == both.get(b, b)
    assert all(both[person] == person for person in both.values())
