"""``mainspring demo serve``: the demo in the desk, with its mail server and its market."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from app.commands.serve import welcome_link
from app.output import Out
from app.serving import run as serve
from app.site import Site
from app.workspace import open_workspace
from evals.demo import story
from evals.demo.going_on import ANSWERED, market_answers
from evals.demo.setting import MARK, DemoError
from evals.market.inbox import Inbox, running_inbox


def open_desk(folder: Path, *, seed: int, host: str = "", port: int = 0) -> None:
    """Make the demo where there is none, and serve it until SIGTERM or Ctrl-C.

    Raises DemoError not_a_demo, Refused port_taken.
    """
    out = Out(as_json=False)
    folder = folder.resolve()
    if not (folder / ANSWERED).exists():
        story.run(folder, seed=seed)
    if not (folder / MARK).exists():
        raise DemoError("not_a_demo", "There is no demo in this folder.", thing=str(folder))
    workspace = open_workspace(folder)
    with running_inbox(folder / "inbox", port=workspace.settings.sending.smtp_port) as inbox:
        out.say("")
        link = welcome_link(workspace)
        asyncio.run(
            serve(
                workspace,
                host=host,
                port=port,
                with_worker=True,
                link=link,
                said=out.say,
                prepare=lambda site: _let_the_market_answer(site, inbox),
            )
        )


def _let_the_market_answer(site: Site, inbox: Inbox) -> None:
    async def moved(at: datetime) -> None:
        await asyncio.to_thread(market_answers, site.workspace, inbox, at)

    site.clock_moved = moved
