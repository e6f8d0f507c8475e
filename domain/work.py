"""Marketing work by task: who does it, how much was given back, and what pays next.

By task and never by person: nothing here has a place for a name.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from domain.frozen import Frozen

Layer = Literal["data", "stack", "content", "measurement"]
"""The order in which they pay: a layer that stands on a broken one is money lost."""
LAYERS: tuple[Layer, ...] = get_args(Layer)

TaskKey = Literal[
    "import_data",
    "check_data",
    "build_audience",
    "write_brief",
    "write_copy",
    "check_copy",
    "plan_send",
    "send",
    "start_regularly",
    "answer_questions",
    "write_report",
    "post_social",
    "make_ads",
    "seo_report",
    "decide",
]
TASKS: tuple[TaskKey, ...] = get_args(TaskKey)

Business = Literal["consumer_goods", "shop", "business_goods", "business_services", "other"]
BUSINESSES: tuple[Business, ...] = get_args(Business)

Standing = Literal[
    "agentic",  # agents do it; people decide at its end
    "partly",  # agents do some of it, people some by hand
    "could_be",  # an agent for it is here, and has not done any
    "not_here",  # predictable work for which no agent is here yet
    "people",  # a judgment: it stays with people
]


class Task(Frozen):
    key: TaskKey
    name: str
    layer: Layer
    standing: Literal["here", "not_here", "people"]
    """Whether there is an agent for it."""
    does: str
    """What does it here, or why nothing does."""


class Range(Frozen):
    """From the least to the most that somebody thinks it is."""

    least: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    most: Annotated[float, Field(ge=0, allow_inf_nan=False)]

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if self.least > self.most:
            raise ValueError("the least is more than the most")
        return self


class ByHand(Frozen):
    """What the team says of a task: how often people still do it alone, and how long it takes."""

    key: TaskKey
    times: Annotated[float, Field(ge=0, le=10_000)]
    """A month, by people alone, beside what agents do."""
    minutes: Range
    """What it takes by hand, each time."""


class Answers(Frozen):
    """The questionnaire. What was not answered is None and stays unknown."""

    answered_on: date | None = None
    business: Business | None = None
    revenue: Annotated[Decimal, Field(gt=0, lt=10**13)] | None = None
    """Of a year, in the workspace's currency; None: that of the orders, where they span a year."""
    technology_budget: Annotated[Decimal, Field(ge=0, lt=10**13)] | None = None
    """Of a year, for the tools of marketing; None: reckoned from revenue by the figures shown."""
    review_minutes: Range | None = None
    """What a person takes to look and decide, each time."""
    tasks: tuple[ByHand, ...] = ()

    def of(self, key: TaskKey) -> ByHand | None:
        return next((task for task in self.tasks if task.key == key), None)


class TaskWork(Frozen):
    """One task: what the history says, what the team says, and what follows."""

    task: Task
    standing: Standing
    done: int | None
    """By agents in the days looked at; None: no agent is here for it."""
    decisions: int
    """Times that a person looked and decided about it."""
    by_hand: ByHand | None
    share: float | None
    """Done by agents, of all that was done in a month; None: the team has not said."""
    hours: Range | None
    """Given back in the days looked at: done x minutes by hand, less the looking; None: unknown."""
    why_unknown: str = ""


class Benchmark(Frozen):
    """A figure from elsewhere, and where it is from."""

    what: str
    low: float
    high: float
    source: str
    caution: str


class Proof(Frozen):
    """What must be seen before the next step is paid for."""

    what: str
    state: Literal["reached", "open", "unknown"]
    found: str
    """What the data and the history say of it now."""


class Step(Frozen):
    layer: Layer
    what: str
    why: str
    proof: Proof
    unlocks: str
    first_month: int | None
    """1 is the month that begins now, at the earliest; None: it is done."""
    months: int
    budget: Range | None
    """In the workspace's currency; None: unknown, or it is done."""
    released: bool
    """Every proof before it is reached: it may be begun."""


class Roadmap(Frozen):
    steps: tuple[Step, ...]
    budget: Range | None
    """Of a year, for all layers."""
    by_layer: tuple[tuple[Layer, float], ...]
    """Fractions of the budget, from the audit's score by a rule of ours."""
    rule: str
    """How the fractions were found, in words."""
    reckoned: str
    """How the budget was found, in words, or why it is unknown."""
    benchmarks: tuple[Benchmark, ...]
    score: float | None
    """The data audit's, 0 to 100."""


class WorkAudit(Frozen):
    as_of: datetime
    days: int
    """How far back the history was counted."""
    headline: str
    tasks: tuple[TaskWork, ...]
    hours: Range | None
    """Given back over all tasks of which both sides are known."""
    unknown_tasks: int
    """Tasks that agents did and of which nobody said what they take by hand."""
    unedited: tuple[int, int]
    """Drafts approved as they were written, of all drafts approved."""
    answers: Answers
    roadmap: Roadmap
