"""Prompt files: one Markdown file a task, with its version, and its hash for provenance.

A prompt is front matter (task, version, inputs, output) and a text with ``{{ input }}`` places.
A place is filled with the JSON of that input, in one pass, and nothing in it is run or looked at
again. ``<`` is written ``\\u003c``, so that data cannot close the tag that it is quoted in.

A brand may put a file of the same name into its own folder of prompts; it then stands instead.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ValidationError

from domain.errors import WrongUsage
from domain.frozen import Frozen

_FOLDER = Path(__file__).parent
_PLACE = re.compile(r"\{\{ ([a-z_]+) \}\}")
_TASK = re.compile(r"[a-z][a-z_]*")

PromptErrorCode = Literal[
    "unknown_task",  # no prompt file has that name
    "unreadable_prompt",  # its front matter or its places do not fit together
    "missing_input",  # a place has no input to fill it
]


class PromptError(WrongUsage):
    """A prompt file that is not there, or cannot be used as it is."""

    code: PromptErrorCode


class Prompt(Frozen):
    """One prompt file."""

    task: str
    version: int
    inputs: tuple[str, ...]
    output: str
    """The type of the answer, by name."""
    template: str
    hash: str
    """SHA-256 of the whole file: which wording was used."""


class _FrontMatter(Frozen):
    task: str
    version: int
    inputs: tuple[str, ...]
    output: str


def load_prompt(task_name: str, override: Path | None = None) -> Prompt:
    """The prompt of a task: from the brand's folder where it has one, else the one that ships.

    Raises PromptError.
    """
    name = f"{task_name}.md"
    if _TASK.fullmatch(task_name):
        for folder in (override, _FOLDER):
            if folder is not None and (folder / name).is_file():
                return _parse(folder / name, task_name)
    raise PromptError(
        "unknown_task",
        "no prompt file has this name",
        thing=task_name,
        next_step=f"the tasks are {', '.join(task_names())}",
    )


def task_names() -> tuple[str, ...]:
    """The tasks that a prompt ships for."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.md")))


def render(prompt: Prompt, given: Mapping[str, Any]) -> str:
    """The prompt's text with every place filled. ``given`` holds plain JSON values by input.

    Inputs that the prompt does not use are left out. Raises PromptError ``missing_input``.
    """
    missing = [name for name in prompt.inputs if name not in given]
    if missing:
        raise PromptError(
            "missing_input",
            f"the prompt {prompt.task} needs {', '.join(missing)}",
            thing=prompt.task,
            next_step="give it, or take it out of the prompt's inputs and text",
        )
    return _PLACE.sub(lambda place: _quoted(given[place[1]]), prompt.template)


def _quoted(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=1, default=str)
    return text.replace("<", "\\u003c")


def _parse(file: Path, task_name: str) -> Prompt:
    text = file.read_text("utf-8")
    _, fence, rest = text.partition("---\n")
    head, closing, template = rest.partition("\n---\n")
    if not fence or not closing:
        raise _unreadable(file, "it must begin with front matter between two lines of ---")
    try:
        front = _FrontMatter.model_validate(yaml.safe_load(head))
    except (yaml.YAMLError, ValidationError) as error:
        raise _unreadable(file, str(error).splitlines()[0]) from error
    if front.task != task_name:
        raise _unreadable(file, f"it says that it is for {front.task}")
    places = set(_PLACE.findall(template))
    if places != set(front.inputs):
        odd = ", ".join(sorted(places ^ set(front.inputs)))
        raise _unreadable(file, f"its inputs and the places in its text differ: {odd}")
    return Prompt(
        **front.model_dump(),
        template=template.strip() + "\n",
        hash=hashlib.sha256(text.encode()).hexdigest(),
    )


def _unreadable(file: Path, problem: str) -> PromptError:
    return PromptError(
        "unreadable_prompt",
        f"{file.name}: {problem}",
        thing=str(file),
        next_step="compare it with the one that ships",
    )
