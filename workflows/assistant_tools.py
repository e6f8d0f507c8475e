"""The assistant's tools over one workspace, for one turn of one person.

Reading gives aggregates alone. Requests need the person's right to write, end at an approval, and
are done once: their result is kept in the transaction that does them, by the turn and the call,
so that a turn taken up after a crash finds it and does nothing again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from agents.briefing.audience import with_rhythm
from agents.conversing.found import (
    BudgetTest,
    Calendar,
    CampaignLine,
    Clicks,
    Counted,
    DataKnown,
    Described,
    FactFound,
    Known,
    MailTest,
    Noted,
    ReportAsked,
    Segment,
    Slot,
    Started,
    Voices,
)
from agents.conversing.port import ToolError
from agents.house.goal_grammar import read_goal
from agents.tasks import GoalText
from domain.conversation import ToolUse
from domain.errors import MainspringError
from domain.goal import Goal, Kpi
from domain.money import Share
from domain.predicate import Predicate, in_words
from domain.report import Report
from ledger import threads
from ledger.database import Transaction
from ledger.people import Person
from workflows import assistant_measuring as measuring
from workflows import assistant_reading as reading
from workflows import assistant_requests as requests
from workflows import saved_segments
from workflows.segments import segments
from workflows.stack import Stack
from workflows.telling import Teller
from workflows.transactions import read, write

MOST_USES = 24
"""Of tools in one turn."""


@dataclass
class _Line:
    """What the quiet line of a use will say."""

    got: str = ""


class WorkspaceTools:
    """agents.conversing.port.Tools. ``call_id`` names the call under way, where a model made it."""

    def __init__(
        self, stack: Stack, known: Known, thread_id: str, turn_id: str, person: Person, tell: Teller
    ) -> None:
        self._stack = stack
        self._known = known
        self._thread_id = thread_id
        self._turn_id = turn_id
        self._person = person
        self._tell = tell
        self._uses = 0
        self._requests = 0
        self._campaigns: tuple[CampaignLine, ...] | None = None
        self.call_id = ""

    @property
    def known(self) -> Known:
        return self._known

    async def describe_data(self) -> DataKnown:
        async with self._line("describe_data", "Looked at", "the data") as line:
            found = await reading.describe_data(self._stack)
            line.got = f"{found.customers:,} customers, {found.orders:,} orders"
        return found

    async def read_goal(self, text: str) -> Goal:
        described = await reading.described(self._stack)
        segments_known = await asyncio.to_thread(saved_segments.saved, self._stack)
        plain, named = saved_segments.without_names(text, segments_known)
        facts = self._known.facts
        goal = read_goal(
            GoalText(
                text=plain,
                today=self._known.today,
                currency=self._known.currency,
                products=tuple((p.id, p.name, p.category) for p in facts.products),
                categories=tuple(
                    dict.fromkeys([*(p.category for p in facts.products), *described.categories])
                ),
                event_names=tuple(name for name, _ in described.event_names),
            )
        )
        if goal.audience is not None:
            rule = with_rhythm(goal.audience, self._known.today, described.rhythm)
            goal = goal.model_copy(update={"audience": rule})
        return saved_segments.with_named(goal, text, named, segments_known)

    async def count_audience(self, rule: Predicate) -> Counted:
        async with self._line("count_audience", "Counted", "the audience", in_words(rule)) as line:
            found = await reading.count(self._stack, rule, self._known.facts)
            line.got = _counted(found)
        return found

    async def describe_audience(self, rule: Predicate) -> Described:
        asked = in_words(rule)
        async with self._line("describe_audience", "Described", "the audience", asked) as line:
            found = await reading.describe(self._stack, rule, self._known.facts)
            line.got = f"{_counted(found.counted)} {len(found.figures)} figures of all together."
        return found

    async def list_segments(self) -> tuple[Segment, ...]:
        async with self._line("list_segments", "Counted", "the segments") as line:
            found = await segments(self._stack)
            line.got = f"{len(found)} groups that the data tell apart"
        return found

    async def list_campaigns(self) -> tuple[CampaignLine, ...]:
        if self._campaigns is not None:  # looked up in this turn already
            return self._campaigns
        async with self._line("list_campaigns", "Looked at", "the campaigns") as line:
            found = await reading.campaigns(self._stack)
            line.got = f"{len(found)} campaigns"
        self._campaigns = found
        return found

    async def read_report(self, campaign_id: str) -> Report:
        async with self._line("read_report", "Read", "the report", campaign_id) as line:
            found = await reading.report(self._stack, campaign_id)
            line.got = found.title
        return found

    async def see_calendar(self, first: date, last: date) -> Calendar:
        asked = f"{first.isoformat()} to {last.isoformat()}"
        async with self._line("see_calendar", "Looked at", "the calendar", asked) as line:
            found = await reading.calendar(self._stack, first, last)
            line.got = f"{len(found.planned)} planned, {len(found.waiting)} wait for a yes"
        return found

    async def find_slot(self, rule: Predicate, day: date | None = None) -> Slot:
        asked = f"from {day.isoformat()}" if day else "as soon as may be"
        async with self._line("find_slot", "Looked for", "the earliest time", asked) as line:
            found = await reading.slot(self._stack, rule, day)
            line.got = f"{found.earliest.isoformat()}; {found.evidence}"
        return found

    async def search_facts(self, words: str) -> tuple[FactFound, ...]:
        async with self._line("search_facts", "Looked up", "the facts", words) as line:
            found = reading.search_facts(self._known.facts, words)
            line.got = f"{len(found)} facts: {', '.join(one.id for one in found)}"
        return found

    async def search_voice(self, words: str, language: Literal["en", "de"]) -> Voices:
        async with self._line("search_voice", "Looked up", "how you say it", words) as line:
            found = await reading.search_voice(self._stack, words, language)
            line.got = f"{len(found.passages)} passages of your own"
        return found

    async def count_clicks(self, first: date, last: date) -> Clicks:
        asked = f"{first.isoformat()} to {last.isoformat()}"
        async with self._line("count_clicks", "Counted", "last clicks", asked) as line:
            found = await measuring.clicks(self._stack, first, last)
            line.got = f"{found.orders:,} orders by last click; query {found.query}"
        return found

    async def plan_test(
        self, rule: Predicate, kpi: Kpi, held_back: Share | None = None
    ) -> MailTest:
        asked = f"{kpi.replace('_', ' ')}; {in_words(rule)}"
        async with self._line("plan_test", "Reckoned", "what a test shows", asked) as line:
            found = await measuring.mail_test(self._stack, rule, kpi, held_back, self._known.facts)
            line.got = _counted(found.counted)
        return found

    async def plan_budget_test(self) -> BudgetTest:
        async with self._line(
            "plan_budget_test", "Reckoned", "a test by regions", "weekly revenue by city"
        ) as line:
            found = await measuring.budget_test(self._stack)
            line.got = f"{found.regions} cities over {found.weeks_known} weeks; {found.query}"
        return found

    async def start_campaign(self, goal: str) -> Started:
        async with self._line("start_campaign", "Started", "a campaign", goal) as line:
            kept = await self._once(
                lambda tx, key: requests.start(tx, self._thread_id, self._person, goal, key)
            )
            self._campaigns = None
            line.got = "It is being worked on, and waits for a yes before anything goes out."
        return Started.model_validate(kept)

    async def ask_for_report(self, campaign_id: str) -> ReportAsked:
        async with self._line("ask_for_report", "Asked for", "a report", campaign_id) as line:
            kept = await self._once(
                lambda tx, key: requests.ask_for_report(tx, self._person, campaign_id, key)
            )
            line.got = "It is written next."
        return ReportAsked.model_validate(kept)

    async def suggest_change(
        self, campaign_id: str, wish: str, edit: dict[str, str] | None = None
    ) -> Noted:
        async with self._line("suggest_change", "Noted", "a change", wish) as line:
            kept = await self._once(
                lambda tx, _: requests.suggest(tx, self._person, campaign_id, wish, edit)
            )
            line.got = "It stands beside what waits for approval; a person decides."
        return Noted.model_validate(kept)

    async def propose_date(self, campaign_id: str, starts: datetime) -> Noted:
        asked = starts.isoformat()
        async with self._line("propose_date", "Proposed", "another time", asked) as line:
            moved = await requests.date_asked(self._stack, campaign_id, starts)
            kept = await self._once(
                lambda tx, _: requests.propose_date(
                    tx, self._stack, self._person, campaign_id, moved
                )
            )
            line.got = f"{moved.why} It stands beside the campaign; a person decides."
        return Noted.model_validate(kept)

    async def _once(self, do: Callable[[Transaction, str], Mapping[str, Any]]) -> Mapping[str, Any]:
        """Do a request, or find what came of it when it was done before."""
        self._requests += 1
        key = self.call_id or f"request {self._requests}"
        turn_id = self._turn_id
        before = await read(self._stack.ledger, lambda tx: threads.requested(tx, turn_id, key))
        if before is not None:
            return before

        def run(tx: Transaction) -> Mapping[str, Any]:
            found = do(tx, f"{turn_id}:{key}")
            threads.remember_request(tx, turn_id, key, found)
            return found

        return await write(self._stack.ledger, run)

    @asynccontextmanager
    async def _line(
        self, name: str, verb: str, thing: str, asked: str = ""
    ) -> AsyncIterator[_Line]:
        """Tell of one use: that it runs, and what came back or why nothing did."""
        self._uses += 1
        if self._uses > MOST_USES:
            raise ToolError(
                "too_many",
                f"One answer may use {MOST_USES} tools.",
                next_step="Ask something narrower.",
            )
        use = ToolUse(
            id=self.call_id or f"{name}-{self._uses}",
            name=name,
            verb=verb,
            thing=thing,
            asked=asked,
            state="running",
        )
        await self._tell.tool(use)
        began = time.monotonic()
        line = _Line()
        try:
            yield line
        except MainspringError as error:
            await self._tell.tool(_ended(use, began, str(error), "failed"))
            raise
        await self._tell.tool(_ended(use, began, line.got, "done"))


def _ended(use: ToolUse, began: float, got: str, state: Literal["done", "failed"]) -> ToolUse:
    seconds = round(time.monotonic() - began, 2)
    return use.model_copy(update={"got": got, "seconds": seconds, "state": state})


def _counted(found: Counted) -> str:
    return (
        f"{found.size:,} people; {found.reachable:,} may be mailed. Counts only, no names or "
        "addresses."
    )
