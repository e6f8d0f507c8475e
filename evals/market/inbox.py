"""The far end of every mail: a real SMTP server on this machine that keeps what it receives.

``python -m evals.market.inbox FOLDER PORT`` listens on the loopback address (0: a free port), says
``listening PORT`` and writes one .eml file a mail. It runs as a process of its own, as a
provider's server would.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_KEY = re.compile(rb"^message-id:\s*<?([^>\r\n]{1,160})", re.IGNORECASE | re.MULTILINE)
_UNSAFE = re.compile(r"[^0-9A-Za-z._@-]+")


class InboxError(RuntimeError):
    """The server did not come up."""


@dataclass(frozen=True)
class Inbox:
    """A running server."""

    port: int
    folder: Path

    def received(self) -> list[Path]:
        """The mails so far, in the order in which they came."""
        return sorted(self.folder.glob("*.eml"))


@contextmanager
def running_inbox(folder: Path, port: int = 0) -> Iterator[Inbox]:
    """Run the server in a process of its own until the block ends. Port 0: any free one.

    Raises InboxError where it does not come up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "evals.market.inbox", str(folder), str(port)],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline().split()
        if len(said) != 2 or said[0] != "listening":
            raise InboxError(f"the inbox did not start on port {port or 'any'}")
        yield Inbox(port=int(said[1]), folder=folder)
    finally:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class KeepsMail:
    """An aiosmtpd handler that writes each mail to a file of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = len(list(folder.glob("*.eml")))

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802 - aiosmtpd's name
        content = getattr(envelope, "content", b"")
        self._count += 1
        found = _KEY.search(content[:8192])
        key = _UNSAFE.sub("_", found.group(1).decode("ascii", "replace")) if found else "unnamed"
        name = f"{self._count:06d}-{key.removeprefix('ms.')[:40]}.eml"
        whole = self._folder / name
        # Written whole before its name is seen, so that a reader never meets half a mail.
        part = whole.with_suffix(".part")
        part.write_bytes(content)
        part.rename(whole)
        return f"250 2.0.0 kept as {self._count:06d}"


def serve(
    folder: Path, *, host: str = "127.0.0.1", port: int = 0, with_parent: bool = True
) -> None:
    """Listen until the process is ended. Refuses any address but this machine's own.

    ``with_parent``: end, too, when standard input closes, which the parent holds. Raises OSError
    where the port is taken.
    """
    import asyncio
    import ipaddress

    from aiosmtpd.smtp import SMTP

    if not ipaddress.ip_address(host).is_loopback:
        raise InboxError(f"{host} is not on this machine")
    handler = KeepsMail(folder)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(handler, hostname="inbox.example.test", loop=loop), host, port
        )
        if with_parent:
            print(f"listening {server.sockets[0].getsockname()[1]}", flush=True)  # noqa: T201
        if with_parent:
            # The parent's end of this pipe closes when the parent is gone, however it went.
            await loop.run_in_executor(None, sys.stdin.read)
        else:
            await server.serve_forever()

    asyncio.run(run())


if __name__ == "__main__":
    serve(Path(sys.argv[1]), port=int(sys.argv[2]))
