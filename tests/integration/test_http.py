"""The one retry layer against a real server: what it repeats, never repeats, and when it stops."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from tools.http import AnswerTooLong, CircuitOpen, HostNotAllowed, open_client, retry_after


@asynccontextmanager
async def answering(*answers: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A raw server: one answer a connection, the last repeated; b"" hangs up without a word."""
    asked: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        answer = answers[min(len(asked), len(answers)) - 1]
        if answer:
            head = b"Connection: close\r\nContent-Length: "
            status, _, body = answer.rpartition(b"\n")
            writer.write(b"HTTP/1.1 %b\r\n%b%d\r\n\r\n%b" % (status, head, len(body), body))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"http://127.0.0.1:{port}/", asked


def client(**more: object) -> httpx.AsyncClient:
    return open_client(hosts=["127.0.0.1"], longest_wait=1, **more)  # type: ignore[arg-type]


async def test_a_read_is_repeated_after_a_failure() -> None:
    async with (
        answering(b"503 no\n", b"502 no\n", b"200 OK\nyes") as (url, asked),
        client() as http,
    ):
        assert (await http.get(url)).text == "yes"
    assert len(asked) == 3


async def test_a_write_is_repeated_only_where_the_server_refused_to_take_it() -> None:
    async with answering(b"500 no\n", b"200 OK\n") as (url, asked), client() as http:
        assert (await http.post(url)).status_code == 500
        assert len(asked) == 1
    async with (
        answering(b"429 no\r\nRetry-After: 0\n", b"200 OK\n") as (url, asked),
        client() as http,
    ):
        assert (await http.post(url)).status_code == 200
    assert len(asked) == 2


async def test_a_write_that_was_cut_off_is_never_sent_twice() -> None:
    async with answering(b"") as (url, asked), client() as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.post(url)
        assert len(asked) == 1
        with pytest.raises(httpx.TransportError):
            await http.get(url)
        assert len(asked) == 4


async def test_the_last_answer_is_handed_back_as_it_is() -> None:
    async with answering(b"503 no\nwhy") as (url, asked), client() as http:
        answer = await http.get(url)
    assert (answer.status_code, answer.text, len(asked)) == (503, "why", 3)


async def test_other_hosts_are_not_reached() -> None:
    async with client() as http:
        with pytest.raises(HostNotAllowed):
            await http.get("http://elsewhere.example/")


async def test_too_many_bytes_are_not_read() -> None:
    async with answering(b"200 OK\n" + b"x" * 5000) as (url, _), client(most_bytes=1000) as http:
        with pytest.raises(AnswerTooLong):
            await http.get(url)


async def test_redirects_are_not_followed() -> None:
    moved = b"302 Found\r\nLocation: http://elsewhere.example/\n"
    async with answering(moved) as (url, _), client() as http:
        assert (await http.get(url)).status_code == 302


async def test_a_dead_host_costs_nothing_after_a_while() -> None:
    async with client(attempts=1, connect_seconds=1) as http:
        for _ in range(5):
            with pytest.raises(httpx.ConnectError):
                await http.get("http://127.0.0.1:9/")
        started = time.monotonic()
        with pytest.raises(CircuitOpen):
            await http.get("http://127.0.0.1:9/")
        assert time.monotonic() - started < 0.1


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after("3") == 3
    assert retry_after("-3") == 0
    assert retry_after(None) is None
    assert retry_after("soon") is None
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=60))
    assert 50 < (retry_after(then) or 0) <= 60
