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
    publication_id: str = ""
    """The scheduled send that stands on it, while it can be paused and edited."""
    paused: bool = False
    sent: int = 0
    total: int = 0
    first_wave: str = ""
    """Of a large send: where its first part stands, in words."""


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
        return _publishing(tx, run.id, approval)
    said = words.RUN_STATES[run.status]
    detail = f": {run.detail}" if run.detail else ""
    return Progress(words=f"The campaign is {said}{detail}.".replace("..", "."), running=False)


_FIRST_WAVE = {
    "running": "A small part goes first; the rest waits on what comes of it.",
    "passed": "The first part stayed within its bounds, and the rest goes out.",
    "held": "Too much came back from the first part: the rest is held for a person.",
}


def _publishing(tx: Transaction, run_id: str, approval: Approval) -> Progress:
    rows = [p for p in publications.list_publications(tx, run_id) if p.state != "cancelled"]
    row = rows[-1] if rows else None
    if row is None or row.approval_id != approval.id:
        return Progress(words="A later approval took its place.", running=False)
    counted = publications.counts(tx, row.id)
    total, sent = sum(counted.values()), counted.get("sent", 0)
    if row.state == "done":
        said = f"{sent:,} of {total:,} mails have gone out; results come in."
    elif sent:
        said = f"{sent:,} of {total:,} mails have gone out."
    else:
        said = f"{total:,} mails are scheduled; nothing has gone out yet."
    return Progress(
        words=f"Paused. {said}" if row.paused else said,
        running=row.state == "scheduled",
        publication_id=row.id if row.state == "scheduled" else "",
        paused=row.paused,
        sent=sent,
        total=total,
        first_wave=_FIRST_WAVE.get(row.first_wave, ""),
    )


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
