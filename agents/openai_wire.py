"""What goes over the wire to an OpenAI-compatible endpoint and comes back, in our own terms."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import httpx
import openai
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat.chat_completion_chunk import Choice, ChoiceDelta, ChoiceDeltaToolCall
from pydantic import BaseModel

from agents.answers import Fault, strict_schema
from agents.model import ChatMessage, ModelError
from agents.tasks import Task
from agents.untrusted import SYSTEM, screened, without_orders
from prompts.library import Prompt, render
from tools.http import AnswerTooLong

_NEXT = "Try again later, check the endpoint with `mainspring doctor`, or go on without a model."


def open_endpoint(
    base_url: str, api_key: str, http: httpx.AsyncClient, seconds: float
) -> AsyncOpenAI:
    """The endpoint's client over a given HTTP client, which alone retries."""
    return AsyncOpenAI(
        base_url=base_url,
        api_key=api_key or "none",
        max_retries=0,
        # openai knows httpx2 by type; both are taken as they are.
        timeout=httpx.Timeout(seconds, connect=5),  # type: ignore[arg-type]
        http_client=http,  # type: ignore[arg-type]
    )


@dataclass(frozen=True)
class Raw:
    """What came over the wire, before it is understood."""

    text: str = ""
    finish: str = ""
    refusal: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    model: str = ""
    streamed: bool = False


def wire_error(error: Exception, thing: str, seconds: float) -> ModelError:
    """The one ModelError for whatever the wire did. ``seconds``: how long was waited at most."""
    if isinstance(error, AnswerTooLong) or isinstance(error.__cause__, AnswerTooLong):
        return ModelError(
            "too_long", "The endpoint sent far more than an answer.", thing=thing,
            next_step="Try another model, or go on without one.",
        )  # fmt: skip
    match error:
        case openai.APITimeoutError() | TimeoutError() | httpx.TimeoutException():
            return ModelError(
                "timeout", f"The model gave no answer in {seconds:g} seconds.",
                thing=thing, next_step=_NEXT,
            )  # fmt: skip
        case openai.RateLimitError():
            return ModelError(
                "rate_limited", "The endpoint takes no more requests for now.",
                thing=thing, next_step=_NEXT,
            )  # fmt: skip
        case openai.BadRequestError() if is_question_too_long(error):
            return ModelError(
                "rejected", "The question is longer than this model can read.", thing=thing,
                next_step="Give the task to a model with a larger context (settings: model.tasks), "
                "or start the server with a larger one.",
            )  # fmt: skip
        case openai.APIStatusError(status_code=code) if code < 500:
            return ModelError(
                "rejected", f"The endpoint refused the request ({code}).", thing=thing,
                next_step="Check the key and the model's name with `mainspring doctor`.",
            )  # fmt: skip
        case openai.APIStatusError(status_code=code):
            return ModelError(
                "unreachable", f"The endpoint failed ({code}).", thing=thing, next_step=_NEXT
            )
        case openai.APIConnectionError() | httpx.HTTPError():
            return ModelError(
                "unreachable", "The endpoint could not be reached.", thing=thing, next_step=_NEXT
            )
        case openai.APIError(body=body) if body is not None:
            return ModelError(
                "unreachable", "The endpoint failed while it answered.", thing=thing,
                next_step=_NEXT,
            )  # fmt: skip
        case _:
            return ModelError(
                "malformed", "The endpoint's answer is no chat completion.", thing=thing,
                next_step=_NEXT,
            )  # fmt: skip


def is_question_too_long(error: openai.BadRequestError) -> bool:
    """Whether a 400 is for want of context, as OpenAI, llama.cpp and vLLM say it."""
    said = f"{error.code} {error.type} {error}".casefold()
    return any(
        words in said
        for words in ("context_length_exceeded", "exceed_context_size", "maximum context length")
    )


def read_completion(completion: object, seconds: float) -> Raw:
    """What a completion says. Servers differ, so nothing of it is taken for granted."""
    if not isinstance(completion, ChatCompletion):
        return Raw(str(completion or ""), "", "", 0, 0, seconds)
    usage = completion.usage
    tokens_in = (usage.prompt_tokens or 0) if usage else 0
    tokens_out = (usage.completion_tokens or 0) if usage else 0
    if not completion.choices:
        return Raw("", "", "", tokens_in, tokens_out, seconds, completion.model or "")
    choice = completion.choices[0]
    message = choice.message
    return Raw(
        (message.content or "") if message else "",
        choice.finish_reason or "",
        (message.refusal or "") if message else "",
        tokens_in,
        tokens_out,
        seconds,
        completion.model or "",
    )


def asked(prompt: Prompt, given: BaseModel) -> list[dict[str, Any]]:
    """The messages that put a structured question to a model: without the texts in it that read
    like orders to a machine, wherever they came from."""
    whole = given.model_dump(mode="json")
    typed = {name: without_orders(whole.pop(name))[0] for name in getattr(given, "TYPED", ())}
    return [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": render(prompt, {**screened(whole), **typed})},
    ]


@dataclass(frozen=True)
class Delta:
    """What one chunk of a streamed answer adds."""

    text: str = ""
    refusal: str = ""
    finish: str = ""
    model: str = ""
    tokens: tuple[int, int] | None = None
    """Read and written so far, where the chunk says it."""
    calls: tuple[ChoiceDeltaToolCall, ...] = ()


def read_chunk(chunk: object) -> Delta:
    """What a chunk says. Servers differ, so nothing of it is taken for granted. Raises ValueError
    where it is no chunk at all."""
    if not isinstance(chunk, ChatCompletionChunk):
        raise ValueError("no chunk of a chat completion")
    usage = chunk.usage
    tokens = (usage.prompt_tokens or 0, usage.completion_tokens or 0) if usage else None
    found = Delta(model=chunk.model or "", tokens=tokens)
    if not chunk.choices:
        return found
    choice = chunk.choices[0]
    if not isinstance(choice, Choice):
        raise ValueError("no choice of a chat completion")
    delta = getattr(choice, "delta", None)
    finish = getattr(choice, "finish_reason", None) or ""
    if delta is None:
        return replace(found, finish=finish)
    if not isinstance(delta, ChoiceDelta) or not isinstance(delta.content or "", str):
        raise ValueError("no delta of a chat completion")
    calls = tuple(delta.tool_calls or ())
    if not all(isinstance(call, ChoiceDeltaToolCall) for call in calls):
        raise ValueError("no tool calls of a chat completion")
    text, refusal = delta.content or "", delta.refusal or ""
    return replace(found, text=text, refusal=refusal, finish=finish, calls=calls)


def shown_its_fault(text: str, fault: Fault, task: Task[Any, Any]) -> list[dict[str, Any]]:
    return [
        {"role": "assistant", "content": text[:4000] or "(nothing)"},
        {
            "role": "user",
            "content": "That answer cannot be used. "
            f"{fault}\nAnswer again with one JSON object of this schema, and nothing else:\n"
            f"{json.dumps(strict_schema(task.answered))}",
        },
    ]


def on_the_wire(message: ChatMessage) -> dict[str, Any]:
    found: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        found["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    if message.tool_call_id:
        found["tool_call_id"] = message.tool_call_id
    return found
