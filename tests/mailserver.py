"""A real SMTP server for tests: keeps what it took, and can be told to misbehave.

``MailServer`` runs in the test's own event loop; ``python -m tests.mailserver FOLDER`` runs in
a process of its own, writes each mail it took to FOLDER before it answers, and prints its port.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

Answer = str | None
"""What is said instead of the usual: an answer line, ``hang``, ``drop``, ``drop_after`` (DATA:
the mail is kept, then the line is cut) or None for the usual."""
Behave = Callable[[str, str], Answer]
"""From the step (greet, ehlo, mail, rcpt, data, end) and its argument to an answer."""


def usual(step: str, argument: str) -> Answer:
    return None


class MailServer:
    def __init__(self, behave: Behave = usual, folder: Path | None = None) -> None:
        self.behave = behave
        self.folder = folder
        self.mails: list[bytes] = []
        self.recipients: list[str] = []
        self.connections = 0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> MailServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**22)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        with contextlib.suppress(
            ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
        ):
            await self._talk(reader, writer)
        self._tasks.discard(task)
        writer.close()

    async def _say(self, writer: asyncio.StreamWriter, step: str, usual: str, arg: str) -> bool:
        """False: the line is to be cut."""
        said = self.behave(step, arg)
        if said == "hang":
            await asyncio.sleep(3600)
        if said in ("drop", "drop_after"):
            return False
        writer.write((said or usual).encode() + b"\r\n")
        await writer.drain()
        return not (said or usual).startswith("421")

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipient = ""
        if not await self._say(writer, "greet", "220 test", ""):
            return
        while line := await reader.readline():
            verb, _, argument = line.decode("latin-1").strip().partition(" ")
            step = verb.lower()
            if step == "quit":
                writer.write(b"221 bye\r\n")
                return
            if step == "data":
                said = self.behave("data", recipient)
                if said is not None:
                    if said == "hang":
                        await asyncio.sleep(3600)
                    if said == "drop":
                        return
                    writer.write(said.encode() + b"\r\n")
                    continue
                writer.write(b"354 go on\r\n")
                mail = await reader.readuntil(b"\r\n.\r\n")
                mail = mail.replace(b"\r\n..", b"\r\n.")  # RFC 5321, 4.5.2
                said = self.behave("end", recipient)
                if said == "drop":
                    return
                if said is None or said[0] == "2" or said in ("drop_after", "garbage"):
                    self._keep(recipient, mail[:-3])
                if said == "garbage":
                    writer.write(b"?? what\r\n")
                    continue
                if said == "hang":
                    await asyncio.sleep(3600)
                if said == "drop_after":
                    return
                writer.write((said or "250 kept").encode() + b"\r\n")
                continue
            if step == "rcpt":
                found = re.search(r"<([^>]*)>", argument)
                recipient = found.group(1) if found else ""
                argument = recipient
            known = {"ehlo": "250 test", "helo": "250 test"}
            if not await self._say(writer, step, known.get(step, "250 ok"), argument):
                return

    def _keep(self, recipient: str, mail: bytes) -> None:
        self.recipients.append(recipient)
        if self.folder is None:
            self.mails.append(mail)
            return
        number = len(self.recipients)
        path = self.folder / f"{number:06d}-{os.getpid()}.eml"
        path.write_bytes(f"X-Envelope-To: {recipient}\r\n".encode() + mail)


async def _main(folder: Path) -> None:
    async with MailServer(folder=folder) as server:
        print(server.port, flush=True)  # noqa: T201
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1])))
