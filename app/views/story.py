"""A campaign's whole story, in order: goal, data, briefs, decisions, rounds of copy and critique,
sends, results.

What was made stands in the checkpoints of the run, what was decided and what went out in the
ledger. Checkpoints keep real time; in a simulated workspace what was made is dated by the
decision that it came to.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from app import words
from app.views.campaigns import StateKind, standing
from app.views.people import Asked
from app.views.reports import read_report
from app.views.story_parts import Known, Made, Outcome, Step
from app.views.story_steps import steps_of, waits
from domain.frozen import Frozen
from domain.plan import HELD_BACK
from domain.report import Report
from ledger import approvals, calls, first_wave, listing, people, publications, runs, sending
from ledger.approvals import Approval
from ledger.database import Transaction
from workflows import campaign
from workflows.stack import Stack
from workflows.state import Gate
from workflows.transactions import read

BULK = ("sending", "sent", "left_out", "missed", "outcome_unknown", "sent_again_by_key")
"""Kinds of entry that tell of batches of messages; a story counts messages instead."""
_GATES: dict[str, Gate] = {"gate_brief": "brief", "gate_publish": "publish"}


class Milestone(Frozen):
    name: str
    at: datetime | None
    done: bool


class FirstPart(Frozen):
    """The small part of a large send that goes first, and what the rest waits for."""

    publication_id: str
    standing: first_wave.Standing
    over: tuple[str, ...]
    """Which bounds it overstepped, in words."""


class Story(Frozen):
    id: str
    title: str
    goal: str
    state: StateKind
    state_words: str
    status: str
    lead: str
    milestones: tuple[Milestone, ...]
    steps: tuple[Step, ...]
    report: Report | None
    beside: tuple[tuple[str, tuple[str, ...]], ...]
    """What stands beside the story: a name and its lines."""
    people: tuple[Outcome, ...]
    """Variants and those held back, with the address of their people."""
    waiting_id: str = ""
    """The approval that waits."""
    cost: Decimal
    """Of the model's calls, in the workspace's currency."""
    entries: int
    working: bool
    """Agents are at work, or will be in a moment."""
    may_cancel: bool
    may_retry: bool
    expired: Gate | None
    """The gate at which nobody decided in time."""
    first_parts: tuple[FirstPart, ...] = ()
    """Of large sends whose rest waits."""
    as_of: datetime


async def story(stack: Stack, run_id: str) -> Story:
    """Raises LedgerError unknown."""
    known, first_parts = await read(
        stack.ledger, lambda tx: (_look(tx, run_id), _first_parts(tx, run_id))
    )
    made = await _made(stack, known)
    report = await read_report(Path(stack.reports), run_id)
    steps = steps_of(known, made, report)
    waiting = next((a for a in known.approvals if waits(a, known.now)), None)
    now = standing(
        known.run,
        None if waiting is None else listing.Waiting.model_validate(waiting, from_attributes=True),
        list(known.publications),
        paused=known.paused,
    )
    ended = known.run.status in runs.ENDED
    last = max(known.approvals, key=lambda a: (a.requested_at, a.id), default=None)
    expired = last is not None and last.status == "expired" and not ended
    return Story(
        id=run_id,
        title=words.title(known.run.goal),
        goal=known.run.goal,
        state=now.state,
        state_words=now.words,
        status=known.run.status,
        lead=_lead(known, report, waiting),
        milestones=_milestones(known, report),
        steps=steps,
        report=report,
        beside=_beside(known),
        people=_arms(known),
        waiting_id=waiting.id if waiting is not None else "",
        cost=known.cost,
        entries=known.number,
        working=known.run.status == "running",
        may_cancel=not ended,
        may_retry=known.run.status == "waiting" and waiting is None and not expired,
        expired=last.gate if expired and last is not None else None,
        first_parts=first_parts,
        as_of=known.now,
    )


def things_of(tx: Transaction, run_id: str) -> list[str]:
    """The ids that a campaign's history is written under."""
    asked = [a.id for a in approvals.for_run(tx, run_id)]
    return [run_id, *asked, *(p.id for p in publications.list_publications(tx, run_id))]


def _look(tx: Transaction, run_id: str) -> Known:
    run = runs.get(tx, run_id)
    rows = publications.list_publications(tx, run_id)
    things = things_of(tx, run_id)
    entries = listing.entries_about(tx, things, without=BULK, limit=500)
    return Known(
        run=run,
        approvals=tuple(approvals.for_run(tx, run_id)),
        publications=tuple(rows),
        counts=listing.counts_of(tx, [row.id for row in rows]),
        reasons={row.id: publications.left_out(tx, row.id) for row in rows},
        spans={row.id: listing.span_of(tx, row.id) for row in rows},
        arms=listing.arms_of(tx, run_id),
        entries=tuple(reversed(entries)),
        number=listing.count_entries(tx, things),
        names=people.names(tx),
        cost=calls.totals(tx, run_id).cost,
        paused=sending.is_paused(tx),
        now=tx.now,
        simulated=tx.simulated,
    )


def _first_parts(tx: Transaction, run_id: str) -> tuple[FirstPart, ...]:
    found = []
    for row in publications.list_publications(tx, run_id):
        now = first_wave.standing(tx, row.id) if row.state == "scheduled" else None
        if now is not None and now.state in ("running", "held"):
            over = first_wave.over_bounds(now.figures, now.bounds)
            found.append(FirstPart(publication_id=row.id, standing=now, over=over))
    return tuple(found)


async def _made(stack: Stack, known: Known) -> list[Made]:
    """What the checkpoints tell, oldest first."""
    found: list[Made] = []
    async with campaign.opened(stack) as graph:
        states = [s async for s in graph.aget_state_history(campaign.thread(known.run.id))]
    before: tuple[str, ...] = ()
    for state in reversed(states):
        values: dict[str, Any] = dict(state.values)
        at = (
            None
            if known.simulated or not state.created_at
            else datetime.fromisoformat(state.created_at)
        )
        if "audit" in before and "evidence" in values:
            trust = values.get("standing") or {}
            found.append(Made(kind="audit", at=at, data=values["evidence"], standing=trust))
        elif "write_brief" in before and "brief" in values:
            found.append(Made(kind="brief", at=at, hash=values["brief_hash"], data=values["brief"]))
        elif "criticise" in before and "critique" in values:
            kept = {"draft": values["draft"], "critique": values["critique"]}
            found.append(Made(kind="copy", at=at, data=kept))
        for node in state.next:
            if node in _GATES:
                gate = _GATES[node]
                digest = values["brief_hash" if gate == "brief" else "content_hash"]
                found.append(Made(kind="gate", at=at, hash=digest, gate=gate))
        before = state.next
    return found


def _lead(known: Known, report: Report | None, waiting: Approval | None) -> str:
    if report is not None:
        return report.title
    if waiting is not None:
        return f"{words.GATES[waiting.gate].capitalize()} waits for your yes."
    detail = known.run.detail
    said = words.RUN_STATES[known.run.status].capitalize()
    return f"{said}: {detail.removesuffix('.')}." if detail else f"{said}."


def _milestones(known: Known, report: Report | None) -> tuple[Milestone, ...]:
    def first(gate: Gate, statuses: Iterable[str] = ()) -> datetime | None:
        times = [
            a.decided_at if statuses else a.requested_at
            for a in known.approvals
            if a.gate == gate and (not statuses or a.status in statuses)
        ]
        found = [at for at in times if at is not None]
        return found[-1] if found else None

    spans = [span for span in known.spans.values() if span is not None]
    sent = min((span[0] for span in spans), default=None)
    marks = (
        ("Goal", known.run.created_at),
        ("Brief", first("brief", ("approved",))),
        ("Copy", first("publish")),
        ("Approval", first("publish", ("approved",))),
        ("Sent", sent),
        ("Result", report.as_of if report is not None else None),
    )
    return tuple(Milestone(name=name, at=at, done=at is not None) for name, at in marks)


def _beside(known: Known) -> tuple[tuple[str, tuple[str, ...]], ...]:
    rows: list[tuple[str, tuple[str, ...]]] = []
    rows.append(("Asked by", (known.names.get(known.run.started_by, "somebody"),)))
    yes = [
        f"{known.names.get(a.decided_by or '', 'somebody')}, "
        f"{'brief' if a.gate == 'brief' else 'mail'}"
        for a in known.approvals
        if a.status == "approved"
    ]
    if yes:
        rows.append(("Approved", tuple(yes)))
    return tuple(rows)


def _arms(known: Known) -> tuple[Outcome, ...]:
    ordered = sorted(known.arms.items(), key=lambda pair: (pair[0] == HELD_BACK, pair[0]))
    return tuple(
        Outcome(
            what="Held back" if arm == HELD_BACK else f"Variant {arm.upper()}",
            count=count,
            href=Asked(campaign=known.run.id, variant=arm).address(),
        )
        for arm, count in ordered
    )
