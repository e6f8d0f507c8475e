"""``mainspring doctor``: check every configured part, and say how to mend it."""

from __future__ import annotations

import asyncio

import typer

from app.commands.options import WorkspaceOption
from app.output import JsonOption, Out
from app.workspace import open_workspace

app = typer.Typer(rich_markup_mode=None)

MARKS = {"fine": "✓", "look": "▲", "skipped": "–"}


@app.command()
def doctor(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Check settings, reach and rights of every part. Ends with 1 where something is to mend."""
    out, opened = Out(as_json), open_workspace(workspace)
    from app.checks import Check
    from app.doctor import examine

    def said(check: Check) -> None:
        out.say(f"{MARKS[check.state]} {check.part:<15} {check.what}")
        if check.mend:
            out.say(f"  {'':<15} → {check.mend}")

    checks = asyncio.run(examine(opened, said))
    wrong = [check for check in checks if check.state == "look"]
    out.say("Everything that could be checked is fine." if not wrong else _count(len(wrong)))
    out.answer("doctor.v1", {"fine": not wrong, "checks": checks})
    if wrong:
        raise typer.Exit(1)


def _count(wrong: int) -> str:
    return "1 thing to mend." if wrong == 1 else f"{wrong} things to mend."
