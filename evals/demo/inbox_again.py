"""The demo's mail server once more, for the campaign that the newcomer sends."""

from __future__ import annotations

from pathlib import Path

from app.output import Out
from app.workspace import open_workspace
from domain.errors import MainspringError
from evals.demo.setting import MARK, DemoError
from evals.market.inbox import serve


def keep_mails(named: Path | None) -> None:
    """Take the demo's mails at the port that its settings name, until Ctrl-C.

    ``named`` is the demo's folder; else it is the present one, or ``demo`` in it. Raises DemoError
    not_a_demo, MainspringError port_taken.
    """
    folder = (named or (Path() if Path(MARK).exists() else Path("demo"))).resolve()
    if not (folder / MARK).exists():
        raise DemoError(
            "not_a_demo",
            "There is no demo in this folder.",
            thing=str(folder),
            next_step="Make one with `mainspring demo`, or name it: mainspring demo inbox "
            "--folder FOLDER",
        )
    port = open_workspace(folder).settings.sending.smtp_port
    inbox = folder / "inbox"
    inbox.mkdir(exist_ok=True)
    before = len(list(inbox.glob("*.eml")))
    out = Out(False)
    out.say(f"Keeping mails from port {port} of this machine in {inbox}; stop with Ctrl-C.")
    try:
        serve(inbox, port=port, with_parent=False)
    except KeyboardInterrupt:
        out.say(f"Stopped; {len(list(inbox.glob('*.eml'))) - before:,} mails came.")
    except OSError as error:
        raise MainspringError(
            "port_taken",
            f"Port {port} of this machine cannot be listened at.",
            thing=str(error),
            next_step="The demo's inbox may be running already, in another terminal.",
        ) from None
