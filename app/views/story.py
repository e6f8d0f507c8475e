"""A campaign's whole story, in order: goal, data, briefs, decisions, rounds of copy and critique,
sends, results.

What was made stands in the checkpoints of the run, what was decided and what went out in the
ledger. Checkpoints keep real time; in a simulated workspace what was made is dated by the
decision that it came to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from app import words
from app.cards import written_by
from app.diffs import Change, changed_only, word_diff
from app.views.campaigns import StateKind, standing
from app.views.people import Asked
from app.views.reports import read_report
from domain.brief import AudienceEvidence, Brief
from domain.critique import Critique, Finding
from domain.draft import Draft
from domain.frozen import Frozen
from domain.plan import HELD_BACK
from domain.predicate import in_words
from domain.publication import SendState
from domain.report import Report
from ledger import approvals, calls, listing, people, publications, runs, sending
from ledger.approvals import Approval
from ledger.database import Transaction
from ledger.journal import Entry
from ledger.publications import PublicationRow
from ledger.runs import Run
from workflows import campaign
from workflows.stack import Stack
from workflows.state import Gate
from workflows.transactions import read

BULK = ("sending", "sent", "left_out", "missed", "outcome_unknown", "sent_again_by_key")
"""Kinds of entry that tell of batches of messages; a story counts messages instead."""
_GATES: dict[str, Gate] = {"gate_brief": "brief", "gate_publish": "publish"}
_HASH = 12
_BRIEF_FIELDS = {
    "message": "Message",
    "tone": "Tone",
    "question": "Question",
    "send_from": "First day",
    "send_until": "Last day",
}

Tone = Literal["", "good", "bad", "wait"]


class FieldChange(Frozen):
    label: str
    parts: tuple[tuple[Change, str], ...]


class Mended(Frozen):
    """What the critic found, and what became of the place."""

    why: str
    severity: str
    before: str
    after: str
    """Empty: that round had no successor, or the place is gone."""


class Outcome(Frozen):
    """Messages that share a fate, with the address of their people."""

    what: str
    count: int
    href: str


class SentPart(Frozen):
    publication_id: str
    total: int
    sent: int
    seconds: float | None
    """From the first message to the last."""
    outcomes: tuple[Outcome, ...]
    unknown: int
    """Of which we cannot tell whether they went out."""


class Step(Frozen):
    icon: str
    head: str
    beside: str = ""
    tone: Tone = ""
    at: datetime | None = None
    text: tuple[str, ...] = ()
    quote: str = ""
    changes: tuple[FieldChange, ...] = ()
    mended: tuple[Mended, ...] = ()
    bound: str = ""
    """The beginning of the hash that a decision is bound to."""
    came_from: str = ""
    href: str = ""
    link: str = ""
    brief: Brief | None = None
    sent: SentPart | None = None
    result: bool = False
    """The report belongs here."""


class Milestone(Frozen):
    name: str
    at: datetime | None
    done: bool


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
    as_of: datetime


class _Known(Frozen):
    """What the ledger knows of a run."""

    run: Run
    approvals: tuple[Approval, ...]
    publications: tuple[PublicationRow, ...]
    counts: dict[str, dict[SendState, int]]
    reasons: dict[str, dict[str, int]]
    spans: dict[str, tuple[datetime, datetime] | None]
    arms: dict[str, int]
    entries: tuple[Entry, ...]
    number: int
    names: dict[str, str]
    cost: Decimal
    paused: bool
    now: datetime
    simulated: bool


async def story(stack: Stack, run_id: str) -> Story:
    """Raises LedgerError unknown."""
    known = await read(stack.ledger, lambda tx: _look(tx, run_id))
    made = await _made(stack, known)
    report = await read_report(Path(stack.reports), run_id)
    steps = _steps(known, made, report)
    waiting = next((a for a in known.approvals if _waits(a, known.now)), None)
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
        as_of=known.now,
    )


def things_of(tx: Transaction, run_id: str) -> list[str]:
    """The ids that a campaign's history is written under."""
    asked = [a.id for a in approvals.for_run(tx, run_id)]
    return [run_id, *asked, *(p.id for p in publications.list_publications(tx, run_id))]


def _look(tx: Transaction, run_id: str) -> _Known:
    run = runs.get(tx, run_id)
    rows = publications.list_publications(tx, run_id)
    things = things_of(tx, run_id)
    entries = listing.entries_about(tx, things, without=BULK, limit=500)
    return _Known(
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


class _Made(Frozen):
    """One thing that the agents made, or a gate that the run came to."""

    kind: Literal["audit", "brief", "copy", "gate"]
    at: datetime | None
    hash: str = ""
    gate: Gate | None = None
    data: dict[str, Any] = Field(default_factory=dict)


async def _made(stack: Stack, known: _Known) -> list[_Made]:
    """What the checkpoints tell, oldest first."""
    found: list[_Made] = []
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
            found.append(_Made(kind="audit", at=at, data=values["evidence"]))
        elif "write_brief" in before and "brief" in values:
            found.append(
                _Made(kind="brief", at=at, hash=values["brief_hash"], data=values["brief"])
            )
        elif "criticise" in before and "critique" in values:
            kept = {"draft": values["draft"], "critique": values["critique"]}
            found.append(_Made(kind="copy", at=at, data=kept))
        for node in state.next:
            if node in _GATES:
                gate = _GATES[node]
                digest = values["brief_hash" if gate == "brief" else "content_hash"]
                found.append(_Made(kind="gate", at=at, hash=digest, gate=gate))
        before = state.next
    return found


def _steps(known: _Known, made: Sequence[_Made], report: Report | None) -> tuple[Step, ...]:
    steps = [_goal(known)]
    told: set[str] = set()
    undated: list[int] = []
    last_brief: Brief | None = None
    rounds = [one for one in made if one.kind == "copy"]
    drafts = [Draft.model_validate(one.data["draft"]) for one in rounds]
    number, briefs = 0, 0
    for one in made:
        match one.kind:
            case "audit":
                step = _data_check(one)
            case "brief":
                brief = Brief.model_validate(one.data)
                if last_brief is not None and brief.hash() == last_brief.hash():
                    continue
                briefs += 1
                step = _brief(brief, last_brief, briefs, one.at)
                last_brief = brief
            case "copy":
                later = drafts[number + 1] if number + 1 < len(drafts) else None
                earlier = drafts[number - 1] if number else None
                critique = Critique.model_validate(one.data["critique"])
                number += 1
                step = _copy(drafts[number - 1], earlier, later, critique, number, one.at)
            case "gate":
                asked = [
                    a
                    for a in known.approvals
                    if a.gate == one.gate and a.content_hash == one.hash and a.id not in told
                ]
                for approval in asked:
                    told.add(approval.id)
                    for at in undated:  # what was made before it was asked about
                        steps[at] = steps[at].model_copy(update={"at": approval.requested_at})
                    undated = []
                    steps += _decision(approval, known)
                continue
        if step.at is None:
            undated.append(len(steps))
        steps.append(step)
    for approval in known.approvals:
        if approval.id not in told:  # its checkpoint is gone
            steps += _decision(approval, known)
    for row in known.publications:
        if (sent := _sent(row, known)) is not None:
            steps.append(sent)
    steps += [
        step for entry in known.entries if (step_ := _event(entry, known)) for step in [step_]
    ]
    if report is not None:
        steps.append(
            Step(
                icon="reports",
                head="Result",
                beside=f"{(report.period_end - report.period_start).days} days after sending",
                at=report.as_of,
                text=(report.title,),
                result=True,
                href=f"/reports/{known.run.id}",
                link="Open the report",
            )
        )
    # Steps of one moment stay in the order in which they were told.
    return tuple(sorted(steps, key=lambda step: step.at or known.now))


def _goal(known: _Known) -> Step:
    run = known.run
    started = next((e for e in known.entries if e.kind == "run_started"), None)
    where = _came_from(started)
    by = "a schedule of " if run.schedule_key else ""
    return Step(
        icon="flag",
        head="Goal",
        beside=f"from {by}{known.names.get(run.started_by, 'somebody')}"
        + (f", {where}" if where else ""),
        at=run.created_at,
        quote=run.goal,
    )


def _data_check(one: _Made) -> Step:
    evidence = AudienceEvidence.model_validate(one.data)
    fit = f"{words.people(evidence.size)} fit the audience rule"
    said = (
        f"{fit}; {evidence.reachable:,} of them can be mailed." if evidence.reachable else f"{fit}."
    )
    left = [
        f"{count:,} because {words.LEFT_OUT.get(reason, reason)}"
        for reason, count in evidence.left_out
        if count
    ]
    if left:
        said = f"{said} Left out: {words.listed(left)}."
    span = "Nothing says which days the data span."
    if evidence.first_day and evidence.last_day:
        span = f"The data span {words.day(evidence.first_day)} to {words.day(evidence.last_day)}."
    return Step(icon="search", head="Data check", at=one.at, text=(said, span))


def _brief(brief: Brief, last: Brief | None, number: int, at: datetime | None) -> Step:
    changes = []
    if last is not None:
        old, new = last.model_dump(mode="json"), brief.model_dump(mode="json")
        changes = [
            _change(label, str(old[name]), str(new[name]))
            for name, label in _BRIEF_FIELDS.items()
            if old[name] != new[name]
        ]
        if last.audience.rule != brief.audience.rule:
            changes.append(
                _change("Audience", in_words(last.audience.rule), in_words(brief.audience.rule))
            )
    reachable = brief.audience.reachable
    who = words.people(reachable if reachable is not None else brief.audience.size)
    return Step(
        icon="lines",
        head=f"Brief, draft {number}",
        beside=written_by(brief.written_by),
        at=at,
        text=(
            f"{who} who can be mailed: {in_words(brief.audience.rule)}.",
            f"One message: {brief.message}",
            brief.holdout.why or "Nobody is held back, so no effect can be shown.",
        ),
        changes=tuple(changes),
        brief=brief,
    )


def _copy(
    draft: Draft,
    earlier: Draft | None,
    later: Draft | None,
    critique: Critique,
    number: int,
    at: datetime | None,
) -> Step:
    count = len(draft.variants)
    variants = f"{count} variant{'s' if count != 1 else ''}"
    asks = [f for f in critique.findings if f.severity != "minor"]
    if critique.verdict == "satisfied":
        said = "critic satisfied"
    elif critique.ran_out_of_rounds:
        said = f"{len(asks)} findings stay after the last round"
    else:
        said = f"critic asks for {len(asks)} change{'s' if len(asks) != 1 else ''}"
    changes: list[FieldChange] = []
    if earlier is not None:
        old = {variant.id: dict(variant.texts()) for variant in earlier.variants}
        for variant in draft.variants:
            for place, text in variant.texts():
                was = old.get(variant.id, {}).get(place)
                if was is not None and was != text:
                    where = (
                        f"{place.split('[')[0].rstrip('s').capitalize()} of {variant.id.upper()}"
                    )
                    changes.append(_change(where, was, text))
    return Step(
        icon="pencil",
        head=f"Copy, round {number}",
        beside=f"{variants}, {said}",
        at=at,
        text=(draft.label,) if draft.label and number == 1 else (),
        changes=tuple(changes),
        mended=tuple(_mended(finding, draft, later) for finding in critique.findings),
    )


def _mended(finding: Finding, draft: Draft, later: Draft | None) -> Mended:
    before = finding.text or _text_at(draft, finding)
    after = _text_at(later, finding) if later is not None else ""
    return Mended(
        why=finding.why,
        severity=words.SEVERITIES[finding.severity],
        before=words.one_line(before, 160),
        after="" if after == before else words.one_line(after, 160),
    )


def _text_at(draft: Draft | None, finding: Finding) -> str:
    if draft is None:
        return ""
    variant = next((v for v in draft.variants if v.id == finding.variant), None)
    return dict(variant.texts()).get(finding.place, "") if variant is not None else ""


def _decision(approval: Approval, known: _Known) -> list[Step]:
    """What was asked, and what a person said to it."""
    name = "Brief" if approval.gate == "brief" else "Mail"
    what = words.GATES[approval.gate]
    if approval.status == "pending" and _waits(approval, known.now):
        return [
            Step(
                icon="ring",
                tone="wait",
                head=f"{name} waits for your yes",
                at=approval.requested_at,
                href=f"/approvals/{approval.id}",
                link="Open the card",
            )
        ]
    if approval.status in ("pending", "expired"):
        return [
            Step(
                icon="clock",
                tone="bad",
                head=f"Nobody decided about {what} in time",
                at=approval.expires_at,
            )
        ]
    decided = next(
        (
            e
            for e in known.entries
            if e.thing == approval.id and e.kind in _DECIDED and e.person_id is not None
        ),
        None,
    )
    if decided is None:  # void before anybody said a word
        return []
    kind = decided.kind.removeprefix("approval_")
    by = f"by {known.names.get(decided.person_id or '', 'somebody')}"
    reason = str(decided.data.get("reason", ""))
    if kind == "rejected":
        return [
            Step(
                icon="cross", tone="bad", head=f"{name} rejected", beside=by, at=decided.at,
                quote=reason, came_from=_came_from(decided),
            )
        ]  # fmt: skip
    if kind in ("edited", "revised"):
        return [
            Step(
                icon="pencil",
                head=f"{name} edited",
                beside=by,
                at=decided.at,
                quote=reason,
                text=("The critic read it again, and it came back for a yes.",),
                came_from=_came_from(decided),
            )
        ]
    return [
        Step(
            icon="tick",
            tone="good",
            head=f"{name} approved",
            beside=by,
            at=decided.at,
            quote=reason,
            bound=_grouped(approval.content_hash),
            text=_approved_what(approval),
            came_from=_came_from(decided),
        )
    ]


_DECIDED = ("approval_approved", "approval_rejected", "approval_edited", "approval_revised")


def _approved_what(approval: Approval) -> tuple[str, ...]:
    if approval.gate == "brief":
        return ()
    content = approval.content
    held = dict(content["arms"]).get(HELD_BACK, 0.0)
    variants = len(content["variants"])
    return (
        f"{words.people(content['size'])}, {words.percent(held)} of them held back by chance; "
        f"{variants} variant{'s' if variants != 1 else ''}, "
        f"{content['send_hour']:02}:{content['send_minute']:02} where each of them lives. "
        "Nothing else could be sent.",
    )


def _sent(row: PublicationRow, known: _Known) -> Step | None:
    counts = known.counts[row.id]
    total = sum(counts.values())
    gone = counts.get("sent", 0)
    unknown = counts.get("needs_review", 0)
    span = known.spans[row.id]
    if not total or (row.state == "scheduled" and not gone and not unknown):
        return None if row.state == "cancelled" or not total else _scheduled(row, total)
    outcomes = [
        Outcome(
            what=words.SEND_STATES[state],
            count=count,
            href=Asked(publication=row.id, campaign=row.campaign_id, state=state).address(),
        )
        for state, count in counts.items()
        if state not in ("left_out",)
    ]
    outcomes += [
        Outcome(
            what=f"left out because {words.LEFT_OUT.get(reason, reason.replace('_', ' '))}",
            count=count,
            href=Asked(
                publication=row.id, campaign=row.campaign_id, state="left_out", reason=reason
            ).address(),
        )
        for reason, count in known.reasons[row.id].items()
    ]
    return Step(
        icon="mail",
        tone="wait" if unknown else "good" if gone else "",
        head="Sent" if gone else "Nothing sent",
        beside=f"{gone:,} of {total:,}",
        at=span[0] if span is not None else row.starts_at,
        text=("Nobody got it twice.",) if gone and not unknown else (),
        href=f"/sent/{row.id}",
        link="See exactly what went out",
        sent=SentPart(
            publication_id=row.id,
            total=total,
            sent=gone,
            seconds=(span[1] - span[0]).total_seconds() if span is not None else None,
            outcomes=tuple(outcomes),
            unknown=unknown,
        ),
    )


def _scheduled(row: PublicationRow, total: int) -> Step:
    return Step(
        icon="calendar",
        head="Scheduled",
        beside=words.people(total),
        at=row.starts_at,
        href="/calendar",
        link="Look at the calendar",
    )


def _event(entry: Entry, known: _Known) -> Step | None:
    """What else a person, or the ledger, did to the campaign."""
    who = known.names.get(entry.person_id or "", "")
    by = f"by {who}" if who else ""
    match entry.kind:
        case "approval_voided":
            return Step(
                icon="info",
                tone="bad",
                head="No longer approved",
                at=entry.at,
                text=(f"Because {entry.data.get('reason', 'something changed')}.",),
            )
        case "publication_moved" | "publication_moved_out":
            inside = entry.kind == "publication_moved"
            return Step(
                icon="calendar",
                head="Moved inside the approved window" if inside else "Moved out of its window",
                beside=by,
                at=entry.at,
                came_from=_came_from(entry),
            )
        case "publication_paused" | "publication_resumed":
            return Step(
                icon="pause" if entry.kind.endswith("paused") else "play",
                head="Paused" if entry.kind.endswith("paused") else "Resumed",
                beside=by,
                at=entry.at,
            )
        case "run_cancelled":
            return Step(icon="cross", tone="bad", head="Campaign cancelled", beside=by, at=entry.at)
        case _:
            return None


def _lead(known: _Known, report: Report | None, waiting: Approval | None) -> str:
    if report is not None:
        return report.title
    if waiting is not None:
        return f"{words.GATES[waiting.gate].capitalize()} waits for your yes."
    detail = known.run.detail
    said = words.RUN_STATES[known.run.status]
    return f"It is {said}: {detail}." if detail else f"It is {said}."


def _milestones(known: _Known, report: Report | None) -> tuple[Milestone, ...]:
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


def _beside(known: _Known) -> tuple[tuple[str, tuple[str, ...]], ...]:
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


def _arms(known: _Known) -> tuple[Outcome, ...]:
    ordered = sorted(known.arms.items(), key=lambda pair: (pair[0] == HELD_BACK, pair[0]))
    return tuple(
        Outcome(
            what="Held back" if arm == HELD_BACK else f"Variant {arm.upper()}",
            count=count,
            href=Asked(campaign=known.run.id, variant=arm).address(),
        )
        for arm, count in ordered
    )


def _change(label: str, old: str, new: str) -> FieldChange:
    return FieldChange(label=label, parts=tuple(changed_only(word_diff(old, new))))


def _came_from(entry: Entry | None) -> str:
    return str(entry.data.get("from", "")) if entry is not None else ""


def _grouped(digest: str) -> str:
    """b81d 04ce 9a27: the beginning of a hash, as people compare it."""
    head = digest[:_HASH]
    return " ".join(head[at : at + 4] for at in range(0, _HASH, 4))


def _waits(approval: Approval, now: datetime) -> bool:
    return approval.status == "pending" and approval.expires_at > now
