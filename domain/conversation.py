"""What the assistant answers: words, tables, plots, and the approvals and campaigns it points at.

Every part is in aggregate or names a thing by its id: a conversation holds no personal data.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.frozen import Frozen


class TextPart(Frozen):
    """Markdown, as the assistant wrote it; a page draws it on the server and cleans it."""

    kind: Literal["text"] = "text"
    text: str


class Column(Frozen):
    name: str
    """With its unit, where it has one."""
    numeric: bool = False


class TablePart(Frozen):
    kind: Literal["table"] = "table"
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    """Values as they read."""
    note: str = ""
    source: str = ""
    """Where each number comes from: a query's id, or the address of the page that shows it."""


class PlotRow(Frozen):
    label: str
    value: float
    low: float
    high: float
    shown: bool
    """Whether the interval leaves out zero."""


class PlotPart(Frozen):
    """Effects with their 95 % intervals; shares as fractions, money in the workspace's currency."""

    kind: Literal["plot"] = "plot"
    title: str
    unit: Literal["share", "money"]
    rows: tuple[PlotRow, ...]
    could_miss: float | None = None
    """Effects smaller than this the test could miss."""
    note: str = ""


class ApprovalPart(Frozen):
    """An approval, shown in place. Nothing that is said in a conversation decides it."""

    kind: Literal["approval"] = "approval"
    approval_id: str


class CampaignPart(Frozen):
    """A campaign that was started or is talked about."""

    kind: Literal["campaign"] = "campaign"
    campaign_id: str
    words: str


class QuestionPart(Frozen):
    """What the assistant must know before it goes on, with the answers that it can think of."""

    kind: Literal["question"] = "question"
    question: str
    answers: tuple[str, ...] = ()


Part = Annotated[
    TextPart | TablePart | PlotPart | ApprovalPart | CampaignPart | QuestionPart,
    Field(discriminator="kind"),
]


class ToolUse(Frozen):
    """One use of a tool, as the quiet line in a conversation tells it."""

    id: str
    name: str
    """The tool's own name: ``count_audience``."""
    verb: str
    """What was done, in the past: "Counted"."""
    thing: str
    """To what: "the audience"."""
    asked: str = ""
    """What was asked for, in words."""
    got: str = ""
    """What came back, in words; in aggregate."""
    seconds: float = 0.0
    state: Literal["running", "done", "failed"] = "done"


class Answer(Frozen):
    """One answer of the assistant, whole."""

    parts: tuple[Part, ...]
    tools: tuple[ToolUse, ...] = ()
    written_by: str = "house"
    """``house``: understood without a model; else the model's name."""
