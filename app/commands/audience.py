"""``mainspring audience``: rules tried out in aggregate, and rules with names."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.table import Table

from app.commands.options import AsOfOption, WorkspaceOption, read_moment
from app.keeping_segments import keep_segment
from app.output import JsonOption, Out
from app.stack import build_stack
from app.views.audience import list_segments, read_rule
from app.workspace import Workspace, open_workspace
from domain.predicate import Predicate, as_text, contradictions, in_words, rule_schema
from tools.cdp.port import AudiencePreview
from workflows.previewing import preview as preview_audience
from workflows.saved_segments import named
from workflows.stack import Stack

app = typer.Typer(
    help="Try an audience rule out, and give rules names.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

RuleArgument = Annotated[
    str,
    typer.Argument(
        help="The rule as text or JSON: 'bought category watch in the last 90 days and not did "
        '"Email Opened"\'; docs/audiences.md has the grammar.'
    ),
]
NameArgument = Annotated[str, typer.Argument(help="The segment's name.")]
CHANNELS = {
    "email": "marketing mails",
    "sms": "SMS",
    "push": "push messages",
    "phone": "phone calls",
    "post": "post",
}


@app.command()
def preview(
    rule: RuleArgument,
    as_of: AsOfOption = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Whom a rule finds, in aggregate: size, spread, overlap, and who agreed to which channel."""
    asked = read_rule(rule)
    out, opened = Out(as_json), open_workspace(workspace)
    found = asyncio.run(preview_audience(_stack(opened, as_of), asked))
    _say(out, found)
    out.answer("audience.preview.v1", found)


@app.command("list")
def list_all(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Every segment that the data tell apart or somebody named, with its size."""
    out, opened = Out(as_json), open_workspace(workspace)
    found = asyncio.run(list_segments(build_stack(opened)))
    table = Table(box=None, header_style="")
    table.add_column("Segment")
    table.add_column("People", justify="right")
    table.add_column("Can be mailed", justify="right")
    for one in found:
        table.add_row(one.name, f"{one.size:,}", f"{one.reachable:,}")
    out.say(table if found else "Nobody is known yet.")
    out.answer("audience.segments.v1", found)


@app.command()
def save(
    name: NameArgument,
    rule: RuleArgument,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a rule a name, by which goals and other rules may speak of its people."""
    asked = read_rule(rule)
    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.read() as tx:
        person = opened.person(tx)
    made = asyncio.run(keep_segment(build_stack(opened), person, name, asked))
    out.say(f"“{made.name}”: {in_words(made.rule)}.")
    for why in contradictions(made.rule):
        out.warn(why)
    out.answer("audience.segment.v1", made)


@app.command()
def show(
    name: NameArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """The rule of a named segment: in words, as text, and with --json as JSON."""
    out, opened = Out(as_json), open_workspace(workspace)
    found = named(opened.folder, name)
    out.say(f"“{found.name}”: {in_words(found.rule)}.", as_text(found.rule))
    out.answer("audience.segment.v1", {**found.model_dump(mode="json"), **_forms(found.rule)})


@app.command()
def schema() -> None:
    """The JSON Schema of a rule."""
    Out(as_json=True).answer("audience.rule.v1", rule_schema())


def _forms(rule: Predicate) -> dict[str, str]:
    return {"words": in_words(rule), "text": as_text(rule)}


def _stack(opened: Workspace, as_of: str) -> Stack:
    stack = build_stack(opened)
    return stack.as_of(read_moment(as_of, opened.timezone)) if as_of else stack


def _say(out: Out, found: AudiencePreview) -> None:
    out.say(f"{found.size:,} people: {in_words(found.rule)}.")
    for why in contradictions(found.rule):
        out.warn(why)
    if not found.size:
        return
    table = Table(box=None, show_header=False)
    table.add_column(justify="right")
    table.add_column()
    table.add_column(justify="right")
    for channel, people in found.agreed:
        table.add_row("agreed to", CHANNELS[channel], f"{people:,}")
    for spread in found.spreads:
        for number, cell in enumerate(spread.cells):
            table.add_row("" if number else spread.by, cell.what, f"{cell.people:,}")
    for number, one in enumerate(o for o in found.overlaps if o.people != 0):
        told = "a few" if one.people is None else f"{one.people:,}"
        table.add_row("" if number else "also in", one.name, told)
    out.say(table)
