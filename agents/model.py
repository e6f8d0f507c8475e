"""The model port: structured answers to Tasks, and the conversation of the assistant.

Inside: ``Model`` (the port), ``ModelError`` (how it fails), ``CallLog``, ``Budget`` and
``KeptAnswers`` (who is told of a call, who may stop and who may spare it), and the messages of a
conversation.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, Protocol

from pydantic import Field

from agents.tasks import Answered, Given, Task
from domain.errors import MainspringError
from domain.frozen import Frozen

ModelErrorCode = Literal[
    "no_house_answer",  # the house writer has no function for this task
    "malformed",  # no JSON of the asked form, after two repairs
    "empty",  # nothing but white space, after two repairs
    "wrong_language",  # another language than the brief's, after two repairs
    "repeating",  # one piece said over and over, until there was no more room
    "refused",  # the model declined
    "too_long",  # far more than the task can need
    "unreachable",  # no connection, or the server failed
    "rate_limited",  # still 429 after the waits that the server asked for
    "timeout",  # no answer in the time given
    "budget_spent",  # refused before the call: the run's or the day's budget is spent
    "rejected",  # the server will not take the request (key, model name, rights)
]

Outcome = Literal[
    "answered",
    "repaired",
    "malformed",
    "empty",
    "wrong_language",
    "repeating",
    "refused",
    "too_long",
    "unreachable",
    "rate_limited",
    "timeout",
    "rejected",
    "kept",  # an earlier answer to the very same question was given again
]


class ModelError(MainspringError):
    """A model that gave no usable answer; a house writer or a person takes over."""

    code: ModelErrorCode

    def __init__(
        self, code: ModelErrorCode, what: str, *, thing: str = "", next_step: str = ""
    ) -> None:
        super().__init__(code, what, thing=thing, next_step=next_step)


class Call(Frozen):
    """One request over the wire. Holds no prompt and no answer."""

    task: str
    prompt_hash: str
    """The prompt file's hash: which wording was used."""
    prompt_version: int
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal = Decimal(0)
    """In the currency of the configured token prices; 0 where none are configured."""
    seconds: float
    outcome: Outcome
    answered_by: str = ""
    """The model as the endpoint names it; empty where it gave no answer."""
    finish: str = ""
    """Why the model stopped, in the endpoint's word."""
    streamed: bool = False
    """A conversation, piece by piece; else a structured question."""


class CallLog(Protocol):
    """Told of every call. Called in a thread; may block."""

    def record(self, call: Call) -> None: ...


class Budget(Protocol):
    """Asked before every call. Called in a thread; may block."""

    def check(self) -> None:
        """Raise ModelError budget_spent when nothing is left; so at most one call overruns."""
        ...


class KeptAnswers(Protocol):
    """Earlier answers by their questions' hashes. Called in a thread; may block."""

    def get(self, key: str) -> str | None: ...

    def keep(self, key: str, text: str) -> None: ...


class ToolCall(Frozen):
    """A tool that the model wants called."""

    kind: Literal["tool_call"] = "tool_call"
    id: str
    name: str
    arguments: str
    """JSON as the model wrote it; may be malformed."""


class Words(Frozen):
    """A piece of the answer's text as it arrives."""

    kind: Literal["words"] = "words"
    text: str


Piece = Annotated[Words | ToolCall, Field(discriminator="kind")]


class ChatMessage(Frozen):
    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


class ToolSpec(Frozen):
    """A tool offered to the model."""

    name: str
    description: str
    parameters: dict[str, Any]
    """JSON Schema of its arguments."""


class Model(Protocol):
    """Whoever answers: a language model, or the house writer."""

    @property
    def name(self) -> str:
        """``house``, or the model's name as people know it."""
        ...

    async def answer(self, task: Task[Given, Answered], given: Given) -> Answered:
        """Answer one structured question. Raises ModelError."""
        ...

    def converse(
        self, messages: Sequence[ChatMessage], tools: Sequence[ToolSpec] = ()
    ) -> AsyncIterator[Words | ToolCall]:
        """Answer in a conversation, piece by piece. Raises ModelError while iterated."""
        ...
