"""Run the desk, the APIs, the public endpoints and the worker of one workspace together."""

from __future__ import annotations

from collections.abc import Callable

from app.intake.spool import Spool
from app.public import public_app
from app.site import Site, make_site
from app.web import create_web
from app.worker import Served, heed_signals, listen, must_listen, serving, work_beside
from app.workspace import Workspace
from ledger import sending
from workflows.transactions import read


async def run(
    workspace: Workspace,
    *,
    host: str,
    port: int,
    with_worker: bool,
    link: str,
    said: Callable[[str], None],
    prepare: Callable[[Site], None] = lambda site: None,
) -> None:
    """Serve until SIGTERM or SIGINT. ``link``: the path that lets the first owner in.
    ``prepare`` is handed the site before it is served.

    Raises Refused port_taken.
    """
    desk, sends = workspace.settings.desk, workspace.settings.sending
    host, port = host or desk.host, port or desk.port
    listening = must_listen(host, port, "[desk] port")
    site = make_site(workspace)
    heed_signals(site.worker.stop)  # before the first word: a signal may come any time
    prepare(site)
    served = [Served(create_web(site), listening, lifespan=True)]
    public = listen(sends.listen_host, sends.listen_port)
    if public is not None:
        app = public_app(lambda: site.stack, Spool(workspace.spool_folder))
        served.append(Served(app, public))
    address = desk.url or _address(host, listening.getsockname()[1])
    said(f"The desk: {address}")
    if link:
        said(f"For its first owner, once, within a day: {address}{link}")
    if public is not None:
        said(f"Public endpoints: {sends.listen_host}:{sends.listen_port}")
    else:
        said(
            f"{sends.listen_host}:{sends.listen_port} is taken, so the public endpoints are left "
            "to whoever has it."
        )
    pause = await read(site.stack.ledger, sending.status)
    if pause.paused:
        said(f"Sending is paused. {pause.reason}".rstrip())
    said("Stop with Ctrl-C.")
    if with_worker:
        await work_beside(served, site.worker, lambda: site.stack, lambda: site.workspace)
    else:  # another process does what is due
        async with serving(served, site.worker.stop):
            await site.worker.stop.wait()


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
    return f"http://{f'[{shown}]' if ':' in shown and not shown.startswith('[') else shown}:{port}"
