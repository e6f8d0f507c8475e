"""Prompt files: versioned, quoted, and never run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.tasks import (
    GENERATE_COPY,
    GENERATE_PIECES,
    JUDGE_COPY,
    READ_GOAL,
    WRITE_BRIEF,
    WRITE_SERIES,
)
from prompts.library import (
    Prompt,
    PromptError,
    earlier_prompt,
    load_prompt,
    render,
    shipped_hashes,
    task_names,
)

OWN = "---\ntask: read_goal\nversion: 1\ninputs: [text]\noutput: Goal\n---\n"
TASKS = (
    READ_GOAL,
    WRITE_BRIEF,
    GENERATE_COPY,
    GENERATE_PIECES,
    WRITE_SERIES,
    JUDGE_COPY,
)


@pytest.mark.parametrize("name", task_names())
def test_a_changed_text_needs_a_new_version(name: str) -> None:
    """prompts/versions.json holds the hash of every version: drafts name it as provenance.

    After changing a prompt, keep the old file as earlier/TASK.VERSION.md, raise the version, and
    add the new hash; leave the old one.
    """
    assert faults(load_prompt(name), shipped_hashes()[name]) == []


def faults(prompt: Prompt, versions: dict[str, str]) -> list[str]:
    newest = max(map(int, versions))
    found = []
    if prompt.version != newest:
        found.append(f"{prompt.task}.md: raise its version to {newest + 1}")
    elif versions[str(newest)] != prompt.hash:
        found.append(
            f"{prompt.task}.md changed: raise its version to {newest + 1} and put {prompt.hash} "
            "into versions.json"
        )
    for version, kept in versions.items():
        if int(version) != newest and earlier_prompt(prompt.task, int(version)).hash != kept:
            found.append(f"earlier/{prompt.task}.{version}.md is not what shipped")
    return found


@pytest.mark.parametrize("name", task_names())
def test_a_change_without_a_version_is_found(name: str, tmp_path: Path) -> None:
    prompt, versions = load_prompt(name), shipped_hashes()[name]
    text = Path(prompt.file).read_text("utf-8")
    for changed in (text + "x\n", text.replace(". ", "! ", 1), text.replace("\n\n", "\n", 1)):
        (tmp_path / f"{name}.md").write_text(changed, "utf-8")
        assert "changed: raise" in faults(load_prompt(name, tmp_path), versions)[0]
    raised = text.replace(f"version: {prompt.version}", f"version: {prompt.version + 1}", 1)
    (tmp_path / f"{name}.md").write_text(raised, "utf-8")
    assert faults(load_prompt(name, tmp_path), versions)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_prompt_fits_its_task(task: object) -> None:
    assert isinstance(task, type(READ_GOAL))
    prompt = load_prompt(task.name)
    assert prompt.output == task.answered.__name__
    assert set(prompt.inputs) <= set(task.given.model_fields)
    for field in task.answered.model_fields:
        if field not in (
            "round",
            "ran_out_of_rounds",
            "judged_by",
            "judge_failed",
            "findings",
            "style",
        ):
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
    ("head", "text", "fault", "mend"),
    [
        (None, "no front matter", "begin with front matter", "compare"),
        ("task: read_goal\nversion: 1", "x", "does not say its inputs", "compare"),
        ("task: [", "x", "no YAML", "compare"),
        ("task: other\nversion: 1\n{}", "x {{ text }}", "for other", "task: read_goal"),
        ("task: read_goal\n{}", "x {{ text }}", "not say its version", "version: 1"),
        ("task: read_goal\nversion: 0\n{}", "x {{ text }}", "version: Input", "version: 1"),
        ("task: read_goal\nversion: 1\n{}", "none", "no place for that", "{{ text }}"),
        ("task: read_goal\nversion: 1\n{}", "{{ text }} {{ today }}", "{{ today }}", "add today"),
        ("task: read_goal\nversion: 1\n{}", "{{ text }} {{Text}}", "{{Text}}", "one space"),
        ("task: read_goal\nversion: 1\n{}", "{{ text }} {{text", "{{text", "one space"),
        ("task: read_goal\nversion: 1\ninputs: [text, secret]\noutput: Goal",
         "{{ text }} {{ secret }}", "gives no secret", "text, today"),
        ("task: read_goal\nversion: 1\ninputs: [text]\noutput: Brief", "{{ text }}",
         "asks for Brief", "output: Goal"),
        ("task: read_goal\nversion: 1\nmodel: large\n{}", "{{ text }}", "model", "compare"),
    ],
)  # fmt: skip
def test_a_prompt_that_cannot_be_used_is_refused_with_what_to_do(
    tmp_path: Path, head: str | None, text: str, fault: str, mend: str
) -> None:
    front = (head or "").replace("{}", "inputs: [text]\noutput: Goal")
    written = text if head is None else f"---\n{front}\n---\n{text}"
    (tmp_path / "read_goal.md").write_text(written, "utf-8")
    with pytest.raises(PromptError) as error:
        load_prompt("read_goal", tmp_path)
    assert error.value.code == "unreadable_prompt"
    assert fault in error.value.what
    assert mend in error.value.next_step


def test_the_fields_of_the_copy_are_no_places(tmp_path: Path) -> None:
    (tmp_path / "read_goal.md").write_text(f"{OWN}{{{{ text }}}} {{{{first_name}}}}", "utf-8")
    assert render(load_prompt("read_goal", tmp_path), {"text": 1}) == "1 {{first_name}}\n"


def test_a_file_from_another_editor_is_read_as_it_is_meant(tmp_path: Path) -> None:
    text = "\ufeff" + (OWN + "{{ text }}").replace("\n", "\r\n")
    (tmp_path / "read_goal.md").write_text(text, "utf-8", newline="")
    assert load_prompt("read_goal", tmp_path).inputs == ("text",)
    (tmp_path / "read_goal.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PromptError, match="UTF-8"):
        load_prompt("read_goal", tmp_path)


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
