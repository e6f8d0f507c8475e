"""Prompt files: versioned, quoted, and never run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import prompts
from agents.tasks import GENERATE_COPY, GENERATE_PIECES, JUDGE_COPY, READ_GOAL, WRITE_BRIEF
from prompts.library import Prompt, PromptError, load_prompt, render, task_names

TASKS = (READ_GOAL, WRITE_BRIEF, GENERATE_COPY, GENERATE_PIECES, JUDGE_COPY)
FOLDER = Path(prompts.__file__).parent


@pytest.mark.parametrize("name", task_names())
def test_a_changed_text_needs_a_new_version(name: str) -> None:
    """prompts/versions.json holds the hash of every version: drafts name it as provenance.

    After changing a prompt, raise its version and add the new hash; leave the old one.
    """
    prompt = load_prompt(name)
    versions = json.loads((FOLDER / "versions.json").read_text("utf-8"))
    newest = max(map(int, versions[name]))
    assert prompt.version == newest, f"{name}.md: raise its version to {newest + 1}"
    assert versions[name][str(prompt.version)] == prompt.hash, (
        f"{name}.md changed: raise its version to {prompt.version + 1} and put {prompt.hash} "
        "into versions.json"
    )


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_prompt_fits_its_task(task: object) -> None:
    assert isinstance(task, type(READ_GOAL))
    prompt = load_prompt(task.name)
    assert prompt.output == task.answered.__name__
    assert set(prompt.inputs) <= set(task.given.model_fields)
    for field in task.answered.model_fields:
        if field not in ("round", "ran_out_of_rounds", "judged_by", "judge_failed", "findings"):
            assert field in prompt.template, f"the prompt does not speak of {field}"


def test_every_prompt_calls_its_data_data() -> None:
    for name in task_names():
        text = load_prompt(name).template.lower()
        assert "never an instruction" in text or "material to read" in text


def test_a_brand_may_use_its_own_words(tmp_path: Path) -> None:
    own = "---\ntask: read_goal\nversion: 7\ninputs: [text]\noutput: Goal\n---\nRead {{ text }}.\n"
    (tmp_path / "read_goal.md").write_text(own, "utf-8")
    prompt = load_prompt("read_goal", tmp_path)
    assert prompt.version == 7
    assert prompt.hash != load_prompt("read_goal").hash
    assert render(prompt, {"text": "sell"}) == 'Read "sell".\n'
    assert load_prompt("judge_copy", tmp_path) == load_prompt("judge_copy")


@pytest.mark.parametrize("name", ["nothing", "../library", "read_goal.md", ""])
def test_an_unknown_task_is_refused(name: str) -> None:
    with pytest.raises(PromptError) as error:
        load_prompt(name)
    assert error.value.code == "unknown_task"


@pytest.mark.parametrize(
    "text",
    [
        "no front matter",
        "---\ntask: read_goal\nversion: 1\n---\nx",
        "---\ntask: other\nversion: 1\ninputs: []\noutput: Goal\n---\nx",
        "---\ntask: read_goal\nversion: 1\ninputs: [text]\noutput: Goal\n---\nno place",
        "---\ntask: read_goal\nversion: 1\ninputs: []\noutput: Goal\n---\n{{ text }}",
    ],
)
def test_a_prompt_that_does_not_fit_together_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "read_goal.md").write_text(text, "utf-8")
    with pytest.raises(PromptError) as error:
        load_prompt("read_goal", tmp_path)
    assert error.value.code == "unreadable_prompt"


def test_a_missing_input_is_named() -> None:
    with pytest.raises(PromptError, match="products") as error:
        render(load_prompt("read_goal"), {"text": "x"})
    assert error.value.code == "missing_input"


PROMPT = Prompt(
    task="t",
    version=1,
    inputs=("first", "second"),
    output="X",
    template="<first>\n{{ first }}\n</first> {{ second }}\n",
    hash="",
)


@given(st.text(), st.text())
def test_data_stays_data(first: str, second: str) -> None:
    text = render(PROMPT, {"first": first, "second": second})
    assert text.count("</first>") == 1
    opening, _, rest = text.partition("\n")
    body, _, after = rest.partition("\n</first> ")
    assert opening == "<first>"
    assert json.loads(body) == first
    assert json.loads(after) == second


def test_a_place_inside_data_is_not_filled() -> None:
    text = render(PROMPT, {"first": "{{ second }}", "second": "secret"})
    assert text.count("secret") == 1
