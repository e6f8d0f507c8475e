"""A language model behind any OpenAI-compatible endpoint: hosted, or Ollama, vLLM, llama.cpp.

Structured answers are asked for by ``json_schema``; where the server does not know that, by
``json_object``; where it does not know that either, in words. An answer that cannot be read is
shown its fault, at most twice; then it is a ModelError, and the house writer or a person takes
over. Retries live in the HTTP client alone (tools/http.py).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
import openai

from agents.answers import (
    Fault,
    Unreadable,
    is_refusal,
    is_repeating,
    read_answer,
    strict_schema,
)
from agents.model import (
    Budget,
    Call,
    CallLog,
    ChatMessage,
    KeptAnswers,
    ModelError,
    Outcome,
    ToolCall,
    ToolSpec,
    Words,
)
from agents.openai_wire import (
    Raw,
    asked,
    is_question_too_long,
    on_the_wire,
    open_endpoint,
    read_chunk,
    read_completion,
    shown_its_fault,
    wire_error,
)
from agents.rules.language import NAMES, language_of
from agents.tasks import Answered, Given, Task
from agents.untrusted import SYSTEM
from prompts.library import Prompt, Prompts, shipped_prompts
from tools.http import open_client

REPAIRS = 2
PATIENCE = 5
"""How many times as long as a silence a whole streamed answer may take."""
_GIVEN = {
    "malformed": "no readable answer",
    "empty": "nothing",
    "wrong_language": "another language than was asked for",
}
_FORMATS = ("json_schema", "json_object", "words")
Format = Literal["json_schema", "json_object", "words"]


@dataclass(frozen=True)
class TokenPrices:
    """Cost of a million tokens, in the budget's currency."""

    input: Decimal = Decimal(0)
    output: Decimal = Decimal(0)


class OpenAIModel:
    """One model of one endpoint. Close it with ``aclose`` when done."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        name: str,
        *,
        prompts: Prompts | None = None,
        call_log: CallLog | None = None,
        budget: Budget | None = None,
        prices: TokenPrices | None = None,
        kept: KeptAnswers | None = None,
        temperature: float | None = None,
        seconds: float = 120,
        most_tokens: int = 8_000,
        most_characters: int = 60_000,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        """``seconds`` bounds one whole answer, and of a conversation's each silence, ``PATIENCE``
        times as much the whole; ``most_characters`` its length. ``prompts`` are
        the brand's, or else those that ship; ``kept`` gives answers again to the very same
        questions; ``client`` replaces the HTTP client."""
        self._base_url = base_url
        self._name = name
        self._prompts = prompts or shipped_prompts()
        self._call_log = call_log
        self._budget = budget
        self._prices = prices or TokenPrices()
        self._kept = kept
        self._temperature = temperature
        self._seconds = seconds
        self._most_tokens = most_tokens
        self._most_characters = most_characters
        self._format: Format = "json_schema"
        self._tokens_word = "max_tokens"
        self._http = client or open_client(
            hosts=[urlsplit(base_url).hostname or ""],
            # Asking again costs tokens and changes nothing.
            repeatable=lambda request: True,
            seconds=seconds,
            most_bytes=8 * most_characters,
        )
        self._client = open_endpoint(base_url, api_key, self._http, seconds)

    @property
    def name(self) -> str:
        return self._name

    async def aclose(self) -> None:
        await self._http.aclose()

    async def answer(self, task: Task[Given, Answered], given: Given) -> Answered:
        """Answer one structured question. Raises ModelError."""
        prompt = self._prompts.of(task.name)
        messages = asked(prompt, given)
        key = self._key(task, messages)
        found = await self._given_before(key, task, given, prompt)
        if found is not None:
            return found
        fault = Fault("malformed", "")
        for attempt in range(1 + REPAIRS):
            raw = await self._ask(task, prompt, messages)
            try:
                answer = self._read(raw, task, given)
            except Fault as error:
                fault = error
                await self._record(task.name, prompt, raw, fault.code)
                messages = [*messages[:2], *shown_its_fault(raw.text, fault, task)]
                continue
            except ModelError as error:
                await self._record(task.name, prompt, raw, _outcome(error))
                raise
            await self._record(task.name, prompt, raw, "repaired" if attempt else "answered")
            if self._kept is not None:
                await asyncio.to_thread(self._kept.keep, key, raw.text)
            return answer
        raise ModelError(
            fault.code,
            f"The model gave {_GIVEN[fault.code]} after {REPAIRS} repairs: {str(fault)[:200]}",
            thing=f"{self._name}, {task.name}",
            next_step="A person or the house writer takes over.",
        )

    def _read(self, raw: Raw, task: Task[Given, Answered], given: Given) -> Answered:
        """The answer. Raises Fault for what a repair may mend, ModelError for what none does."""
        self._check(raw, task.name)
        try:
            answer = read_answer(raw.text, task.answered)
        except Unreadable as error:
            raise Fault("malformed", str(error)) from error
        if task.written is not None:
            language, text = task.written(given, answer)
            read_as = language_of(text)
            if read_as not in (None, language):
                raise Fault("wrong_language", f"It must be in {NAMES.get(language, language)}.")
        return answer

    async def _given_before(
        self, key: str, task: Task[Given, Answered], given: Given, prompt: Prompt
    ) -> Answered | None:
        if self._kept is None:
            return None
        text = await asyncio.to_thread(self._kept.get, key)
        if text is None:
            return None
        try:
            answer = self._read(Raw(text), task, given)
        except (Fault, ModelError):  # the answer's form has changed since
            return None
        await self._record(task.name, prompt, Raw(), "kept")
        return answer

    def _key(self, task: Task[Given, Answered], messages: list[dict[str, Any]]) -> str:
        """Names a question: whom it is put to, and every word of it."""
        asked = [self._base_url, self._body(task, messages), strict_schema(task.answered)]
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    def _check(self, raw: Raw, task: str) -> None:
        """Raise for answers that no repair mends."""
        thing = f"{self._name}, {task}"
        if raw.refusal or raw.finish == "content_filter" or is_refusal(raw.text):
            raise ModelError(
                "refused", "The model declined to answer.", thing=thing,
                next_step="Read the goal again, or write it by hand.",
            )  # fmt: skip
        if raw.finish == "length" and is_repeating(raw.text):
            raise ModelError(
                "repeating", "The model said the same thing over and over.", thing=thing,
                next_step="Try a higher temperature or another model, or go on without one.",
            )  # fmt: skip
        if raw.finish == "length" or len(raw.text) > self._most_characters:
            raise ModelError(
                "too_long", "The model wrote far more than the question needs.", thing=thing,
                next_step="Try another model, or go on without one.",
            )  # fmt: skip
        if not raw.text.strip():
            raise Fault("empty", "The answer is empty.")

    async def _ask(
        self, task: Task[Given, Answered], prompt: Prompt, messages: list[dict[str, Any]]
    ) -> Raw:
        """One answer over the wire, in the richest format that the server takes."""
        while True:
            body = self._body(task, messages)
            try:
                return await self._send(body, task.name, prompt)
            except openai.BadRequestError as error:
                if is_question_too_long(error) or not self._step_down(str(error)):
                    raise self._failed(error, task.name) from error

    def _body(self, task: Task[Given, Answered], messages: list[dict[str, Any]]) -> dict[str, Any]:
        body: dict[str, Any] = {"model": self._name, "messages": messages, **self._warmth()}
        body[self._tokens_word] = self._most_tokens
        schema = strict_schema(task.answered)
        if self._format == "json_schema":
            body["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": task.name, "schema": schema, "strict": True},
            }
            return body
        if self._format == "json_object":
            body["response_format"] = {"type": "json_object"}
        told = f"{SYSTEM}\nThe JSON object has this schema:\n{json.dumps(schema)}"
        body["messages"] = [{"role": "system", "content": told}, *messages[1:]]
        return body

    def _warmth(self) -> dict[str, Any]:
        return {} if self._temperature is None else {"temperature": self._temperature}

    def _step_down(self, complaint: str) -> bool:
        """Take the next poorer way of asking after a 400; False where there is none left."""
        if "max_completion_tokens" in complaint and self._tokens_word == "max_tokens":
            self._tokens_word = "max_completion_tokens"
            return True
        if "temperature" in complaint and self._temperature is not None:
            self._temperature = None  # some models have one of their own, and take no other
            return True
        place = _FORMATS.index(self._format)
        if place + 1 == len(_FORMATS):
            return False
        self._format = _FORMATS[place + 1]  # type: ignore[assignment]
        return True

    async def _send(self, body: dict[str, Any], task: str, prompt: Prompt) -> Raw:
        """One request. BadRequestError passes through, everything else becomes a ModelError."""
        await self._check_budget()
        started = time.monotonic()
        raw = Raw()
        try:
            async with asyncio.timeout(self._seconds):
                completion = await self._client.chat.completions.create(**body)
        except openai.BadRequestError:
            raw = replace(raw, seconds=time.monotonic() - started)
            await self._record(task, prompt, raw, "rejected")
            raise
        except (openai.OpenAIError, httpx.HTTPError, TimeoutError, ValueError) as error:
            failure = self._failed(error, task)
            raw = replace(raw, seconds=time.monotonic() - started)
            await self._record(task, prompt, raw, _outcome(failure))
            raise failure from error
        return read_completion(completion, time.monotonic() - started)

    def _failed(self, error: Exception, task: str) -> ModelError:
        return wire_error(error, f"{self._name}, {task}", self._seconds)

    async def converse(
        self, messages: Sequence[ChatMessage], tools: Sequence[ToolSpec] = ()
    ) -> AsyncIterator[Words | ToolCall]:
        """Stream an answer: words as they come, tool calls whole, at the end. Raises ModelError
        while iterated; words that came before stay with the caller."""
        await self._check_budget()
        prompt = self._prompts.of("assistant")
        body: dict[str, Any] = {"messages": [on_the_wire(m) for m in messages], **self._warmth()}
        if tools:
            body["tools"] = [{"type": "function", "function": t.model_dump()} for t in tools]
        started = time.monotonic()
        calls: dict[int, dict[str, str]] = {}
        said, raw = "", Raw(streamed=True)
        outcome: Outcome = "answered"
        try:
            stream = await self._client.chat.completions.create(
                model=self._name, stream=True, stream_options={"include_usage": True}, **body
            )
            chunks = aiter(stream)
            while True:
                if time.monotonic() - started > PATIENCE * self._seconds:
                    raise TimeoutError
                try:
                    chunk = await asyncio.wait_for(anext(chunks), self._seconds)
                except StopAsyncIteration:
                    break
                delta = read_chunk(chunk)
                tokens_in, tokens_out = delta.tokens or (raw.tokens_in, raw.tokens_out)
                raw = replace(
                    raw,
                    model=delta.model or raw.model,
                    finish=delta.finish or raw.finish,
                    tokens_in=tokens_in,
                    tokens_out=tokens_out,
                )
                if delta.refusal or raw.finish == "content_filter":
                    raise ModelError(
                        "refused", "The model declined to answer.", thing=self._name,
                        next_step="Ask it otherwise.",
                    )  # fmt: skip
                for part in delta.calls:
                    call = calls.setdefault(part.index, {"id": "", "name": "", "arguments": ""})
                    call["id"] = part.id or call["id"]
                    if part.function:
                        call["name"] += part.function.name or ""
                        call["arguments"] += part.function.arguments or ""
                if delta.text:
                    said += delta.text
                    if is_repeating(said):
                        raise ModelError(
                            "repeating", "The model says the same thing over and over.",
                            thing=self._name,
                            next_step="Ask again, or try a higher temperature or another model.",
                        )  # fmt: skip
                    if len(said) > self._most_characters:
                        raise ModelError(
                            "too_long", "The model does not stop.", thing=self._name,
                            next_step="Ask something narrower, or try another model.",
                        )  # fmt: skip
                    yield Words(text=delta.text)
            if raw.finish == "length":
                raise ModelError(
                    "too_long", "The model's answer was cut off at its limit.", thing=self._name,
                    next_step="Ask something narrower, or try another model.",
                )  # fmt: skip
            if not said.strip() and not calls:
                raise ModelError(
                    "empty", "The model said nothing.", thing=self._name,
                    next_step="Ask again, or try another model.",
                )  # fmt: skip
            for number in sorted(calls):
                yield ToolCall(**calls[number])
        except ModelError as error:
            outcome = _outcome(error)
            raise
        except (openai.OpenAIError, httpx.HTTPError, TimeoutError, ValueError) as error:
            failure = self._failed(error, "assistant")
            outcome = _outcome(failure)
            raise failure from error
        finally:
            raw = replace(raw, seconds=time.monotonic() - started)
            await self._record("assistant", prompt, raw, outcome)

    async def _check_budget(self) -> None:
        if self._budget is not None:
            await asyncio.to_thread(self._budget.check)

    async def _record(self, task: str, prompt: Prompt, raw: Raw, outcome: Outcome) -> None:
        if self._call_log is None:
            return
        cost = (
            self._prices.input * raw.tokens_in + self._prices.output * raw.tokens_out
        ) / 1_000_000
        call = Call(
            task=task,
            prompt_hash=prompt.hash,
            prompt_version=prompt.version,
            model=self._name,
            tokens_in=raw.tokens_in,
            tokens_out=raw.tokens_out,
            cost=cost,
            seconds=raw.seconds,
            outcome=outcome,
            answered_by=raw.model,
            finish=raw.finish,
            streamed=raw.streamed,
        )
        await asyncio.to_thread(self._call_log.record, call)


def _outcome(error: ModelError) -> Outcome:
    return "rejected" if error.code in ("no_house_answer", "budget_spent") else error.code  # type: ignore[return-value]
