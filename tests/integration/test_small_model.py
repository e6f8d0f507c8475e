"""A whole campaign through a real model over the real wire.

The model is far too small to write: what it gives is nonsense, or never ends. Either must end at a
person, with what was found or with who stood in and why, and never at an exception or a mail. It
is asked by short prompts of the brand's own: the shipped ones take it minutes to read.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from agents.openai_model import OpenAIModel
from agents.probing import probe
from domain.critique import Critique
from domain.draft import Draft
from ledger import tables as t
from prompts.library import Prompts, load_prompts
from tests.campaign_world import World, make_world
from tests.mailserver import MailServer
from tests.small_model_server import running
from workflows.calls import LedgerCallLog
from workflows.campaign import view

pytestmark = [pytest.mark.model, pytest.mark.timeout(3600)]
SECONDS = 1800.0
"""For one answer: nothing here may hang on how busy the machine is."""
MOST_TOKENS = 500
"""Of one answer: enough for a brief, and an end to what would never end."""

OWN = {
    "read_goal": ("Goal", "<goal>{{ text }}</goal> What does this goal of a marketer say?"),
    "write_brief": ("BriefWords", "<goal>{{ goal }}</goal> Write one sentence as its message."),
    "generate_copy": (
        "CopyAnswer",
        "Write one short mail that sells a wrist watch of 1968. It leads to {{ link }}.",
    ),
    "judge_copy": ("Critique", "<draft>{{ draft }}</draft> Is this mail good?"),
}


def own_prompts(folder: Path) -> Prompts:
    folder.mkdir()
    for task, (output, text) in OWN.items():
        inputs = re.findall(r"\{\{ (\w+) \}\}", text)
        front = f"task: {task}\nversion: 100\ninputs: [{', '.join(inputs)}]\noutput: {output}"
        (folder / f"{task}.md").write_text(f"---\n{front}\n---\n{text}\n", "utf-8")
    return load_prompts(folder)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running() as found:
        yield found


def calls(world: World) -> Counter[tuple[str, str]]:
    with world.ledger.read() as tx:
        rows = tx.connection.execute(sa.select(t.calls.c.task, t.calls.c.outcome)).all()
    return Counter((task, outcome) for task, outcome in rows)


async def test_a_campaign_ends_at_a_person(tmp_path: Path, url: str) -> None:
    prompts = own_prompts(tmp_path / "prompts")
    async with MailServer() as mail:
        plain = make_world(tmp_path, mail.port)
        model = OpenAIModel(
            url,
            "",
            "smollm2",
            call_log=LedgerCallLog(plain.ledger),
            seconds=SECONDS,
            most_tokens=MOST_TOKENS,
            temperature=0.8,
            prompts=prompts,
        )
        rules = plain.stack.rules.model_copy(update={"variants": 1, "rounds": 2})
        world = plain.with_stack(model=model, rules=rules, prompts=prompts)
        began = time.monotonic()
        run_id = await world.to_publish_gate()
        await model.aclose()
        assert mail.recipients == []
    state = await view(world.stack, run_id)
    draft = Draft.model_validate(state["draft"])
    critique = Critique.model_validate(state["critique"])
    made = calls(world)
    print(f"\nto the gate in {time.monotonic() - began:.0f} s")  # noqa: T201
    print(dict(made), draft.label, critique.verdict, critique.judge_failed)  # noqa: T201
    print([(f.rule, f.severity, f.text[:40]) for f in critique.findings])  # noqa: T201
    assert {task for task, _ in made} >= {"read_goal", "write_brief", "generate_copy"}
    if draft.label == "smollm2":  # its copy: it cannot have been good enough
        assert critique.verdict != "satisfied"
        assert any(f.severity in ("blocking", "serious") for f in critique.findings)
        assert all(v.provenance.prompt_version == 100 for v in draft.variants)
    else:
        assert draft.label.startswith("assembled from your library, no AI (in place of smollm2: ")
    assert world.waiting(run_id).gate == "publish"


async def test_the_doctor_finds_out_what_it_can_do(url: str) -> None:
    able = await probe(url, "", "smollm2", seconds=SECONDS)
    assert able.schema_answers
    assert able.streams
