"""The steps of a campaign's story: what was made, what was decided, what went out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app import words
from app.cards import written_by
from app.diffs import changed_only, word_diff
from app.views.story_parts import FieldChange, Known, Made, Mended, Step
from app.views.story_sent import sent_step
from domain.audit import Standing
from domain.brief import AudienceEvidence, Brief
from domain.critique import Critique, Finding
from domain.draft import Draft
from domain.plan import HELD_BACK
from domain.predicate import in_words
from domain.report import Report
from ledger.approvals import Approval
from ledger.journal import Entry

_HASH = 12
_BRIEF_FIELDS = {
    "message": "Message",
    "tone": "Tone",
    "question": "Question",
    "send_from": "First day",
    "send_until": "Last day",
}


def steps_of(known: Known, made: Sequence[Made], report: Report | None) -> tuple[Step, ...]:
    """Everything in order. What has no moment of its own is dated by what it came to."""
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
        if (sent := sent_step(row, known)) is not None:
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


def _goal(known: Known) -> Step:
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


def _data_check(one: Made) -> Step:
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
    score = Standing.model_validate(one.standing).score.value if one.standing else None
    beside = f"{score:.0f} of 100" if score is not None else ""
    return Step(icon="search", head="Data check", beside=beside, at=one.at, text=(said, span))


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


def _decision(approval: Approval, known: Known) -> list[Step]:
    """What was asked, and what a person said to it."""
    name = "Brief" if approval.gate == "brief" else "Mail"
    what = words.GATES[approval.gate]
    if approval.status == "pending" and waits(approval, known.now):
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


def _event(entry: Entry, known: Known) -> Step | None:
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


def _change(label: str, old: str, new: str) -> FieldChange:
    return FieldChange(label=label, parts=tuple(changed_only(word_diff(old, new))))


def _came_from(entry: Entry | None) -> str:
    return str(entry.data.get("from", "")) if entry is not None else ""


def _grouped(digest: str) -> str:
    """b81d 04ce 9a27: the beginning of a hash, as people compare it."""
    head = digest[:_HASH]
    return " ".join(head[at : at + 4] for at in range(0, _HASH, 4))


def waits(approval: Approval, now: datetime) -> bool:
    """Whether a person may still decide."""
    return approval.status == "pending" and approval.expires_at > now
