"""Drive a run at once and say each step as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.output import Out
from app.stack import build_stack
from app.workspace import Workspace
from workflows.jobs import advance
from workflows.progress import Progress


async def drive(
    workspace: Workspace,
    run_id: str,
    said: Callable[[str], None],
    doing: Callable[[str], None] | None = None,
) -> None:
    """Work on a run until it waits for a person or ends.

    ``said`` gets a line for each step that is done, ``doing`` the step that has begun.
    """

    def heard(step: Progress) -> None:
        if step.at == "finished":
            said(f"  {step.text}")
        elif doing is not None:
            doing(step.text)

    await advance(build_stack(workspace), run_id, heard)


def drive_shown(workspace: Workspace, run_id: str, out: Out) -> None:
    """Drive a run with a bar that says what is being done."""
    with out.working("Beginning …") as bar:
        task = bar.task_ids[0]
        asyncio.run(
            drive(workspace, run_id, out.step, lambda text: bar.update(task, description=text))
        )
