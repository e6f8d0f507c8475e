"""Calls of models as spans, told to a real OTLP collector on this machine."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from agents.model import ChatMessage, ModelError
from agents.openai_model import OpenAIModel
from agents.tasks import READ_GOAL, GoalText
from app import tracing
from app.model_checks import check_traces
from app.stack import build_stack
from app.workspace import Workspace
from tests.integration.model_server import Step, fails, says, serving, streams
from tests.integration.test_models import workspace
from workflows.calls import during

SECRET = "sk-very-secret"
GOAL = "Sell the marigold locket"


@dataclass
class Collector:
    """What was told to it."""

    url: str = ""
    code: int = 200
    requests: list[ExportTraceServiceRequest] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def spans(self, number: int) -> list[Span]:
        """So many spans, once they have come."""
        ends = time.monotonic() + 20
        while time.monotonic() < ends:
            found = [
                span
                for request in self.requests
                for resource in request.resource_spans
                for scope in resource.scope_spans
                for span in scope.spans
            ]
            if len(found) >= number:
                assert len(found) == number, [span.name for span in found]
                return found
            time.sleep(0.02)
        raise AssertionError(f"{len(found)} spans came, not {number}")


@contextmanager
def collecting(code: int = 200) -> Iterator[Collector]:
    collector = Collector(code=code)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            assert self.path == "/v1/traces"
            collector.bodies.append(body)
            collector.requests.append(ExportTraceServiceRequest.FromString(body))
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(collector.code)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    collector.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield collector
    server.shutdown()


def attributes(span: Span) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in span.attributes:
        kind = one.value.WhichOneof("value")
        value = getattr(one.value, str(kind))
        found[one.key] = [v.string_value for v in value.values] if kind == "array_value" else value
    return found


def with_model(folder: Path, url: str, more: str = "", **environment: str) -> Workspace:
    made = workspace(
        folder,
        f'[model]\nbase_url = "{url}"\nname = "tiny"\ntemperature = 0.5\n'
        f"price_in = 10\nprice_out = 100\nkeep_answers = true\n{more}",
        f'model_api_key = "{SECRET}"\n',
    )
    return Workspace(made.folder, made.settings, {**made.environment, **environment})


async def ask(made: Workspace, *, talk: bool = False) -> None:
    model = build_stack(made).model
    assert isinstance(model, OpenAIModel)
    given = GoalText(text=GOAL, today=date(2026, 11, 2), currency="EUR")
    try:
        with during("run-7"):
            if talk:
                async for _ in model.converse([ChatMessage(role="user", content=GOAL)]):
                    pass
            else:
                await model.answer(READ_GOAL, given)
    except ModelError:
        pass
    finally:
        await model.aclose()


GOOD = says(json.dumps({"text": GOAL}))


async def test_a_call_is_told_by_the_conventions_and_without_its_words(tmp_path: Path) -> None:
    with collecting() as collector:
        async with serving(says("not json"), GOOD) as server:
            made = with_model(tmp_path, server.url, f'[traces]\nendpoint = "{collector.url}"\n')
            await ask(made)
            await ask(made)  # answered from what was kept: nobody is called
            port = int(server.url.split(":")[2].split("/")[0])
        first, second = collector.spans(2)
        whole = b"".join(collector.bodies)
        resource = collector.requests[0].resource_spans[0].resource.attributes
    assert {a.key: a.value.string_value for a in resource}["service.name"] == "mainspring"
    assert (first.name, first.kind) == ("chat tiny", Span.SPAN_KIND_CLIENT)
    prompt = attributes(second)
    assert len(prompt.pop("mainspring.prompt.hash")) == 64
    assert prompt.pop("mainspring.prompt.version") >= 2
    assert prompt == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "tiny",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.output.type": "json",
        "gen_ai.prompt.name": "read_goal",
        "gen_ai.response.model": "tiny",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "server.address": "127.0.0.1",
        "server.port": port,
        "mainspring.outcome": "repaired",
        "mainspring.cost": 0.003,
        "mainspring.run.id": "run-7",
    }
    assert second.status.code == Status.STATUS_CODE_UNSET
    assert 0 < second.end_time_unix_nano - second.start_time_unix_nano < 60e9
    assert attributes(first)["error.type"] == "malformed"
    assert first.status.code == Status.STATUS_CODE_ERROR
    for secret in (SECRET, "marigold", "You read what a marketer", "not json"):
        assert secret.encode() not in whole


@pytest.mark.parametrize(
    ("step", "error"),
    [
        (streams({"content": "Good "}, {"content": "day."}), ""),
        (fails(401), "rejected"),
        (fails(500), "unreachable"),
        (streams(), "empty"),
    ],
)
async def test_a_conversation_is_told_too(tmp_path: Path, step: Step, error: str) -> None:
    with collecting() as collector:
        async with serving(step) as server:
            made = with_model(tmp_path, server.url, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
            with pytest.MonkeyPatch.context() as patched:
                patched.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
                tracing._provider.cache_clear()
                await ask(made, talk=True)
                (span,) = collector.spans(1)
                tracing._provider.cache_clear()
    told = attributes(span)
    assert told["gen_ai.request.stream"] is True
    assert told["gen_ai.output.type"] == "text"
    assert told.get("error.type", "") == error
    assert b"Good day" not in b"".join(collector.bodies)


async def test_it_is_off_unless_a_collector_is_named(tmp_path: Path) -> None:
    made = with_model(tmp_path, "http://127.0.0.1:9/v1")
    for around in (
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_TRACES_EXPORTER": "none"},
        {"OTEL_TRACES_EXPORTER": "otlp"},
    ):
        assert not tracing.is_on(made.settings, around)
        (check,) = await check_traces(Workspace(made.folder, made.settings, around))
        assert check.state == "skipped"


def test_nothing_is_imported_while_it_is_off() -> None:
    program = (
        "import sys, app.tracing, agents.openai_model\n"
        "from app.tracing import Place, traced\n"
        "from app.settings import Settings, WorkspaceSettings\n"
        "place = dict(id='12345678', name='x', timezone='Europe/Berlin', currency='EUR')\n"
        "kept = object()\n"
        "settings = Settings(workspace=WorkspaceSettings(**place))\n"
        "assert traced(kept, settings, {}, Place('http://127.0.0.1/v1', None)) is kept\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout == "[]\n", done.stderr


async def test_a_collector_that_is_away_holds_nothing_up(tmp_path: Path) -> None:
    async with serving(GOOD) as server:
        made = with_model(tmp_path, server.url, '[traces]\nendpoint = "http://127.0.0.1:9"\n')
        await ask(made)
        assert len(server.requests) == 1
        (check,) = await check_traces(made)
    assert (check.state, "takes no span" in check.what) == ("look", True)


async def test_the_doctor_says_that_the_collector_takes_spans(tmp_path: Path) -> None:
    with collecting() as collector:
        made = with_model(
            tmp_path, "http://127.0.0.1:9/v1", f'[traces]\nendpoint = "{collector.url}"\n'
        )
        (check,) = await check_traces(made)
        assert check.state == "fine"
        assert [span.name for span in collector.spans(1)] == ["mainspring doctor"]


async def test_without_the_exporter_calls_go_on_and_the_doctor_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    async with serving(GOOD) as server:
        made = with_model(tmp_path, server.url, '[traces]\nendpoint = "http://127.0.0.1:8"\n')
        await ask(made)
        assert len(server.requests) == 1
    with pytest.raises(tracing.TracingError) as caught:
        await check_traces(made)
    assert "mainspring[otel]" in caught.value.next_step
