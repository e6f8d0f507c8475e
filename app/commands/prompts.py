"""``mainspring prompts``: what models are asked by, and what they would be sent."""

from __future__ import annotations

import asyncio
import shutil
from difflib import unified_diff
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from agents.tasks import WRITE_SERIES
from app.commands.campaign import pick_run
from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.stack import build_stack
from app.workspace import Workspace, open_workspace
from domain.errors import Refused
from ledger import runs
from ledger.runs import Run
from prompts.library import Prompt, earlier_prompt, load_prompt, load_prompts, shipped_prompts
from workflows.asking import Asked, would_ask, would_converse
from workflows.assistant import ASSISTANT

app = typer.Typer(
    help="What a model is asked by, and what it would be sent.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

TaskArgument = Annotated[str, typer.Argument(help="The task; `mainspring prompts list` has them.")]


@app.command("list")
def list_all(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the prompts in force, and which of them are your own."""
    out, opened = Out(as_json), open_workspace(workspace)
    found = list(load_prompts(opened.prompts_folder))
    table = Table(box=None, header_style="")
    for column in ("Task", "Version", "Hash", "From"):
        table.add_column(column, justify="right" if column == "Version" else "left")
    for one in found:
        table.add_row(one.task, str(one.version), one.hash[:12], _from(one, opened))
    out.say(table)
    out.answer("prompt.list.v1", [one.model_dump(exclude={"template"}) for one in found])


@app.command()
def show(
    task: TaskArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Show the prompt in force: version, hash, inputs, kind of answer, file and text."""
    out, opened = Out(as_json), open_workspace(workspace)
    prompt, shipped = load_prompt(task, opened.prompts_folder), shipped_prompts().of(task)
    out.say(f"{task}, version {prompt.version}")
    out.say(f"  hash     {prompt.hash}", f"  from     {_from(prompt, opened)}")
    out.say(f"  file     {prompt.file}")
    out.say(f"  given    {', '.join(prompt.inputs)}", f"  answer   {prompt.output}")
    if left := _left_out(prompt, shipped):
        out.say(f"  leaves   {', '.join(left)} (the shipped one gives these, too)")
    out.say("", prompt.template.rstrip())
    out.answer("prompt.v1", prompt)


@app.command()
def diff(
    task: TaskArgument,
    earlier: Annotated[
        int | None,
        typer.Option(help="Compare with what shipped as this version, instead of what ships now."),
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the prompt in force with the shipped one, or with an earlier version of it."""
    out, opened = Out(as_json), open_workspace(workspace)
    prompt, shipped = load_prompt(task, opened.prompts_folder), shipped_prompts().of(task)
    base = shipped if earlier is None else earlier_prompt(task, earlier)
    lines = _lines(base, prompt)
    if not prompt.own and earlier is None:
        out.say(f"You have no {task} prompt of your own; the shipped one is in force.")
    elif not lines:
        out.say("They do not differ.")
    for line in lines:
        out.say(line)
    out.answer("prompt.diff.v1", {"task": task, "from": base, "to": prompt, "lines": lines})


@app.command()
def copy(
    task: TaskArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Begin your own: copy the shipped prompt into your brand folder, to be changed there."""
    out, opened = Out(as_json), open_workspace(workspace)
    shipped = load_prompt(task)
    own = opened.prompts_folder / f"{task}.md"
    if own.exists():
        raise Refused(
            "already_there",
            f"You have a prompt of your own for {task} already.",
            thing=str(own),
            next_step=f"Change that file; `mainspring prompts diff {task}` compares it with ours.",
        )
    own.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(shipped.file), own)
    out.say(f"Copied to {own}", "Raise its version whenever you change it.")
    out.answer("prompt.copied.v1", {"task": task, "file": own})


@app.command()
def render(
    task: TaskArgument,
    campaign: Annotated[
        str, typer.Option(help="A campaign's id, or its end. [default: the newest one]")
    ] = "",
    goal: Annotated[str, typer.Option(help="A goal in words, instead of a campaign.")] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print exactly what a model would be sent for a brief. No model is asked."""
    out, opened = Out(as_json), open_workspace(workspace)
    stack = build_stack(opened)
    stack.prompts.of(task)
    with out.working("Looking"):
        if task == ASSISTANT:
            with opened.ledger.read() as tx:
                person = opened.person(tx)
            found = asyncio.run(would_converse(stack, person))
        else:
            of_talk = task == WRITE_SERIES.name  # it is of no campaign
            run = None if goal.strip() or of_talk else _run(opened, campaign)
            found = asyncio.run(would_ask(stack, task, goal.strip(), run))
    _say(out, found)
    out.answer("prompt.rendered.v1", found)


def _run(opened: Workspace, campaign: str) -> Run:
    """The campaign that was named, or else the newest. Raises Refused no_campaign."""
    if campaign:
        return pick_run(opened, campaign)
    with opened.ledger.read() as tx:
        newest = runs.list_runs(tx, limit=1)
    if not newest:
        raise Refused(
            "no_campaign",
            "There is no campaign yet whose brief could be used.",
            next_step='Give a goal: mainspring prompts render TASK --goal "…"',
        )
    return newest[0]


def _say(out: Out, found: Asked) -> None:
    whom = "nobody: no model is set" if found.model == "house" else found.model
    out.step(f"{found.task}, version {found.prompt_version}, would go to {whom}")
    if found.stood_in:
        out.step(f"Not there yet, so assembled without a model: {', '.join(found.stood_in)}")
    for message in found.messages:
        out.say(f"── {message.role} ──", message.content.rstrip())
    if found.answer_schema is not None:
        out.step("The answer's JSON Schema goes with it (see --json).")
    if found.tools:
        out.step(f"The conversation follows, with the tools {', '.join(found.tools)}.")


def _from(prompt: Prompt, opened: Workspace) -> str:
    """Whose it is."""
    if not prompt.own:
        return "shipped"
    return f"yours: {Path(prompt.file).relative_to(opened.folder)}"


def _left_out(prompt: Prompt, shipped: Prompt) -> list[str]:
    return [name for name in shipped.inputs if name not in prompt.inputs]


def _lines(base: Prompt, prompt: Prompt) -> list[str]:
    """The two files' differences as a unified diff; empty where there are none."""
    whose = "yours" if prompt.own else "shipped"
    return list(
        unified_diff(
            Path(base.file).read_text("utf-8").splitlines(),
            Path(prompt.file).read_text("utf-8").splitlines(),
            f"{base.task}, shipped, version {base.version}",
            f"{prompt.task}, {whose}, version {prompt.version}",
            lineterm="",
        )
    )
