"""The first half of a campaign: read_goal, audit and write_brief."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from langgraph.runtime import Runtime

from agents import brief_writer
from agents.tasks import READ_GOAL, WRITE_BRIEF
from domain.audit import Standing
from domain.brief import AudienceEvidence, Brief
from domain.errors import Refused
from domain.frozen import content_hash
from domain.goal import Goal
from ledger import approvals, facts, runs
from ledger.approvals import Approval
from ledger.database import Transaction
from ledger.errors import LedgerError
from workflows import data_audit, progress, saved_segments
from workflows.audience import reach
from workflows.data_doubts import doubts, require_sound
from workflows.edits import edited_brief
from workflows.library import shelf
from workflows.previewing import preview
from workflows.stack import Stack
from workflows.state import CampaignState
from workflows.transactions import read, write

MOST_OVERLAPS = 6
"""Groups that a brief names beside its audience."""


class RunEnded(Refused):
    """A run that was cancelled, or has failed, while it was under way."""

    code: Literal["run_ended"]


async def read_goal(state: CampaignState, runtime: Runtime[Stack]) -> CampaignState:
    """Understand the goal; whatever is not understood is quoted, never dropped."""
    stack = runtime.context
    progress.started(state["run_id"], "read_goal")
    today = await read(stack.ledger, lambda tx: _today(tx, stack, state))
    goal = await understood(stack, state["goal_text"], today)
    unread = len(goal.unread) + len(goal.impossible)
    needs = "word of it needs" if unread == 1 else "words of it need"
    said = "Understood all of it." if not unread else f"{unread} {needs} your eye."
    progress.finished(state["run_id"], "read_goal", said)
    return {"goal": goal.model_dump(mode="json")}


async def understood(stack: Stack, goal_text: str, today: date) -> Goal:
    """What a goal says, with the saved segments that it names. Raises ModelError."""
    known = await read(stack.ledger, facts.current)
    described = await stack.customers.describe()
    segments = await asyncio.to_thread(saved_segments.saved, stack)
    text, named = saved_segments.without_names(goal_text, segments)
    goal = await brief_writer.read_goal(
        text,
        today=today,
        currency=stack.currency,
        facts=known,
        model=stack.model_for(READ_GOAL.name),
        house=stack.stand_in,
        categories=described.categories,
        event_names=tuple(name for name, _ in described.event_names),
    )
    return saved_segments.with_named(goal, goal_text, named, segments)


async def audit(state: CampaignState, runtime: Runtime[Stack]) -> CampaignState:
    """Size and habits of the audience, who of it can be reached, and whether the data behind
    that can be trusted. Raises BrokenData below the score that a person set."""
    stack = runtime.context
    progress.started(state["run_id"], "audit")
    goal = Goal.model_validate(state["goal"])
    today = await read(stack.ledger, lambda tx: _today(tx, stack, state))
    evidence = await evidence_for(stack, goal, today)
    said = f"{evidence.size:,} people fit; {evidence.reachable or 0:,} of them can be mailed."
    made: CampaignState = {"evidence": evidence.model_dump(mode="json")}
    standing = await data_audit.standing(stack, evidence.rule)
    if standing is not None:
        await read(stack.ledger, lambda tx: require_sound(tx, standing, stack.least_score))
        made["standing"] = standing.model_dump(mode="json")
        if standing.score.value is not None:
            said = f"{said} The data score {standing.score.value:.0f} of 100."
    progress.finished(state["run_id"], "audit", said)
    return made


async def evidence_for(stack: Stack, goal: Goal, today: date) -> AudienceEvidence:
    """What the data say of a goal's audience, in aggregate, and who of it can be mailed."""
    described = await stack.customers.describe()
    rule = brief_writer.audience_rule(goal, today, described.rhythm)
    evidence = await stack.customers.evidence(rule)
    reached = await reach(stack, rule, service=goal.service)
    looked = await preview(stack, rule)
    return evidence.model_copy(
        update={
            "reachable": len(reached.people),
            "left_out": reached.counts(),
            "spreads": looked.spreads,
            "overlaps": looked.overlaps[:MOST_OVERLAPS],
            "queries": (*evidence.queries, looked.query),
        }
    )


async def write_brief(state: CampaignState, runtime: Runtime[Stack]) -> CampaignState:
    """Write the brief, anew with a person's reason or as they edited it, and ask for a word."""
    stack = runtime.context
    run_id = state["run_id"]
    progress.started(run_id, "write_brief")
    last = await read(stack.ledger, lambda tx: latest(tx, run_id, "brief"))
    fresh = last is not None and last.id not in state.get("acted_on", ())
    if last is not None and fresh and last.status == "edited" and "brief" in state:
        brief = edited_brief(Brief.model_validate(state["brief"]), last.edit or {})
    else:
        rejected = last is not None and fresh and last.status == "rejected"
        today = await read(stack.ledger, lambda tx: _today(tx, stack, state))
        brief = await written(stack, state, today, last.reason if last and rejected else "")
    body, digest = brief.model_dump(mode="json"), brief.hash()

    def ask(tx: Transaction) -> None:
        still_on(tx, run_id)
        approvals.request(
            tx, run_id, "brief", body, digest, expires_in=stack.limits.approval_expires
        )

    await write(stack.ledger, ask)
    progress.finished(run_id, "write_brief", f"One message: {brief.message}")
    return {
        "brief": body,
        "brief_hash": digest,
        "acted_on": acted(state, last if fresh else None),
    }


async def written(
    stack: Stack, state: CampaignState, today: date, reject_reason: str = ""
) -> Brief:
    """The brief of the state's goal and evidence. Raises ModelError."""
    known, library = await read(
        stack.ledger, lambda tx: (facts.current(tx), shelf(tx, stack.brand))
    )
    standing = Standing.model_validate(state["standing"]) if "standing" in state else None
    return await brief_writer.write_brief(
        Goal.model_validate(state["goal"]),
        today=today,
        currency=stack.currency,
        customers=stack.customers,
        evidence=AudienceEvidence.model_validate(state["evidence"]),
        facts=known,
        guide=stack.brand.guide,
        model=stack.model_for(WRITE_BRIEF.name),
        house=stack.stand_in,
        holdout=stack.rules.holdout_share,
        reject_reason=reject_reason,
        data_doubts=doubts(standing) if standing is not None else (),
        past=library.citations,
    )


def still_on(tx: Transaction, run_id: str) -> None:
    """Raises RunEnded where the run was cancelled meanwhile: nothing more is asked or done."""
    run = runs.get(tx, run_id)
    if run.status in runs.ENDED:
        raise RunEnded(
            "run_ended",
            f"The campaign is {run.status}.",
            thing=run_id,
            next_step="Start a new one with `mainspring campaign new`.",
        )


def latest(tx: Transaction, run_id: str, gate: approvals.Gate) -> Approval | None:
    """The run's newest approval at a gate."""
    found = [a for a in approvals.for_run(tx, run_id) if a.gate == gate]
    return max(found, key=lambda a: (a.requested_at, a.id), default=None)


def acted(state: CampaignState, approval: Approval | None) -> list[str]:
    """The approvals taken up so far, and this one."""
    done = list(state.get("acted_on", ()))
    return [*done, approval.id] if approval is not None and approval.id not in done else done


def approved_brief(tx: Transaction, state: CampaignState) -> Brief:
    """The brief that a person said yes to, with what they answered to its question."""
    brief = Brief.model_validate(state["brief"])
    last = latest(tx, state["run_id"], "brief")
    if last is None or last.status != "approved" or last.content_hash != content_hash(brief):
        raise LedgerError(
            "not_approved",
            "Nobody has said yes to this brief.",
            thing=state["run_id"],
            next_step="Look at what waits: `mainspring approvals list`.",
        )
    return brief.model_copy(update={"answer": last.reason}) if last.reason else brief


def _today(tx: Transaction, stack: Stack, state: CampaignState) -> date:
    moment = runs.get(tx, state["run_id"]).as_of or tx.now
    return moment.astimezone(ZoneInfo(stack.timezone)).date()
