"""Drive a run at once and say each step as it happens."""

from __future__ import annotations

from collections.abc import Callable

from app.workspace import Workspace
from workflows.jobs import advance
from workflows.progress import Progress


async def drive(workspace: Workspace, run_id: str, said: Callable[[str], None]) -> None:
    """Work on a run until it waits for a person or ends; ``said`` gets a line for each step."""

    def heard(step: Progress) -> None:
        if step.at == "finished":
            said(f"  {step.text}")

    await advance(workspace.stack(), run_id, heard)
