"""A workspace driven through the command line, as its user drives it."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from typer.testing import CliRunner, Result

from app.cli import app


class Inbox:
    """What a real SMTP server on this machine took."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        mail = BytesParser(policy=default).parsebytes(envelope.content)
        assert isinstance(mail, EmailMessage)
        self.mails += [(recipient, mail) for recipient in envelope.rcpt_tos]
        return "250 taken"

    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.mails]


def serve(inbox: Inbox) -> Controller:
    """Start the server on a free port of this machine; the caller stops it."""
    with socket.socket() as probe:  # aiosmtpd cannot say which port 0 became
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    return controller


def port_of(controller: Controller) -> int:
    port: int = controller.port
    return port


@dataclass
class Commands:
    """Runs commands in one workspace, in this process."""

    folder: Path
    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, exits: int = 0) -> Result:
        """Run a command; its exit code must be ``exits``."""
        environment = {
            "MAINSPRING_HOME": str(self.home),
            "MAINSPRING_WORKSPACE": str(self.folder),
            "MAINSPRING_TOKEN": "",
            **self.environment,
        }
        result = CliRunner().invoke(app, list(words), env=environment)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == exits, f"{result.exit_code}: {result.stdout}\n{result.stderr}"
        return result

    def data(self, *words: str, exits: int = 0) -> Any:
        """Run a command with --json, and give its data."""
        answer = json.loads(self.run(*words, "--json", exits=exits).stdout)
        assert set(answer) == {"schema", "data", "warnings"}
        return answer["data"]

    def init(self, *options: str) -> None:
        """Make a simulated shop in London at 9 in the morning of 10 December 2010."""
        self.run(
            "init", str(self.folder), "--timezone", "Europe/London", "--currency", "GBP",
            "--simulated", "--at", "2010-12-10", "--owner", "Ada", "--email", "ada@example.test",
            "--from", "shop@example.test",
            *options,
        )  # fmt: skip

    def settle(self, text: str) -> None:
        """Add sections to the settings."""
        file = self.folder / "mainspring.toml"
        file.write_text(file.read_text(encoding="utf-8") + "\n" + text, encoding="utf-8")
