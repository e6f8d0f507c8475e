"""A real browser at a real desk. Any request to another host, and any error that a page says,
fails the test that made it.

``desk`` is served by a thread of this process without a worker, so that nothing moves by itself
and a test may look into the ledger. Skipped where Chromium is not present.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from app.desk.identity import COOKIE
from ledger import accounts
from ledger.people import Role
from tests.desk_world import Desk

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
)  # fmt: skip
WAIT_MS = 15_000

MakeDesk = Callable[[], AbstractAsyncContextManager[Any]]


@pytest.fixture(scope="module")  # while it is open, no asynchronous test can run in the process
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not present")
    expect.set_options(timeout=WAIT_MS)  # a busy machine is no fault of a page
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield found
        found.close()


@dataclass
class AtDesk:
    """A served desk, and browsers in which people are signed in."""

    address: str
    desk: Desk
    made: Any
    """What the desk was made with: its context manager's value."""
    browser: Browser
    faults: list[str]

    def page(self, role: Role = "owner", **options: Any) -> Page:
        """A page in a browser of its own, with the person of this role signed in."""
        with self.desk.site.stack.ledger.write() as tx:
            secret = accounts.begin_session(tx, self.desk.people[role], "127.0.0.1", "a test")
        options = {"viewport": {"width": 1440, "height": 1000}, "locale": "en-GB", **options}
        context = self.browser.new_context(base_url=self.address, **options)
        context.set_default_timeout(WAIT_MS)
        context.add_cookies([{"name": COOKIE, "value": secret, "domain": "127.0.0.1", "path": "/"}])
        context.on("request", self._stays_here)
        page = context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        return page

    def _stays_here(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme in ("http", "https") and url.netloc != urlsplit(self.address).netloc:
            self.faults.append(f"asked another host: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text}")


@pytest.fixture
def at_desk(browser: Browser) -> Iterator[Callable[[MakeDesk], AtDesk]]:
    """Serve the desk that a context manager makes; its value is a Desk, or begins with one."""
    served: list[tuple[AtDesk, _Serving]] = []

    def serve(make: MakeDesk) -> AtDesk:
        serving = _Serving(make)
        serving.begin()
        value = serving.made
        desk = value[0] if isinstance(value, tuple) else value
        found = AtDesk(serving.address, desk, value, browser, [])
        served.append((found, serving))
        return found

    yield serve
    for context in browser.contexts:
        context.close()
    for _, serving in served:
        serving.end()
    faults = [fault for found, _ in served for fault in found.faults]
    assert not faults, faults


class _Serving:
    """A desk and its server in a thread with an event loop of its own."""

    def __init__(self, make: MakeDesk) -> None:
        self._make = make
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.made: Any = None
        self._failed: BaseException | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def begin(self) -> None:
        self._thread.start()
        self._ready.wait(60)
        if self._failed is not None:
            raise self._failed

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - begin tells it to the test
            self._failed = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with self._make() as self.made:
            web = (self.made[0] if isinstance(self.made, tuple) else self.made).web
            server = uvicorn.Server(uvicorn.Config(web, log_level="error", lifespan="off"))
            serving = asyncio.create_task(server._serve([self._listening]))
            self._ready.set()
            await self._over.wait()
            server.should_exit = server.force_exit = True
            with suppress(TimeoutError):
                await asyncio.wait_for(serving, 5)


def inaccessible(page: Page) -> str:
    """What axe finds wrong with the page; empty where it finds nothing."""
    found = Axe().run(page)
    return str(found.generate_report()) if found.violations_count else ""
