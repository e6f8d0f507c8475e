"""Site: what every face of one running workspace shares, handed to each request."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fastapi import Request

from app.passing_time import Moved
from app.streams import Streams
from app.workspace import Workspace
from workflows.jobs import Worker
from workflows.stack import Stack


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

    def renew(self) -> None:
        """Take over changed settings and brand files, for this process's next requests."""
        from app.workspace import open_workspace

        reopened = open_workspace(self.workspace.folder, self.workspace.environment)
        self.workspace = replace(reopened)
        # One open ledger a process: writers queue in it, and streams read it.
        self.workspace.__dict__["ledger"] = self.stack.ledger
        self.stack = self.workspace.stack()


def make_site(workspace: Workspace) -> Site:
    """Raises BrandError, SecretsError, LedgerError: what ``Workspace.stack`` does."""
    return Site(workspace, workspace.stack(), Streams(workspace.ledger), Worker())


def site_of(request: Request) -> Site:
    """The site that a request is for."""
    found: Site = request.app.state.site
    return found
