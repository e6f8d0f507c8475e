"""What happened so far with an approval's campaign, and what happens next."""

from __future__ import annotations

from datetime import datetime

from app import words
from domain.frozen import Frozen
from ledger import approvals, events, people, publications, runs
from ledger.approvals import Approval
from ledger.database import Transaction


class StepShown(Frozen):
    """One line of what happened so far."""

    at: datetime
    who: str
    what: str
    reason: str = ""


class Progress(Frozen):
    """How the campaign goes on after a decision."""

    words: str
    running: bool
    """It changes by itself: look again."""
    next_id: str = ""
    """The approval that waits now, if one does."""
    steps: tuple[str, ...] = ()
    """What was done since, in words."""


def so_far(tx: Transaction, approval: Approval) -> tuple[StepShown, ...]:
    """Every question and decision of the campaign up to this one, oldest first."""
    run = runs.get(tx, approval.run_id)
    names = {person.id: person.name for person in people.list_people(tx)}
    steps = [
        StepShown(at=run.created_at, who=names.get(run.started_by, "Somebody"), what="asked for it")
    ]
    drafts = 0
    for one in approvals.for_run(tx, approval.run_id):
        drafts += one.gate == "publish"
        thing = "the brief" if one.gate == "brief" else f"draft {drafts}"
        steps.append(StepShown(at=one.requested_at, who="", what=f"{_upper(thing)} was ready"))
        if one.decided_at is not None and one.decided_by is not None:
            who = names.get(one.decided_by, "Somebody who has left")
            steps.append(
                StepShown(
                    at=one.decided_at, who=who, what=f"{one.status} {thing}", reason=one.reason
                )
            )
        elif one.status in ("void", "expired"):
            why = one.reason if one.status == "void" else "nobody decided in time"
            steps.append(
                StepShown(at=one.requested_at, who="", what=f"{thing} lapsed, because {why}")
            )
    return tuple(sorted(steps, key=lambda step: step.at))


def progress(tx: Transaction, approval: Approval) -> Progress:
    """Where the campaign stands since this was decided."""
    run = runs.get(tx, approval.run_id)
    waits = next(
        (
            one
            for one in approvals.for_run(tx, run.id)
            if one.status == "pending" and one.id != approval.id
        ),
        None,
    )
    steps = tuple(_steps(tx, run.id))
    if waits is not None:
        drafts = sum(one.gate == "publish" for one in approvals.for_run(tx, run.id))
        thing = "The brief, written anew," if waits.gate == "brief" else f"Draft {drafts}"
        return Progress(
            words=f"{thing} waits for a decision now.", running=False, next_id=waits.id, steps=steps
        )
    if run.status == "running" or (run.status == "waiting" and run.detail.startswith("waits for")):
        return Progress(words="It is being worked on.", running=True, steps=steps)
    if run.status == "publishing":
        return Progress(words=_publishing(tx, run.id, run.detail), running=True, steps=steps)
    said = words.RUN_STATES[run.status]
    detail = f": {run.detail}" if run.detail else ""
    return Progress(words=f"The campaign is {said}{detail}.".replace("..", "."), running=False)


def _publishing(tx: Transaction, run_id: str, detail: str) -> str:
    rows = [p for p in publications.list_publications(tx, run_id) if p.state != "cancelled"]
    counted = publications.counts(tx, rows[-1].id) if rows else {}
    total = sum(counted.values())
    sent = counted.get("sent", 0)
    if not sent:
        return f"{words.people(total)} are scheduled; nothing has gone out yet."
    return f"{sent:,} of {total:,} mails have gone out. {detail[:1].upper()}{detail[1:]}."


def _steps(tx: Transaction, run_id: str) -> list[str]:
    """What the run has told of itself last."""
    last = events.ends(tx, [run_id]).get(run_id, 0)
    told = [
        event.data
        for event in events.after(tx, run_id, max(0, last - 8))
        if event.kind == "progress"
    ]
    done = [str(data["text"]) for data in told if data["at"] == "finished"]
    doing = [str(data["text"]) for data in told[-1:] if data["at"] == "started"]
    return [*done[-3:], *doing]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
