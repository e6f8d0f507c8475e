"""One decision, by one person with the right, about exactly what they saw."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from ledger import approvals, clock, jobs, journal, people, publications, runs
from ledger.approvals import Approval, Decision
from ledger.database import Ledger, open_ledger
from ledger.errors import LedgerError
from ledger.people import Person, Role
from tests.integration.ledger_world import make_ledger, make_world
from tests.integration.test_ledger_database import EIGHT, together

SHOWN = "hash-of-what-was-shown"


class Desk:
    def __init__(self, folder: Path) -> None:
        self.ledger: Ledger = make_ledger(folder)
        with self.ledger.write() as tx:
            self.owner = people.add(tx, "Ada", "ada@halden.test", "owner")
            self.run_id = runs.start(tx, "Viewings", self.owner.id).id

    def person(self, role: Role) -> Person:
        with self.ledger.write() as tx:
            return people.add(tx, role, f"{role}@halden.test", role)

    def ask(self, content_hash: str = SHOWN, severity: str = "minor") -> Approval:
        with self.ledger.write() as tx:
            findings = [{"rule": "claims.price", "severity": severity}]
            content = {"subject": content_hash}
            return approvals.request(tx, self.run_id, "publish", content, content_hash, findings)

    def decide(
        self,
        approval: Approval,
        decision: Decision = "approve",
        person: Person | None = None,
        content_hash: str = SHOWN,
        author_may_approve: bool = True,
    ) -> Approval:
        with self.ledger.write() as tx:
            return approvals.decide(
                tx,
                approval.id,
                person or self.owner,
                decision,
                content_hash,
                "because",
                {"subject": "new"} if decision == "edit" else None,
                author_may_approve=author_may_approve,
            )

    def refused(self, approval: Approval, **how: object) -> str:
        with pytest.raises(LedgerError) as refused:
            self.decide(approval, **how)  # type: ignore[arg-type]
        assert refused.value.what
        return refused.value.code


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize(
    ("decision", "status"), [("approve", "approved"), ("edit", "edited"), ("reject", "rejected")]
)
def test_a_decision_comes_with_its_job_and_its_journal_entry(
    desk: Desk, decision: Decision, status: str
) -> None:
    approval = desk.decide(desk.ask(), decision)
    assert approval.status == status
    assert approval.decided_by == desk.owner.id
    with desk.ledger.read() as tx:
        keys = [job.key for job in jobs.list_jobs(tx)]
        entry = journal.entries(tx, approval.id)[0]
    assert f"drive:{desk.run_id}:{approval.id}" in keys
    assert entry.person_id == desk.owner.id
    assert entry.kind == f"approval_{status}"


def test_asking_again_for_the_same_is_asking_once(desk: Desk) -> None:
    assert desk.ask() == desk.ask()


def test_other_content_takes_the_place_of_what_waited_and_of_what_was_approved(desk: Desk) -> None:
    first = desk.ask()
    desk.decide(first)
    second = desk.ask("other")
    third = desk.ask("third")
    with desk.ledger.read() as tx:
        statuses = [approvals.get(tx, a.id).status for a in (first, second, third)]
        assert [a.id for a in approvals.pending(tx)] == [third.id]
    assert statuses == ["void", "void", "pending"]
    assert desk.refused(second, content_hash="other") == "stale_content"


def test_a_no_never_becomes_a_yes(desk: Desk) -> None:
    approval = desk.ask()
    desk.decide(approval, "reject")
    assert desk.refused(approval) == "already_decided"
    with desk.ledger.read() as tx:
        assert approvals.get(tx, approval.id).status == "rejected"


def test_what_was_not_shown_is_not_approved(desk: Desk) -> None:
    assert desk.refused(desk.ask(), content_hash="something else") == "stale_content"


def test_too_late_is_too_late_even_before_anybody_swept(desk: Desk) -> None:
    approval = desk.ask()
    with desk.ledger.write() as tx:
        clock.advance(tx, approval.expires_at)
    assert desk.refused(approval) == "expired"
    with desk.ledger.write() as tx:
        assert approvals.pending(tx) == []
        assert [a.id for a in approvals.expire_due(tx)] == [approval.id]
        assert approvals.expire_due(tx) == []
        keys = [job.key for job in jobs.list_jobs(tx)]
    assert f"drive:{desk.run_id}:{approval.id}" in keys
    assert desk.refused(approval) == "expired"


def test_blocking_findings_bar_the_yes_alone(desk: Desk) -> None:
    approval = desk.ask(severity="blocking")
    assert desk.refused(approval) == "blocking_findings"
    assert desk.decide(approval, "reject").status == "rejected"


@pytest.mark.parametrize("role", ["author", "viewer"])
def test_the_right_is_needed(desk: Desk, role: Role) -> None:
    assert desk.refused(desk.ask(), person=desk.person(role)) == "not_allowed"


def test_what_a_caller_says_of_a_person_is_not_believed(desk: Desk) -> None:
    viewer = desk.person("viewer")
    posing = viewer.model_copy(update={"role": "owner"})
    assert desk.refused(desk.ask(), person=posing) == "not_allowed"
    nobody = posing.model_copy(update={"id": "nobody"})
    assert desk.refused(desk.ask(), person=nobody) == "unknown"


def test_who_left_decides_nothing(desk: Desk) -> None:
    approver = desk.person("approver")
    with desk.ledger.write() as tx:
        people.deactivate(tx, approver.id, desk.owner)
    assert desk.refused(desk.ask(), person=approver) == "unknown"


def test_the_author_may_be_kept_from_approving_their_own(desk: Desk) -> None:
    approval = desk.ask()
    assert desk.refused(approval, author_may_approve=False) == "not_allowed"
    approver = desk.person("approver")
    assert desk.decide(approval, person=approver, author_may_approve=False).status == "approved"


def test_an_edit_after_the_yes_takes_it_back_and_stops(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    with world.write() as tx:
        given = approvals.get(tx, world.approval_id)
        before = len(jobs.list_jobs(tx))
        edit = {"subject": "new"}
        revised = approvals.revise(tx, given.id, world.owner, given.content_hash, edit)
        assert (revised.status, revised.edit) == ("edited", {"subject": "new"})
        assert publications.get(tx, world.publication_id).state == "stopped"
        assert len(jobs.list_jobs(tx)) == before + 1
        with pytest.raises(LedgerError) as refused:
            approvals.revise(tx, given.id, world.owner, given.content_hash, edit)
        assert refused.value.code == "already_decided"
    assert world.claim() == []


def test_a_cancelled_run_asks_nobody(desk: Desk) -> None:
    approval = desk.ask()
    with desk.ledger.write() as tx:
        runs.cancel(tx, desk.run_id, desk.owner)
        assert approvals.pending(tx) == []
    assert desk.refused(approval) == "stale_content"
    with desk.ledger.write() as tx:
        assert not runs.set_status(tx, desk.run_id, "running")


DECISIONS: tuple[Decision, ...] = ("approve", "edit", "reject")


def _race(number: int, url: str, approval_ids: list[str], email: str) -> tuple[list[str], set[str]]:
    ledger = open_ledger(url)
    with ledger.read() as tx:
        person = people.find(tx, email)
    assert person is not None
    won: list[str] = []
    refusals: set[str] = set()
    for place, approval_id in enumerate(approval_ids):
        decision = DECISIONS[(number + place) % 3]
        edit = {"by": number} if decision == "edit" else None
        try:
            with ledger.write() as tx:
                approvals.decide(tx, approval_id, person, decision, SHOWN, str(number), edit)
            won.append(approval_id)
        except LedgerError as refused:
            refusals.add(refused.code)
    return won, refusals


def test_eight_who_decide_at_once_have_one_winner(desk: Desk) -> None:
    asked = []
    with desk.ledger.write() as tx:
        for n in range(20):
            run = runs.start(tx, f"Campaign {n}", desk.owner.id)
            asked.append(approvals.request(tx, run.id, "brief", {}, SHOWN).id)
    found = together(_race, desk.ledger.url, asked, desk.owner.email)
    won = [mine for mine, _ in found]
    assert set().union(*(refusals for _, refusals in found)) == {"already_decided"}
    assert Counter(i for mine in won for i in mine) == Counter(asked)
    with desk.ledger.read() as tx:
        for place, approval_id in enumerate(asked):
            winner = next(n for n in range(EIGHT) if approval_id in won[n])
            approval = approvals.get(tx, approval_id)
            expected = DECISIONS[(winner + place) % 3]
            assert approval.reason == str(winner)
            assert approval.status == {"approve": "approved", "edit": "edited"}.get(
                expected, "rejected"
            )
            entries = [e for e in journal.entries(tx, approval_id) if e.person_id]
            assert len(entries) == 1
        drives = [j.key for j in jobs.list_jobs(tx, limit=1000) if j.key.count(":") == 2]
        assert len(drives) == len(asked)


def test_an_approval_waits_a_week_by_default(desk: Desk) -> None:
    approval = desk.ask()
    assert approval.expires_at - approval.requested_at == timedelta(days=7)
