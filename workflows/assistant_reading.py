"""What the assistant reads: audiences, campaigns, calendar, facts and voice, all in aggregate."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from pathlib import Path
from time import monotonic
from typing import Literal
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from agents import scheduler
from agents.claims.evidence import of_house_fact, of_product
from agents.conversing.found import (
    Calendar,
    CampaignLine,
    Counted,
    DataKnown,
    Described,
    FactFound,
    Known,
    Planned,
    Slot,
    Voices,
    Waiting,
)
from agents.conversing.port import ToolError
from agents.house.goal_products import GERMAN
from agents.scheduler import PlanError
from domain.facts import Facts
from domain.predicate import AllOf, AnyOf, Bought, Did, NotThat, Predicate, Sequence
from domain.report import Report
from domain.words import money_words
from ledger import approvals, facts, publications, runs, sending
from ledger.approvals import Approval
from ledger.database import Ledger, Transaction
from ledger.people import Person
from tools.analytics.port import AnalyticsError
from tools.cdp.port import DataDescription
from workflows.audience import reach
from workflows.previewing import preview
from workflows.stack import Stack
from workflows.transactions import read

MOST_CAMPAIGNS = 200
MOST_FACTS = 12
MOST_PASSAGES = 6
DESCRIBED_SECONDS = 60.0
"""An import that brings a new category is known to conversations after so long."""
_WORD = re.compile(r"\w{2,}")
_DESCRIBED: WeakKeyDictionary[Ledger, tuple[float, DataDescription]] = WeakKeyDictionary()


async def know(stack: Stack, person: Person) -> Known:
    """What every turn begins with."""
    now, known = await read(stack.ledger, lambda tx: (tx.now, facts.current(tx)))
    return Known(
        today=now.astimezone(ZoneInfo(stack.timezone)).date(),
        now=now,
        timezone=stack.timezone,
        currency=stack.currency,
        facts=known,
        guide=stack.brand.guide,
        may_start="write" in person.rights,
        person=person.name,
    )


async def described(stack: Stack) -> DataDescription:
    """What the data hold, by which a text is read; looked up each minute."""
    known = _DESCRIBED.get(stack.ledger)
    if known is None or monotonic() - known[0] > DESCRIBED_SECONDS:
        known = (monotonic(), await stack.customers.describe())
        _DESCRIBED[stack.ledger] = known
    return known[1]


async def describe_data(stack: Stack) -> DataKnown:
    found = await stack.customers.describe()
    return DataKnown(
        customers=found.customers,
        orders=found.orders,
        events=found.events,
        first_day=found.first_day,
        last_day=found.last_day,
        event_names=found.event_names,
        categories=found.categories,
        channels=found.channels,
    )


async def count(stack: Stack, rule: Predicate, known: Facts) -> Counted:
    """Raises ToolError unknown_thing, CdpError unknown_field with the nearest names."""
    require_products(rule, known)
    reached = await reach(stack, rule)
    now = await read(stack.ledger, lambda tx: tx.now)
    left_out = reached.counts()
    return Counted(
        rule=rule,
        size=len(reached.people) + sum(number for _, number in left_out),
        reachable=len(reached.people),
        left_out=left_out,
        as_of=now,
    )


async def describe(stack: Stack, rule: Predicate, known: Facts) -> Described:
    """Raises as ``count``."""
    require_products(rule, known)
    found = await stack.customers.evidence(rule)
    reached = await reach(stack, rule)
    query = found.queries[0].id if found.queries else ""
    return Described(
        counted=Counted(
            rule=rule,
            size=found.size,
            reachable=len(reached.people),
            left_out=reached.counts(),
            as_of=found.as_of,
        ),
        figures=found.figures,
        first_day=found.first_day,
        last_day=found.last_day,
        query=query,
        preview=await preview(stack, rule),
    )


def require_products(rule: Predicate, known: Facts) -> None:
    """Raises ToolError unknown_thing where a rule names an article that is not sold."""
    match rule:
        case AllOf(of=parts) | AnyOf(of=parts):
            for part in parts:
                require_products(part, known)
        case NotThat(that=that):
            require_products(that, known)
        case Sequence(steps=steps):
            for step in steps:
                require_products(step.that, known)
        case Bought(products=products) | Did(products=products):
            ids = [product.id for product in known.products]
            for product in products:
                if product not in ids:
                    near = get_close_matches(product, ids, n=3, cutoff=0.3)
                    raise ToolError(
                        "unknown_thing",
                        "There is no article of this id.",
                        thing=product,
                        next_step=f"The nearest: {', '.join(near or ids[:3])}.",
                    )
        case _:
            pass


async def campaigns(stack: Stack) -> tuple[CampaignLine, ...]:
    """All campaigns, the latest first."""

    def look(tx: Transaction) -> list[CampaignLine]:
        pending = {a.run_id: a for a in approvals.pending(tx)}
        sends: dict[str, tuple[int, datetime | None]] = {}
        for row in publications.list_publications(tx):
            sent = publications.counts(tx, row.id).get("sent", 0)
            before, first = sends.get(row.run_id, (0, None))
            begun = min(filter(None, (first, row.starts_at if sent else None)), default=None)
            sends[row.run_id] = (before + sent, begun)
        lines = []
        for run in runs.list_runs(tx, limit=MOST_CAMPAIGNS):
            waits = pending.get(run.id)
            sent, first = sends.get(run.id, (0, None))
            lines.append(
                CampaignLine(
                    id=run.id,
                    goal=run.goal,
                    status=run.status,
                    detail=run.detail,
                    begun=run.created_at,
                    sent=sent,
                    first_sent=first,
                    approval_id=waits.id if waits else "",
                    gate=waits.gate if waits else "",
                )
            )
        return lines

    found = await read(stack.ledger, look)
    kept = await asyncio.to_thread(_kept, stack.reports)
    return tuple(line.model_copy(update={"reported": line.id in kept}) for line in found)


async def report(stack: Stack, campaign_id: str) -> Report:
    """The report that the worker keeps. Raises ToolError no_report, LedgerError unknown."""
    run = await read(stack.ledger, lambda tx: runs.get(tx, campaign_id))
    file = stack.reports / run.id / "report.json"
    try:
        return Report.model_validate_json(await asyncio.to_thread(file.read_text, "utf-8"))
    except (OSError, ValidationError) as error:
        raise ToolError(
            "no_report",
            f"“{run.goal}” has no report yet: it is {run.status}.",
            thing=run.id,
            next_step="Reports come some days after the last mail; I can ask for one now if "
            "something went out.",
        ) from error


async def calendar(stack: Stack, first: date, last: date) -> Calendar:
    """What goes out from ``first`` to ``last``, both included, in the workspace's zone."""
    zone = ZoneInfo(stack.timezone)
    start = datetime.combine(first, time(), zone).astimezone(UTC)
    end = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)

    def look(tx: Transaction) -> tuple[list[Planned], list[Waiting], str]:
        goals = {run.id: run.goal for run in runs.list_runs(tx, limit=MOST_CAMPAIGNS)}
        planned = [
            Planned(
                publication_id=row.id,
                campaign_id=row.campaign_id,
                goal=goals.get(row.run_id, ""),
                state=row.state,
                starts=row.starts_at,
                window_start=row.window_start,
                window_end=row.window_end,
                messages=sum(publications.counts(tx, row.id).values()),
            )
            for row in publications.list_publications(tx)
            if row.state != "cancelled" and start <= row.starts_at < end
        ]
        waits = [_waiting(tx, approval) for approval in approvals.pending(tx)]
        pause = sending.status(tx)
        return planned, waits, (pause.reason or "paused") if pause.paused else ""

    planned, waiting, paused = await read(stack.ledger, look)
    return Calendar(
        first=first,
        last=last,
        planned=tuple(sorted(planned, key=lambda one: one.starts)),
        waiting=tuple(waiting),
        quiet=stack.rules.quiet_hours,
        cap=stack.rules.cap,
        paused=paused,
    )


async def slot(stack: Stack, rule: Predicate, day: date | None) -> Slot:
    """The earliest moment by the planner's own rules, and the hour that it would choose.

    ``day`` is the first that would do. Raises PlanError all_hours_quiet.
    """
    now = await read(stack.ledger, lambda tx: tx.now)
    zone = ZoneInfo(stack.timezone)
    quiet = stack.rules.quiet_hours
    try:
        hours = await stack.analytics.hours(rule)
    except AnalyticsError:
        hours = None
    opening = [hour for hour in range(24) if not scheduler.is_quiet(hour, quiet)]
    if not opening:
        raise PlanError("all_hours_quiet", "The quiet hours leave no hour to send in.")
    best, evidence, _, _ = scheduler.best_hour(hours, opening)
    wanted = now + scheduler.LEAD
    if day is not None:
        wanted = max(wanted, datetime.combine(day, time(), zone).astimezone(UTC))
    earliest = _next_quarter(wanted)
    waits = False
    while scheduler.is_quiet(earliest.astimezone(zone).hour, quiet):
        earliest += timedelta(minutes=15)
        waits = True
    return Slot(
        now=now,
        earliest=earliest,
        quiet=quiet,
        waits_for_morning=waits,
        approve_by=earliest - scheduler.LEAD,
        best_hour=best,
        evidence=evidence,
    )


def search_facts(known: Facts, words: str) -> tuple[FactFound, ...]:
    """Facts that share words with a question, the closest first."""
    said = _WORD.findall(words.lower())
    english = [w for word in said for w in GERMAN.get(word, GERMAN.get(_stem(word), ()))]
    asked = {_stem(word) for word in (*said, *english)}
    scored: list[tuple[float, int, FactFound]] = []
    for product in known.products:
        pieces = of_product(product)
        whole = {_stem(w) for p in pieces for w in _WORD.findall(p.words.lower())}
        whole |= {_stem(w) for w in _WORD.findall(product.name.lower())}
        hits = len(asked & whole)
        named = len(asked & {_stem(w) for w in _WORD.findall(product.name.lower())})
        if not hits:
            continue
        price = money_words(product.price)
        stock = "we have one" if product.stock == 1 else f"{product.stock} in stock"
        told = ", ".join(filter(None, (product.material, product.condition, *product.flaws)))
        text = f"{product.name}: {price}, {stock}" + (f"; {told}" if told else "")
        score = hits + 3 * named + (0 if product.stock else -1)
        scored.append((-score, len(scored), FactFound(id=product.id, text=text)))
    for fact in known.house:
        whole = {_stem(w) for w in _WORD.findall(of_house_fact(fact).words.lower())}
        hits = len(asked & whole)
        if hits:
            found = FactFound(id=fact.id, text=fact.text, source=fact.source)
            scored.append((-hits, len(scored), found))
    return tuple(found for _, _, found in sorted(scored, key=lambda row: row[:2])[:MOST_FACTS])


async def search_voice(stack: Stack, words: str, language: Literal["en", "de"]) -> Voices:
    found = await stack.voice.search(words, language=language, n=MOST_PASSAGES)
    return Voices(passages=found, principles=stack.brand.guide.principles)


def _waiting(tx: Transaction, approval: Approval) -> Waiting:
    return Waiting(
        approval_id=approval.id,
        campaign_id=approval.run_id,
        goal=runs.get(tx, approval.run_id).goal,
        gate=approval.gate,
        until=approval.expires_at,
        blocked=approval.blocking,
    )


def _kept(reports: Path) -> set[str]:
    return {file.parent.name for file in reports.glob("*/report.json")}


def _next_quarter(moment: datetime) -> datetime:
    late = timedelta(
        minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond
    )
    return moment - late + timedelta(minutes=15) if late else moment


def _stem(word: str) -> str:
    """Words of one root alike, well enough to find a fact by."""
    for ending in ("ungen", "ung", "en", "er", "es", "e", "n", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word
