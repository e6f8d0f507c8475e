"""What a model would be asked about a campaign or a goal, found by asking.

The very functions of a run put their questions, to a model that notes them and answers nothing; so
what is shown is what would be sent, whatever those functions come to give. Nothing is kept, and no
model is called: what a campaign has not come to yet is assembled without one, and named.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from agents.answers import strict_schema
from agents.assistant import instructions
from agents.conversing.calling import specs
from agents.copy_generator import generate_copy
from agents.model import ChatMessage, ModelError, ToolCall, ToolSpec, Words
from agents.openai_wire import asked
from agents.pieces import generate_pieces
from agents.tasks import (
    GENERATE_COPY,
    GENERATE_PIECES,
    JUDGE_COPY,
    READ_GOAL,
    WRITE_BRIEF,
    WRITE_SERIES,
    Answered,
    CopyQuestion,
    Given,
    PiecesQuestion,
    Task,
)
from domain.brief import Brief
from domain.draft import Draft
from domain.errors import Refused
from domain.facts import Facts
from domain.frozen import Frozen
from domain.goal import Goal
from domain.piece import PieceChannel
from ledger import facts, series
from ledger.database import Transaction
from ledger.errors import LedgerError
from ledger.people import Person
from ledger.runs import Run
from ledger.series import SeriesRow
from prompts.library import Prompt
from workflows import briefing, writing
from workflows.assistant import ASSISTANT
from workflows.assistant_reading import know
from workflows.campaign import view
from workflows.library import shelf
from workflows.series import question_of
from workflows.stack import Stack
from workflows.state import CampaignState
from workflows.transactions import read

TASKS: dict[str, Task[Any, Any]] = {
    task.name: task
    for task in (READ_GOAL, WRITE_BRIEF, GENERATE_COPY, GENERATE_PIECES, WRITE_SERIES, JUDGE_COPY)
}
_OF_COPY = ("brief", "facts", "guide", "passages", "link")
"""What is given for pieces as it is for a mail."""


class NothingAsked(Refused):
    """The run would put no such question to a model."""

    code: Literal["nothing_asked"]


class Message(Frozen):
    role: str
    content: str


class Asked(Frozen):
    """What would be sent."""

    task: str
    prompt_version: int
    prompt_hash: str
    model: str
    """Whom it would be sent to; ``house``: to nobody, no model is set."""
    messages: tuple[Message, ...]
    answer_schema: dict[str, Any] | None = None
    """The JSON Schema that the answer must have; None: the answer is free text."""
    tools: tuple[str, ...] = ()
    """Tools that are offered with it."""
    stood_in: tuple[str, ...] = ()
    """What the campaign has not come to yet, assembled without a model for this question."""


async def would_ask(stack: Stack, task_name: str, goal_text: str, run: Run | None) -> Asked:
    """The question of a task as a run would put it now, when it first comes to it.

    With a ``run`` its brief and draft are used as far as they are there, with a ``goal_text``
    alone everything is assembled. Raises PromptError unknown_task, NothingAsked, and what the
    run's own functions raise.
    """
    prompt = stack.prompts.of(task_name)
    campaign = _Campaign(stack, goal_text, run)
    given = await campaign.question(task_name)
    return Asked(
        **_by(stack, prompt),
        messages=tuple(Message(**one) for one in asked(prompt, given)),
        answer_schema=strict_schema(TASKS[task_name].answered),
        stood_in=tuple(campaign.stood_in),
    )


async def would_converse(stack: Stack, person: Person) -> Asked:
    """What every conversation of this person with a model begins with."""
    text = instructions(await know(stack, person), stack.prompts)
    return Asked(
        **_by(stack, stack.prompts.of(ASSISTANT)),
        messages=(Message(role="system", content=text),),
        tools=tuple(tool.name for tool in specs()),
    )


def _by(stack: Stack, prompt: Prompt) -> dict[str, Any]:
    return {
        "task": prompt.task,
        "prompt_version": prompt.version,
        "prompt_hash": prompt.hash,
        "model": stack.model_for(prompt.task).name,
    }


@dataclass
class _Noting:
    """A model that notes what it is asked and answers nothing."""

    name: str = "noting"
    heard: BaseModel | None = None

    async def answer(self, task: Task[Given, Answered], given: Given) -> Answered:
        self.heard = given
        raise ModelError("rejected", "The question is noted, not answered.", thing=task.name)

    async def converse(
        self, messages: Sequence[ChatMessage], tools: Sequence[ToolSpec] = ()
    ) -> AsyncIterator[Words | ToolCall]:
        raise ModelError("rejected", "Nothing is said here.")
        yield Words(text="")


class _Campaign:
    """A campaign as far as it has come, and the rest of it assembled as it is asked for."""

    def __init__(self, stack: Stack, goal_text: str, run: Run | None) -> None:
        self._stack = stack.as_of(run.as_of) if run is not None else stack
        self._run = run
        self._goal_text = run.goal if run is not None else goal_text
        self._made: Brief | None = None
        self.stood_in: list[str] = []

    async def question(self, task_name: str) -> BaseModel:
        noting = _Noting()
        asking = replace(self._stack, model=noting, models={}, house_stands_in=False)
        state = await self._state()
        try:
            await self._put(asking, task_name, state)
        except ModelError:
            if noting.heard is None:
                raise
        if noting.heard is None:
            raise NothingAsked(
                "nothing_asked",
                f"No model would be asked to {task_name.replace('_', ' ')} here.",
                thing=self._goal_text,
                next_step="Look at another campaign, or at the prompt itself: "
                f"`mainspring prompts show {task_name}`.",
            )
        return noting.heard

    async def _put(self, asking: Stack, task_name: str, state: CampaignState) -> None:
        """Put the task's question as a run does, to whoever answers in ``asking``."""
        today = await self._today()
        if task_name == READ_GOAL.name:
            await briefing.understood(asking, self._goal_text, today)
        elif task_name == WRITE_BRIEF.name:
            await briefing.written(asking, await self._evidenced(state), today)
        elif task_name == GENERATE_COPY.name:
            question = await self._copy_question(state)
            await generate_copy(question, asking.model)
        elif task_name == GENERATE_PIECES.name:
            given = (await self._copy_question(state)).model_dump(include={*_OF_COPY})
            channels = get_args(PieceChannel)
            await generate_pieces(PiecesQuestion(**given, channels=channels), asking.model)
        elif task_name == WRITE_SERIES.name:
            await self._talk(asking)
        elif task_name == JUDGE_COPY.name:
            brief = await self._brief(state)
            draft = await self._draft(state)
            known = await read(asking.ledger, facts.current)
            await writing.read_draft(asking, state.get("run_id", ""), draft, brief, known, 1)

    async def _talk(self, asking: Stack) -> None:
        """The newest series is no campaign's: its talk is put again, whatever the campaign."""

        def look(tx: Transaction) -> tuple[list[SeriesRow], Facts]:
            return series.listed(tx)[:1], facts.current(tx)

        rows, known = await read(asking.ledger, look)
        for row in rows:
            question = question_of(row.series, known, asking.brand.guide)
            await asking.model.answer(WRITE_SERIES, question)

    async def _state(self) -> CampaignState:
        if self._run is None:
            return {}
        return await view(self._stack, self._run.id)

    async def _today(self) -> date:
        now = await read(self._stack.ledger, lambda tx: tx.now)
        moment = (self._run.as_of if self._run is not None else None) or now
        return moment.astimezone(ZoneInfo(self._stack.timezone)).date()

    async def _evidenced(self, state: CampaignState) -> CampaignState:
        """The state with goal and evidence."""
        if "goal" in state and "evidence" in state:
            return state
        self.stood_in.append("the goal's reading")
        stack, today = self._stack.without_models(), await self._today()
        goal = (
            Goal.model_validate(state["goal"])
            if "goal" in state
            else await briefing.understood(stack, self._goal_text, today)
        )
        evidence = await briefing.evidence_for(stack, goal, today)
        return {
            "goal": goal.model_dump(mode="json"),
            "evidence": evidence.model_dump(mode="json"),
        }

    async def _brief(self, state: CampaignState) -> Brief:
        """The brief, with a person's answer to its question where they said yes to it."""
        if self._made is not None:
            return self._made
        if "brief" not in state:
            evidenced = await self._evidenced(state)
            self.stood_in.append("the brief")
            alone = self._stack.without_models()
            self._made = await briefing.written(alone, evidenced, await self._today())
            return self._made

        def look(tx: Transaction) -> Brief:
            try:
                return briefing.approved_brief(tx, state)
            except LedgerError:
                return Brief.model_validate(state["brief"])

        return await read(self._stack.ledger, look)

    async def _copy_question(self, state: CampaignState) -> CopyQuestion:
        brief = await self._brief(state)
        known, library = await read(
            self._stack.ledger, lambda tx: (facts.current(tx), shelf(tx, self._stack.brand))
        )
        chosen = state.get("passage_ids")
        if chosen is None:
            near = await writing.passages_near(self._stack, brief, library)
            chosen = [passage.id for passage in near]
        passages = [passage for passage in library.usable() if passage.id in set(chosen)]
        return writing.first_question(self._stack, brief, known, passages)

    async def _draft(self, state: CampaignState) -> Draft:
        if "draft" in state:
            return Draft.model_validate(state["draft"])
        question = await self._copy_question(state)
        self.stood_in.append("the draft")
        return await generate_copy(question, self._stack.house)
