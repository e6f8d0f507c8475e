"""What a campaign changed: results collected by analytics, judged by the reporter, kept as files.

A small graph of its own without checkpoints: it only reads, so doing it again is always safe.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypedDict

import pyarrow as pa
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from agents.reporter import ReportQuestion, write_report
from domain.brief import Brief
from domain.draft import Draft
from domain.errors import PersonNeeded
from domain.ids import new_id
from domain.plan import Plan
from domain.report import Report
from ledger import consent, facts, publications, same_people, subjects
from ledger.database import Transaction
from ledger.publications import AssignmentRow, PublicationRow
from tools.analytics.port import Results
from workflows import library
from workflows.campaign import view
from workflows.stack import Stack
from workflows.state import Json
from workflows.transactions import read, write


class ReportError(PersonNeeded):
    code: Literal["nothing_scheduled"]


class ReportState(TypedDict, total=False):
    campaign_id: str
    brief: Json
    plan: Json
    draft: Json
    labels: list[list[str]]
    send_states: dict[str, int]
    results: Json
    start: str
    end: str
    as_of: str
    report: Json


ReportGraph: TypeAlias = CompiledStateGraph[ReportState, Stack, ReportState, ReportState]


@cache
def report_graph() -> ReportGraph:
    """collect → report."""
    graph: StateGraph[ReportState, Stack, ReportState, ReportState] = StateGraph(
        ReportState, context_schema=Stack
    )
    graph.add_node("collect", collect)
    graph.add_node("report", judge)
    graph.add_edge(START, "collect")
    graph.add_edge("collect", "report")
    graph.add_edge("report", END)
    return graph.compile(name="report")


async def report(stack: Stack, campaign_id: str) -> Report:
    """The report as of now, also kept in the workspace, and what it teaches in the library. Raises
    ReportError, AnalyticsError."""
    made: Any = await report_graph().ainvoke({"campaign_id": campaign_id}, context=stack)
    found = Report.model_validate(made["report"])
    await asyncio.to_thread(save, found, stack.reports)
    if found.measurable == "yes":
        await write(stack.ledger, lambda tx: _learn(tx, stack, made))
    return found


def _learn(tx: Transaction, stack: Stack, made: ReportState) -> None:
    brief, draft = Brief.model_validate(made["brief"]), Draft.model_validate(made["draft"])
    known = facts.current(tx)
    results = library.variant_results(
        made["campaign_id"],
        brief=brief,
        draft=draft,
        facts=known,
        moments=Results.model_validate(made["results"]).moments,
        start=datetime.fromisoformat(made["start"]),
        now=datetime.fromisoformat(made["as_of"]),
    )
    library.learn(
        tx, stack.brand, results, brief=brief, draft=draft, facts=known, rules=stack.rules.wear
    )


async def collect(state: ReportState, runtime: Runtime[Stack]) -> ReportState:
    """Who was assigned to what, and what they did since."""
    stack = runtime.context
    campaign_id = state["campaign_id"]
    known = await view(stack, campaign_id)

    def look(tx: Transaction) -> tuple[list[PublicationRow], list[AssignmentRow], datetime]:
        rows = publications.list_publications(tx, campaign_id)
        return rows, publications.assignments(tx, campaign_id), tx.now

    rows, assigned, now = await read(stack.ledger, look)
    if not rows or not assigned or "plan" not in known:
        raise ReportError(
            "nothing_scheduled",
            "Nothing was scheduled yet, so there is nothing to report.",
            thing=campaign_id,
            next_step="Approve what waits: `mainspring approvals list`.",
        )
    brief = Brief.model_validate(known["brief"])
    table = await read(stack.ledger, lambda tx: _assignments(tx, campaign_id, assigned))
    start = _start(rows, assigned)
    end = max(min(start + timedelta(days=brief.kpi.days), now), start)
    results = await stack.analytics.results(campaign_id, table, brief.kpi.kpi, start, end)
    draft = Draft.model_validate(known["draft"])
    states: dict[str, int] = {}
    for row in assigned:
        if row.state is not None:
            states[row.state] = states.get(row.state, 0) + 1
    return {
        "brief": known["brief"],
        "plan": known["plan"],
        "draft": known["draft"],
        "labels": [[v.id, v.angle.replace("_", " ")] for v in draft.variants],
        "send_states": states,
        "results": results.model_dump(mode="json"),
        "start": start.isoformat(),
        "end": end.isoformat(),
        "as_of": now.isoformat(),
    }


async def judge(state: ReportState, runtime: Runtime[Stack]) -> ReportState:
    """What it comes to, against those held back."""
    made = write_report(
        ReportQuestion(
            campaign_id=state["campaign_id"],
            brief=Brief.model_validate(state["brief"]),
            plan=Plan.model_validate(state["plan"]),
            labels=tuple((variant, label) for variant, label in state["labels"]),
            send_states=tuple(sorted(state["send_states"].items())),
            results=Results.model_validate(state["results"]),
            start=datetime.fromisoformat(state["start"]),
            end=datetime.fromisoformat(state["end"]),
            as_of=datetime.fromisoformat(state["as_of"]),
            currency=runtime.context.currency,
        )
    )
    return {"report": made.model_dump(mode="json")}


def save(made: Report, folder: Path) -> Path:
    """Keep a report as JSON, Markdown and HTML; each file is whole or not there."""
    from tools.render import report as pages  # plots are needed here alone, not by every worker

    place = folder / made.campaign_id
    place.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("report.json", made.model_dump_json(indent=2) + "\n"),
        ("report.md", pages.markdown(made)),
        ("report.html", pages.html(made)),
    ):
        beside = place / f".{name}.{new_id()}"
        beside.write_text(text, encoding="utf-8")
        beside.replace(place / name)
    return place


def _assignments(tx: Transaction, campaign_id: str, assigned: Sequence[AssignmentRow]) -> pa.Table:
    """The Arrow table that analytics joins with; who was erased is not in it.

    Who was in it under several ids, before anybody knew, counts once: as the id whose pseudonym
    comes first, which is chance. What their other ids got can only make an effect look smaller.
    """
    who = same_people.groups(tx, [row.pseudonym for row in assigned])
    person = subjects.customer_ids(tx, [who.of(row.pseudonym) for row in assigned])
    first: dict[str, AssignmentRow] = {}
    for row in sorted(assigned, key=lambda row: row.pseudonym):
        if who.of(row.pseudonym) in person:
            first.setdefault(person[who.of(row.pseudonym)], row)
    rows = list(first.values())
    ids = {row.pseudonym: customer_id for customer_id, row in first.items()}
    tracked = consent.agreed(tx, first, "email_tracking")
    gone = {who.of(one) for one in consent.unsubscribed_by(tx, campaign_id)}
    return pa.table(
        {
            "customer_id": pa.array([ids[r.pseudonym] for r in rows], pa.string()),
            "arm": pa.array([r.arm for r in rows], pa.string()),
            # What may have gone out counts as such, so that nothing that came of it is lost.
            "sent": pa.array([r.state in ("sent", "needs_review") for r in rows], pa.bool_()),
            "tracking": pa.array([ids[r.pseudonym] in tracked for r in rows], pa.bool_()),
            "unsubscribed": pa.array([who.of(r.pseudonym) in gone for r in rows], pa.bool_()),
        }
    )


def _start(rows: Sequence[PublicationRow], assigned: Sequence[AssignmentRow]) -> datetime:
    """The first mail's moment, so that those held back are watched from then on too."""
    first = min((row.sent_at for row in assigned if row.sent_at is not None), default=None)
    return first if first is not None else min(row.starts_at for row in rows)
