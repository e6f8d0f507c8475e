"""``mainspring sources``: what may write events here, and whether it follows the plan."""

from __future__ import annotations

from typing import Annotated

import typer

from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.workspace import open_workspace

NameArgument = Annotated[
    str, typer.Argument(help="The source's name: shop-web, ios-app, tills.", metavar="NAME")
]
DaysOption = Annotated[int, typer.Option(min=1, max=365, help="How many days back.")]

app = typer.Typer(
    help="Websites, apps and servers that write events here, and the tracking plan.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def add(name: NameArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Let a source write, and print its write key, once. A closed one is opened again."""
    from ledger import sources

    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        source, key = sources.add(tx, name, opened.person(tx))
    sending = opened.settings.sending
    address = sending.public_url or f"http://{sending.listen_host}:{sending.listen_port}"
    out.say(f"{source.name} may write events to {address}")
    out.say(f"Its write key, shown this once: {key}")
    out.answer("sources.added.v1", {"name": source.name, "write_key": key, "address": address})


@app.command("list")
def list_sources(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the sources: when each was last seen, and today's messages."""
    from app.views.sources import look

    out, opened = Out(as_json), open_workspace(workspace)
    rows = look(opened).sources
    for row in rows:
        out.say(f"{row.name:<24} {row.state(opened.timezone)}")
    if not rows:
        out.say("No source yet: mainspring sources add NAME")
    out.answer("sources.list.v1", rows)


@app.command()
def close(
    name: NameArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Take a source's key away within seconds. What it wrote stays."""
    from ledger import sources

    out, opened = Out(as_json), open_workspace(workspace)
    with opened.ledger.write() as tx:
        closed = sources.close(tx, name, opened.person(tx))
    out.say(f"{closed.name} may not write any more.")
    out.answer("sources.closed.v1", {"name": closed.name})


@app.command()
def plan(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the tracking plan's events, and say what is wrong with a broken file (exit code 1)."""
    from app.tracking_plan import FOLDER, load_plan

    out, opened = Out(as_json), open_workspace(workspace)
    found = load_plan(opened.folder / FOLDER)
    for event in found.events:
        needs = ", ".join(event.required) or "nothing"
        out.say(f"{event.name}: {len(event.properties)} properties; needs {needs}")
    if not found.events and not found.faults:
        out.say(f"There is no plan: put one JSON Schema an event into {FOLDER}/.")
    for fault in found.faults:
        out.warn(f"{fault.file}: {fault.why}")
    out.answer("sources.plan.v1", {"events": found.events, "faults": found.faults})
    if found.faults:
        raise typer.Exit(1)


@app.command()
def violations(
    days: DaysOption = 7, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """List what did not follow the plan, the most frequent first. The events are kept."""
    from app.tracking_plan import FOLDER, load_plan
    from app.tracking_plan import violations as counted

    out, opened = Out(as_json), open_workspace(workspace)
    found, against = counted(opened, days), load_plan(opened.folder / FOLDER)
    for one in found:
        out.say(f"{one.number:>8,}  {one.source}: {one.event}: {one.path}: {one.rule}")
    if not found and against.events:
        out.say(f"No event of the last {days} days broke the plan.")
    elif not against.events:
        out.say(
            f"There is no plan to hold events against: put one JSON Schema each into {FOLDER}/."
        )
    for fault in against.faults:
        out.warn(f"{fault.file}: {fault.why}")
    out.answer("sources.violations.v1", found)
