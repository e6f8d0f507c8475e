# ruff: noqa: E501 (patterns and sentences are read whole)
"""From a model's text to a typed answer: the schema that it is shown, and a tolerant reading.

What a model adds is dropped, what it wraps is unwrapped; what it leaves out is a fault that it is
told of.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

Answer = TypeVar("Answer", bound=BaseModel)

_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_REFUSAL = re.compile(
    r"\s*(?:i['’]?m sorry|sorry,|i (?:can(?:no|['’])t|am unable|am not able|won['’]t)|i must decline"
    r"|as an ai|es tut mir leid|ich kann (?:das|dies|ihnen) (?:leider )?nicht)",
    re.IGNORECASE,
)
_KEPT = (
    "type", "properties", "items", "enum", "const", "anyOf", "$ref", "$defs", "description",
    "required", "additionalProperties",
)  # fmt: skip


class Unreadable(ValueError):
    """An answer that is not of the asked form; the message is shown to the model."""


class Fault(ValueError):
    """An answer that cannot be used, and that a repair may mend; the model is shown the message."""

    def __init__(self, code: Literal["malformed", "empty", "wrong_language"], said: str) -> None:
        super().__init__(said)
        self.code: Literal["malformed", "empty", "wrong_language"] = code


def strict_schema(answered: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of a type in the form that strict servers take: every field required,
    nothing further allowed, no defaults, no formats."""
    return _schema_of(answered)


@cache  # taking a type apart costs more than the whole question
def _schema_of(answered: type[BaseModel]) -> dict[str, Any]:
    schema = _strict(answered.model_json_schema(mode="validation"))
    assert isinstance(schema, dict)
    return schema


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(n) for n in node]
    if not isinstance(node, dict):
        return node
    found: dict[str, Any] = {}
    for key, value in node.items():
        if key == "oneOf":
            found["anyOf"] = _strict(value)
        elif key in ("properties", "$defs"):
            found[key] = {name: _strict(part) for name, part in value.items()}
        elif key == "const":
            found["enum"] = [value]
        elif key in _KEPT:
            found[key] = _strict(value)
    if "$ref" in found:
        return {"$ref": found["$ref"]}
    if "properties" in found:
        found["required"] = list(found["properties"])
        found["additionalProperties"] = False
    return found


def read_answer(text: str, answered: type[Answer]) -> Answer:
    """The typed answer in a model's text. Raises Unreadable."""
    problems: list[str] = []
    for candidate in _candidates(text):
        for value in _unwrapped(candidate):
            try:
                return _validated(value, answered)
            except ValidationError as error:
                problems.append(_in_words(error))
    if not problems:
        raise Unreadable("There is no JSON object in the answer.")
    # The first object is the outermost, and its faults the ones to mend.
    raise Unreadable(problems[0])


def is_repeating(text: str) -> bool:
    """Whether the text ends in one piece said over and over, for 400 characters at least."""
    for length in range(1, 201):
        times = max(8, -(-400 // length))
        if len(text) < times * length:
            continue
        if text.endswith(text[-length:] * times):
            return True
    return False


def is_refusal(text: str) -> bool:
    """Whether the text declines instead of answering."""
    return "{" not in text and _REFUSAL.match(text) is not None


def _candidates(text: str) -> list[Any]:
    """JSON objects in the text, the outermost first, at most a few."""
    cleaned = _THOUGHT.sub("", text)
    found: list[Any] = []
    for source in (cleaned, _TRAILING_COMMA.sub(r"\1", cleaned)):
        decoder, start = json.JSONDecoder(), source.find("{")
        while start >= 0 and len(found) < 3:
            try:
                value, end = decoder.raw_decode(source, start)
            except (json.JSONDecodeError, RecursionError):
                start = source.find("{", start + 1)
                continue
            found.append(value)
            start = source.find("{", end)
        if found:
            break
    return found


def _unwrapped(value: Any) -> list[Any]:
    """The object itself, or the one that it alone holds."""
    values = [value]
    if isinstance(value, dict) and len(value) == 1:
        values += [v for v in value.values() if isinstance(v, dict)]
    return values


def _validated(value: Any, answered: type[Answer]) -> Answer:
    """Validate as JSON (dates are strings), dropping fields that nobody asked for."""
    for _ in range(3):
        try:
            return answered.model_validate_json(json.dumps(value))
        except ValidationError as error:
            extra = [e["loc"] for e in error.errors() if e["type"] == "extra_forbidden"]
            if not extra or not all(_dropped(value, loc) for loc in extra):
                raise
    return answered.model_validate_json(json.dumps(value))


def _dropped(value: Any, loc: tuple[int | str, ...]) -> bool:
    """Delete the field at a place; parts of the place that name union members are passed over."""
    *path, last = loc
    for part in path:
        if isinstance(value, dict):
            value = value.get(part, value)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
    if isinstance(value, dict) and last in value:
        del value[last]
        return True
    return False


def _in_words(error: ValidationError) -> str:
    lines = [
        f"{'.'.join(str(p) for p in e['loc']) or 'the object'}: {e['msg']}"
        for e in error.errors(include_url=False, include_input=False)[:8]
    ]
    return "; ".join(lines)
