"""Prompt files: one Markdown file a task, with its version, and its hash for provenance.

A prompt is front matter (task, version, inputs, output) and a text with ``{{ input }}`` places.
A place is filled with the JSON of that input, in one pass, and nothing in it is run or looked at
again. ``<`` is written ``\\u003c``, so that data cannot close the tag that it is quoted in.

A brand may put a file of the same name into its own folder of prompts; it then stands instead.
Such a file may say less than the shipped one and in other words, but it cannot ask for what the
task does not give. ``earlier/TASK.VERSION.md`` keeps what shipped before, ``versions.json`` every
hash.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError

from domain.errors import WrongUsage
from domain.frozen import Frozen

_FOLDER = Path(__file__).parent
OWN = "prompts"
"""The folder within a brand's that holds its own prompts."""
_PLACE = re.compile(r"\{\{ ([a-z_]+) \}\}")
_BRACES = re.compile(r"\{\{.*?(?:\}\}|$)", re.MULTILINE)
_FIELDS = ("{{first_name}}", "{{last_name}}")
"""Personal fields of the copy itself, which a prompt may speak of; they are no places."""
_TASK = re.compile(r"[a-z][a-z_]*")

PromptErrorCode = Literal[
    "unknown_task",  # no prompt file has that name
    "unreadable_prompt",  # its front matter or its places do not fit together
    "missing_input",  # a place has no input to fill it
    "unknown_version",  # nothing of that version ever shipped
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
    own: bool = False
    """Whether it is the brand's own."""
    file: str = ""
    """Where it stands."""


class _FrontMatter(Frozen):
    task: str
    version: Annotated[int, Field(ge=1)]
    inputs: tuple[str, ...]
    output: str


@dataclass(frozen=True)
class Prompts:
    """The prompts in force, read once: what a model is asked by, what a draft names as the prompt
    that it was written by, and what people are shown are the same."""

    by_task: Mapping[str, Prompt]

    def __iter__(self) -> Iterator[Prompt]:
        return iter(self.by_task.values())

    def of(self, task_name: str) -> Prompt:
        """The prompt of a task. Raises PromptError unknown_task."""
        if task_name not in self.by_task:
            raise _unknown(task_name)
        return self.by_task[task_name]


def load_prompts(own: Path | None = None) -> Prompts:
    """Every task's prompt: from the brand's own folder where it has one, else the one that ships.

    Raises PromptError where one of the folder's files cannot be used, or is for no task.
    """
    for file in sorted(own.glob("*.md")) if own is not None else ():
        if file.stem not in task_names() and file.name != "README.md":
            raise PromptError(
                "unknown_task",
                f"{file.name} is for no task, so nothing would ever use it",
                thing=str(file),
                next_step=f"name it for one of {', '.join(task_names())}, or take it away",
            )
    return Prompts({name: load_prompt(name, own) for name in task_names()})


@cache
def shipped_prompts() -> Prompts:
    """The prompts of a brand that has none of its own."""
    return load_prompts()


def load_prompt(task_name: str, own: Path | None = None) -> Prompt:
    """The prompt of a task: from the brand's folder where it has one, else the one that ships.

    Raises PromptError.
    """
    shipped = _FOLDER / f"{task_name}.md"
    if not _TASK.fullmatch(task_name) or not shipped.is_file():
        raise _unknown(task_name)
    prompt = _parse(shipped, task_name)
    if own is None or not (own / shipped.name).is_file():
        return prompt
    return _fitting(_parse(own / shipped.name, task_name, own=True), prompt)


def earlier_prompt(task_name: str, version: int) -> Prompt:
    """What shipped as this version of a task's prompt. Raises PromptError."""
    now = load_prompt(task_name)
    if version == now.version:
        return now
    file = _FOLDER / "earlier" / f"{task_name}.{version}.md"
    if not file.is_file():
        raise PromptError(
            "unknown_version",
            f"no version {version} of {task_name} ever shipped",
            thing=task_name,
            next_step=f"versions 1 to {now.version} did",
        )
    return _parse(file, task_name)


def shipped_hashes() -> dict[str, dict[str, str]]:
    """Task → version → hash of everything that ever shipped."""
    read: dict[str, dict[str, str]] = json.loads((_FOLDER / "versions.json").read_text("utf-8"))
    return read


def _unknown(task_name: str) -> PromptError:
    return PromptError(
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


def _fitting(own: Prompt, shipped: Prompt) -> Prompt:
    """The brand's own prompt. Raises PromptError where its task cannot be asked by it."""
    foreign = sorted(set(own.inputs) - set(shipped.inputs))
    if foreign:
        raise _unreadable(
            Path(own.file),
            f"the task gives no {', '.join(foreign)}",
            f"it gives {', '.join(shipped.inputs)}: use those, or fewer",
        )
    if own.output != shipped.output:
        raise _unreadable(
            Path(own.file),
            f"it asks for {own.output}, and this task's answer is {shipped.output}",
            f"write output: {shipped.output}",
        )
    return own


def _parse(file: Path, task_name: str, *, own: bool = False) -> Prompt:
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable(file, "it is not UTF-8", "save it as UTF-8") from error
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    _, fence, rest = text.partition("---\n")
    head, closing, template = rest.partition("\n---\n")
    if not fence or not closing:
        raise _unreadable(file, "it must begin with front matter between two lines of ---")
    front = _front_matter(file, head)
    if front.task != task_name:
        raise _unreadable(file, f"it says that it is for {front.task}", f"write task: {task_name}")
    for found in _BRACES.findall(template):
        if not _PLACE.fullmatch(found) and found not in _FIELDS:
            raise _unreadable(
                file,
                f"{found[:60]} is no place that can be filled",
                "write an input as {{ name }}, with one space on either side",
            )
    places = set(_PLACE.findall(template))
    if unlisted := sorted(places - set(front.inputs)):
        raise _unreadable(
            file,
            f"its text has {{{{ {unlisted[0]} }}}}, and its inputs do not name that",
            f"add {', '.join(unlisted)} to inputs, or take it out of the text",
        )
    if unused := sorted(set(front.inputs) - places):
        raise _unreadable(
            file,
            f"its inputs name {', '.join(unused)}, and its text has no place for that",
            f"write {{{{ {unused[0]} }}}} where it belongs, or take it out of inputs",
        )
    return Prompt(
        **front.model_dump(),
        template=template.strip() + "\n",
        hash=hashlib.sha256(text.encode()).hexdigest(),
        own=own,
        file=str(file),
    )


def _front_matter(file: Path, head: str) -> _FrontMatter:
    try:
        return _FrontMatter.model_validate(yaml.safe_load(head))
    except yaml.YAMLError as error:
        raise _unreadable(file, f"its front matter is no YAML: {_line(error)}") from error
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else "front matter"
        missing = first["type"] == "missing"
        what = f"it does not say its {field}" if missing else f"{field}: {first['msg']}"
        wanted = f"write {field}: 1 between the lines of ---" if field == "version" else ""
        raise _unreadable(file, what, wanted) from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:120]


def _unreadable(file: Path, problem: str, mend: str = "") -> PromptError:
    return PromptError(
        "unreadable_prompt",
        f"{file.name}: {problem}",
        thing=str(file),
        next_step=mend or "compare it with the one that ships: `mainspring prompts show`",
    )
