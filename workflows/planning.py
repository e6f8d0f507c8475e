"""What exactly goes out, to whom and when: plan, and enqueue once a person has said yes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from langgraph.runtime import Runtime

from agents.scheduler import (
    PlanError,
    PlanQuestion,
    arms_for,
    assign,
    count_arms,
    due_at,
    make_plan,
)
from domain.brief import Brief
from domain.critique import Critique
from domain.draft import Draft
from domain.errors import PersonNeeded
from domain.facts import Facts
from domain.plan import HELD_BACK, Plan
from domain.publication import CitedFact, Content, RenderedVariant
from domain.readings import LifeStage, stages_named
from ledger import approvals, facts, jobs, publications, runs, snapshots, stopping
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.publications import Assignment
from ledger.snapshots import Member
from tools.analytics.port import AnalyticsError, HourEvidence
from workflows import progress, standing
from workflows.audience import Reached, count_stages, members, reach, stages_of, timezones
from workflows.briefing import approved_brief, latest, still_on
from workflows.edits import chosen_time
from workflows.stack import Stack
from workflows.state import CampaignState
from workflows.transactions import read, write
from workflows.writing import cited_ids, render_all

YESES_OF_A_LARGE_SEND = 2


async def plan(state: CampaignState, runtime: Runtime[Stack]) -> CampaignState:
    """Freeze the audience, plan arms, hour and window, and ask for a word on all of it."""
    stack = runtime.context
    run_id = state["run_id"]
    progress.started(run_id, "plan")

    def look(tx: Transaction) -> tuple[Brief, Facts, datetime]:
        now = runs.get(tx, run_id).as_of or tx.now
        return approved_brief(tx, state), facts.current(tx), now

    brief, known, now = await read(stack.ledger, look)
    draft = Draft.model_validate(state["draft"])
    rendered, faults = render_all(stack, run_id, draft, known)
    if not rendered:
        raise PersonNeeded(
            "nothing_to_send",
            f"None of the variants can be made into a mail. {faults[0].why}",
            thing=faults[0].text or run_id,
            next_step=f"{faults[0].mend}; then have it tried again, or give another goal.",
        )
    shown = {variant.id for variant in rendered}
    named = stages_named(variant for variant in draft.variants if variant.id in shown)
    found, reached = await _audience(stack, state, brief, named)
    ref = await write(stack.ledger, lambda tx: snapshots.freeze(tx, found))
    arms = arms_for([variant.id for variant in rendered], brief.holdout.share)
    question = PlanQuestion(
        campaign_id=run_id,
        snapshot_hash=ref.hash,
        size=ref.size,
        variants=tuple(variant.id for variant in rendered),
        holdout=brief.holdout.share,
        arm_sizes=count_arms(run_id, (m.pseudonym for m in found), arms),
        send_from=brief.send_from,
        send_until=brief.send_until,
        now=now,
        timezone=stack.timezone,
        timezones=timezones(found),
        hours=await _hours(stack, brief),
        quiet_hours=stack.rules.quiet_hours,
        cap=stack.rules.cap,
        left_out=reached.reasons() if reached else (),
        stages=count_stages(found) if named else (),
    )
    planned = _planned(question, brief, state.get("send_at", ""))
    cited = cited_ids([variant for variant in draft.variants if variant.id in shown])
    critique = Critique.model_validate(state["critique"])

    def ask(tx: Transaction) -> str:
        still_on(tx, run_id)
        content = _content(stack, brief, planned, rendered, facts.hashes(tx, cited))
        large = content.first is not None
        digest = content.hash()
        approvals.request(
            tx,
            run_id,
            "publish",
            content,
            digest,
            [f for f in critique.findings if f.variant in ("", *shown)],
            expires_in=stack.limits.approval_expires,
            yeses_needed=YESES_OF_A_LARGE_SEND if large else 1,
        )
        return digest

    digest = await write(stack.ledger, ask)
    progress.finished(run_id, "plan", planned.explanation[0] if planned.explanation else "")
    return {
        "plan": planned.model_dump(mode="json"),
        "content_hash": digest,
        "snapshot_hash": ref.hash,
        "outcome": "",
    }


async def enqueue(state: CampaignState, runtime: Runtime[Stack]) -> CampaignState:
    """Schedule exactly what was approved. Done twice, it schedules nothing twice."""
    stack = runtime.context
    run_id = state["run_id"]
    progress.started(run_id, "enqueue")
    planned = Plan.model_validate(state["plan"])

    def schedule(tx: Transaction) -> str:
        still_on(tx, run_id)
        last = latest(tx, run_id, "publish")
        if last is None or last.status != "approved" or last.content_hash != state["content_hash"]:
            return ""
        content = Content.model_validate(last.content)
        if content.hash() != last.content_hash or planned.snapshot_hash != content.snapshot_hash:
            raise LedgerError(
                "stale_content",
                "What was kept for approval is not what its hash says.",
                thing=last.id,
                next_step="`mainspring doctor` checks the history; nothing was scheduled.",
            )
        known = facts.hashes(tx, [fact.fact_id for fact in content.facts])
        changed = [f.fact_id for f in content.facts if known.get(f.fact_id) != f.fact_hash]
        people = snapshots.approved_members(tx, content.snapshot_hash)
        times = {zone: next_due(planned, zone, tx.now) for zone in {m.timezone for m in people}}
        if changed:
            stopping.void_approval(tx, last.id, f"a fact changed meanwhile: {changed[0]}")
            return ""
        if any(due > content.window_end for due in times.values()):
            stopping.void_approval(tx, last.id, "its days were over before it was approved")
            return ""
        made = publications.enqueue(tx, content, last.id, _assignments(content, people, times))
        jobs.put(
            tx,
            f"publish:{last.id}",
            "publish",
            {"run_id": run_id, "publication_id": made.id},
            due_at=made.starts_at,
        )
        runs.set_status(tx, run_id, "publishing", standing.SCHEDULED)
        return made.id

    made = await write(stack.ledger, schedule)
    if not made:
        progress.finished(run_id, "enqueue", "No longer approved: back to the critic.")
        return {"outcome": "criticise", "round": 0}
    progress.finished(run_id, "enqueue", "Scheduled.")
    return {"publication_id": made, "outcome": "end"}


def _planned(question: PlanQuestion, brief: Brief, send_at: str) -> Plan:
    """The plan, from the day on that a person chose, where they chose one."""
    if not send_at:
        return make_plan(question)
    on = date.fromisoformat(send_at[:10])
    # A day more, for zones in which the time is over already; never past what is promised.
    until = max(brief.send_until, on + timedelta(days=1))
    if brief.offer is not None:
        until = max(on, min(until, brief.offer.valid_until))
    chosen = {"send_from": on, "send_until": until, "chosen": chosen_time(send_at)}
    try:
        return make_plan(question.model_copy(update=chosen))
    except PlanError as error:
        if error.code != "window_over":
            raise
        planned = make_plan(question)
        said = f"It cannot begin on {send_at.replace('T', ' at ')}: {error.what}"
        return planned.model_copy(update={"explanation": (said, *planned.explanation)})


async def _audience(
    stack: Stack, state: CampaignState, brief: Brief, named: Sequence[LifeStage]
) -> tuple[tuple[Member, ...], Reached | None]:
    """Whoever can be reached now; once something was scheduled, the same people as then. Their
    stages of life are kept where a mail names them."""
    kept = state.get("snapshot_hash", "") if state.get("publication_id") else ""
    if kept:
        return tuple(await read(stack.ledger, lambda tx: snapshots.members(tx, kept))), None
    rule = brief.audience.rule
    reached = await reach(stack, rule, service=brief.service)
    stages = await stages_of(stack, rule, named)
    return await members(stack, state["run_id"], reached, brief.goal.most_recipients, stages)


async def _hours(stack: Stack, brief: Brief) -> HourEvidence | None:
    try:
        return await stack.analytics.hours(brief.audience.rule)
    except AnalyticsError as error:
        if error.code != "no_data":
            raise
        return None  # the plan says that it goes by the default hour


def _content(
    stack: Stack,
    brief: Brief,
    planned: Plan,
    rendered: tuple[RenderedVariant, ...],
    hashes: dict[str, str],
) -> Content:
    treated = sum(arm.size for arm in planned.arms if arm.id != HELD_BACK)
    return Content(
        campaign_id=planned.campaign_id,
        brief_hash=brief.hash(),
        variants=rendered,
        arms=tuple((arm.id, arm.share) for arm in planned.arms),
        snapshot_hash=planned.snapshot_hash,
        size=planned.size,
        channel=brief.channel,
        sender=stack.rules.sender,
        offer=brief.offer,
        cap=planned.cap,
        quiet_hours=planned.quiet_hours,
        send_hour=planned.send_time.hour,
        send_minute=planned.send_time.minute,
        window_start=planned.window_start,
        window_end=planned.window_end,
        facts=tuple(CitedFact(fact_id=i, fact_hash=h) for i, h in sorted(hashes.items())),
        first=stack.rules.large.first_wave(treated) if stack.rules.large else None,
        service=brief.service,
    )


def next_due(planned: Plan, zone: str, now: datetime) -> datetime:
    """When people of a zone get the mail: on the planned day, or where a person took their time
    over the approval, on the first day after at the same hour. The approved window bounds it."""
    due = due_at(planned, zone)
    while due < now:
        time = planned.send_time
        later = time.model_copy(update={"day": time.day + timedelta(days=1)})
        planned = planned.model_copy(update={"send_time": later})
        due = due_at(planned, zone)
    return due


def _assignments(
    content: Content, people: list[Member], times: dict[str, datetime]
) -> Iterator[Assignment]:
    for member in people:
        arm = assign(content.campaign_id, member.pseudonym, content.arms)
        yield Assignment(
            pseudonym=member.pseudonym,
            arm=arm,
            due_at=None if arm == HELD_BACK else times[member.timezone],
            timezone=member.timezone,
        )
