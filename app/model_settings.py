"""Settings of language models: where each is, what it costs, and which task it does."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from app.section import Section

ModelName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
TaskName = Literal[
    "read_goal",
    "write_brief",
    "generate_copy",
    "generate_pieces",
    "write_series",
    "judge_copy",
    "assistant",
]


class EndpointSettings(Section):
    """A further model, for single tasks: a table `[models.NAME]` for each, and
    `[model.tasks]` says which task it does. Its key is the secret `NAME` of the table
    `[model_keys]`."""

    base_url: str = ""
    """For example https://models.example/v1 or http://localhost:11434/v1. Empty: no model; for a
    further one, that of `[model]`, with its key."""
    name: str = ""
    """The model's name at that endpoint."""
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    """How far it may stray from the likeliest word. Absent: as the endpoint has it."""
    most_tokens: Annotated[int, Field(ge=100)] = 8000
    """Most tokens of one answer; a small model's context may be no larger than that."""
    timeout_seconds: Annotated[float, Field(gt=0, le=3600)] = 120
    """How long to wait for an answer."""
    price_in: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    """Price of a million tokens read, in the workspace's currency."""
    price_out: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    """Price of a million tokens written."""


class TraceSettings(Section):
    """Where every call of a model is told to, as an OpenTelemetry span by the GenAI conventions:
    task, model, tokens, cost, seconds and outcome, and never a word of a prompt or an answer. Off
    unless set here, or by OpenTelemetry's own variables (`OTEL_EXPORTER_OTLP_ENDPOINT` and its
    like, which also hold the headers that a collector asks for)."""

    endpoint: Annotated[str, Field(pattern=r"^(https?://[^\s@]+)?$")] = ""
    """Address of an OTLP collector, for example http://localhost:4318."""


class ModelSettings(EndpointSettings):
    """A language model behind any OpenAI-compatible endpoint. Without one, drafts are assembled
    from the brand's own library, and say so."""

    tasks: dict[TaskName, str] = Field(default_factory=dict)
    """Task = the name of a further model that does it: `judge_copy = "large"` for the one of
    `[models.large]`. The tasks: `read_goal`, `write_brief`, `generate_copy`, `generate_pieces`,
    `write_series`, `judge_copy`, `assistant`."""
    when_it_fails: Literal["house", "person"] = "house"
    """Who takes over when a model gives nothing usable: `house`, the writer that needs no model,
    or a `person`: the campaign waits, and says why."""
    keep_answers: bool = False
    """Whether an answer is kept and given again to the very same question, for example while you
    try things out. Conversations are never kept."""
    budget_a_day: Annotated[Decimal, Field(ge=0)] | None = None
    """Most money for models in a day, in the workspace's currency. Absent: no limit."""
    budget_a_run: Annotated[Decimal, Field(ge=0)] | None = None
    """Most money for models in one campaign or one answer of the assistant. Absent: no limit."""
