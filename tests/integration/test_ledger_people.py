"""Who may do what, and who may be written to."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from domain.customer import Suppression
from domain.plan import Cap
from ledger import (
    budgets,
    calls,
    consent,
    people,
    pressure,
    snapshots,
    subjects,
    suppression,
)
from ledger.database import Ledger
from ledger.errors import LedgerError
from ledger.snapshots import Member
from tests.integration.ledger_world import KEY, MONDAY, agree, make_ledger, make_world, raw_bytes


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return make_ledger(tmp_path)


def test_a_token_is_its_persons_and_is_nowhere_in_the_ledger(
    ledger: Ledger, tmp_path: Path
) -> None:
    with ledger.write() as tx:
        ada = people.add(tx, "Ada", "Ada@Halden.test", "owner")
        token = people.issue_token(tx, ada.id)
        assert people.by_token(tx, token) == ada
        with pytest.raises(LedgerError) as refused:
            people.by_token(tx, token + "x")
        assert refused.value.code == "unknown_token"
    ledger.close()
    assert token.encode() not in raw_bytes(tmp_path)
    with ledger.write() as tx:
        assert people.revoke_tokens(tx, ada.id) == 1
        with pytest.raises(LedgerError):
            people.by_token(tx, token)


def test_one_address_is_one_person(ledger: Ledger) -> None:
    with ledger.write() as tx:
        people.add(tx, "Ada", "ada@halden.test", "owner")
        with pytest.raises(LedgerError) as refused:
            people.add(tx, "Ada again", "ADA@halden.test ", "viewer")
    assert refused.value.code == "exists"


def test_a_demo_approver_exists_in_simulated_workspaces_only(tmp_path: Path) -> None:
    real = make_ledger(tmp_path, at=None)
    with pytest.raises(LedgerError) as refused, real.write() as tx:
        people.add(tx, "Demo", "demo@halden.test", "demo_approver")
    assert refused.value.code == "not_simulated"


def test_the_latest_answer_counts_and_a_no_beats_a_yes(ledger: Ledger) -> None:
    day = timedelta(days=1)
    with ledger.write() as tx:
        answers = [
            agree("yes"),
            agree("changed_mind"),
            agree("changed_mind", given=False, at=MONDAY - day),
            agree("came_back", given=False),
            agree("came_back", at=MONDAY - day),
            agree("both"),
            agree("both", given=False),
            agree("not_yet", at=MONDAY + day),
            agree("never", given=False),
        ]
        assert consent.record(tx, answers) == len(answers)
        assert consent.record(tx, reversed(answers)) == 0
        everybody = [a.customer_id for a in answers] + ["unheard"]
        assert consent.agreed(tx, everybody, "email_marketing") == {"yes", "came_back"}
        assert consent.agreed(tx, everybody, "email_tracking") == set()


def test_an_unsubscribe_is_kept_once(ledger: Ledger) -> None:
    with ledger.write() as tx:
        consent.record(tx, [agree("c")])
        who = subjects.pseudonyms(tx, ["c"])["c"]
        assert consent.unsubscribe(tx, who, "campaign", tx.now)
        assert not consent.unsubscribe(tx, who, "campaign", tx.now)
        assert consent.agreed(tx, ["c"], "email_marketing") == set()


def test_suppressed_addresses_are_found_and_not_readable(ledger: Ledger, tmp_path: Path) -> None:
    rows = [Suppression(address="Ada@Example.test", reason="imported", at=MONDAY)]
    with ledger.write() as tx:
        assert suppression.add(tx, rows, KEY) == 1
        assert suppression.add(tx, rows, KEY) == 0
        asked = ["ada@example.test ", "bob@example.test"]
        assert suppression.suppressed(tx, asked, KEY) == {"ada@example.test "}
    ledger.close()
    assert b"xample.test" not in raw_bytes(tmp_path).lower()


def test_a_pseudonym_stays_and_leads_back(ledger: Ledger) -> None:
    with ledger.write() as tx:
        names = subjects.pseudonyms(tx, ["a", "b"])
        assert subjects.pseudonyms(tx, ["b", "c"])["b"] == names["b"]
        assert subjects.customer_ids(tx, names.values()) == {p: c for c, p in names.items()}


def test_the_same_people_are_the_same_snapshot(ledger: Ledger) -> None:
    members = [Member(pseudonym=f"p{n}", timezone="UTC") for n in range(1500)]
    with ledger.write() as tx:
        ref = snapshots.freeze(tx, members)
        assert snapshots.freeze(tx, reversed(members)) == ref
        assert snapshots.members(tx, ref.hash) == sorted(members, key=lambda m: m.pseudonym)
        assert snapshots.approved_members(tx, ref.hash) == snapshots.members(tx, ref.hash)
        other = snapshots.freeze(tx, [*members[1:], Member(pseudonym="p0", timezone="Asia/Tokyo")])
        assert other.hash != ref.hash
        assert snapshots.freeze(tx, []).size == 0


@pytest.mark.parametrize("change", ["DELETE FROM", "UPDATE", "INSERT", "STAGE"])
def test_a_snapshot_that_was_changed_is_approved_by_nobody(ledger: Ledger, change: str) -> None:
    with ledger.write() as tx:
        ref = snapshots.freeze(tx, [Member(pseudonym=f"p{n}", timezone="UTC") for n in range(9)])
        statement = {
            "DELETE FROM": "DELETE FROM snapshot_members WHERE pseudonym = 'p3'",
            "UPDATE": "UPDATE snapshot_members SET pseudonym = 'px' WHERE pseudonym = 'p3'",
            "INSERT": "INSERT INTO snapshot_members SELECT snapshot_hash, 'px', timezone, "
            "'' FROM snapshot_members WHERE pseudonym = 'p3'",
            "STAGE": "UPDATE snapshot_members SET stage = 'new' WHERE pseudonym = 'p3'",
        }[change]
        tx.connection.execute(sa.text(statement))
        with pytest.raises(LedgerError) as caught:
            snapshots.approved_members(tx, ref.hash)
    assert caught.value.code == "stale_content"


def test_pressure_counts_what_is_scheduled_elsewhere(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    everybody = set(world.names.values())
    at = MONDAY + timedelta(days=1)
    with world.read() as tx:
        over = pressure.over_cap(tx, everybody, Cap(most=1, days=7), at)
        assert over == everybody - {world.names["c4"]}  # who is held back gets nothing
        assert pressure.over_cap(tx, everybody, Cap(most=2, days=7), at) == set()
        assert pressure.over_cap(tx, everybody, Cap(most=1, days=1), at) == set()
        mine = pressure.over_cap(tx, everybody, Cap(most=1), at, except_campaign=world.run_id)
        assert mine == set()


def test_a_budget_is_overrun_by_one_call_at_most(ledger: Ledger) -> None:
    with ledger.write() as tx:
        budgets.set_limit(tx, "money", "run", Decimal("0.05"))
        budgets.set_limit(tx, "model_calls", "day", 100)
    for _ in range(3):
        with ledger.write() as tx:
            budgets.check(tx, "money", "run")
            cost = Decimal("0.02")
            calls.record(tx, "run", "write_brief", "h", 1, "m", 100, 10, cost, 1.5, "ok")
    with pytest.raises(LedgerError) as refused, ledger.read() as tx:
        budgets.check(tx, "money", "run")
    assert refused.value.code == "budget_spent"
    with ledger.read() as tx:
        assert budgets.left(tx, "money", "run") == Decimal("-0.01")
        assert budgets.left(tx, "money", "other") == Decimal("0.05")
        assert budgets.left(tx, "model_calls", "run") == 97
        assert budgets.left(tx, "mails", "run") is None
        totals = calls.totals(tx, "run")
    assert (totals.calls, totals.tokens_in, totals.cost) == (3, 300, Decimal("0.06"))


def test_a_limit_is_set_by_who_administers(ledger: Ledger) -> None:
    with ledger.write() as tx:
        bo = people.add(tx, "Bo", "bo@halden.test", "author")
        with pytest.raises(LedgerError):
            budgets.set_limit(tx, "mails", "day", 5, bo)
        budgets.set_limit(tx, "mails", "day", 5)
        budgets.set_limit(tx, "mails", "day", None)
        assert budgets.limit(tx, "mails", "day") is None
