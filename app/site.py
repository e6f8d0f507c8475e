"""Site: what every face of one running workspace shares, handed to each request."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

import structlog
from fastapi import Request

from app.passing_time import Moved
from app.stack import build_stack
from app.streams import Streams
from app.turns import Turns
from app.workspace import Workspace
from workflows.jobs import Worker
from workflows.stack import Stack

log = structlog.get_logger("mainspring.site")


@dataclass
class Site:
    """One process serves one workspace. Read ``stack`` where it is used: it is made anew when a
    person changes settings or the brand."""

    workspace: Workspace
    stack: Stack
    streams: Streams
    worker: Worker
    clock_moved: Moved | None = None
    """Told where a simulated clock was moved to; the demo's market then answers."""
    tasks: set[asyncio.Task[object]] = field(default_factory=set)
    """Work that goes on though the request that began it is over."""
    turns: Turns = field(init=False)
    """The assistant's answers that are being written here."""

    def __post_init__(self) -> None:
        self.turns = Turns(lambda: self.stack)

    def detach(self, work: Coroutine[Any, Any, object]) -> None:
        """Do this beside the requests. It tells of its own failure."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[object]) -> None:
        self.tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("task_failed", exc_info=task.exception())

    def follow_guide(self) -> None:
        """Take over a guide that another process put in force."""
        from brand_voice.versions import guide_in_force

        found = guide_in_force(self.workspace.brand_folder)
        if found is not None and found != self.stack.brand.guide:
            self.renew()

    def renew(self) -> None:
        """Take over changed settings and brand files, for this process's next requests."""
        from app.workspace import open_workspace

        reopened = open_workspace(self.workspace.folder, self.workspace.environment)
        self.workspace = replace(reopened)
        # One open ledger a process: writers queue in it, and streams read it.
        self.workspace.__dict__["ledger"] = self.stack.ledger
        self.stack = build_stack(self.workspace)


def make_site(workspace: Workspace) -> Site:
    """Raises BrandError, SecretsError, LedgerError: what ``Workspace.stack`` does."""
    return Site(workspace, build_stack(workspace), Streams(workspace.ledger), Worker())


def site_of(request: Request) -> Site:
    """The site that a request is for."""
    found: Site = request.app.state.site
    return found
