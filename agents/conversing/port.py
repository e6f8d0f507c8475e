"""The assistant's tools, as both of its minds use them: reading in aggregate, and requests.

There is no tool that sends and none that approves. Every request ends at a person's approval.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol

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
from domain.errors import MainspringError
from domain.frozen import Frozen
from domain.goal import Goal, Kpi
from domain.money import Share
from domain.predicate import Predicate
from domain.report import Report


class ToolError(MainspringError):
    """A tool that was asked for what is not there; ``next_step`` names the nearest."""

    code: Literal["unknown_thing", "no_report", "nothing_waits", "bad_arguments", "too_many"]


class Tools(Protocol):
    """Raises MainspringError: what cannot be done, and what can."""

    @property
    def known(self) -> Known: ...

    async def describe_data(self) -> DataKnown: ...

    async def read_goal(self, text: str) -> Goal:
        """What the goal grammar understands of a text. No model is asked."""
        ...

    async def count_audience(self, rule: Predicate) -> Counted: ...

    async def describe_audience(self, rule: Predicate) -> Described: ...

    async def list_segments(self) -> tuple[Segment, ...]: ...

    async def list_campaigns(self) -> tuple[CampaignLine, ...]: ...

    async def read_report(self, campaign_id: str) -> Report:
        """Raises ToolError no_report."""
        ...

    async def see_calendar(self, first: date, last: date) -> Calendar: ...

    async def find_slot(self, rule: Predicate, day: date | None = None) -> Slot: ...

    async def search_facts(self, words: str) -> tuple[FactFound, ...]: ...

    async def search_voice(self, words: str, language: Literal["en", "de"]) -> Voices: ...

    async def count_clicks(self, first: date, last: date) -> Clicks: ...

    async def plan_test(
        self, rule: Predicate, kpi: Kpi, held_back: Share | None = None
    ) -> MailTest: ...

    async def plan_budget_test(self) -> BudgetTest: ...

    async def start_campaign(self, goal: str) -> Started:
        """Needs the right to write. Raises MainspringError not_allowed."""
        ...

    async def suggest_change(
        self, campaign_id: str, wish: str, edit: dict[str, str] | None = None
    ) -> Noted:
        """Put a wish beside what waits of a campaign. Raises ToolError nothing_waits."""
        ...

    async def propose_date(self, campaign_id: str, starts: datetime) -> Noted: ...

    async def ask_for_report(self, campaign_id: str) -> ReportAsked: ...


class BudgetAsked(Frozen):
    """What is said of an advertising budget."""

    platform: str = ""
    roas: Decimal | None = None
    spend_a_week: Decimal | None = None
