"""Every call of a model as an OpenTelemetry span, where a collector is configured.

The names are those of the GenAI semantic conventions (opentelemetry.io/docs/specs/semconv/gen-ai,
span ``gen_ai.inference.client``), and what they have no name for begins with ``mainspring.``. A
span says what the ledger says of a call: never the words of a prompt or an answer, and no secret.
Nothing of OpenTelemetry is imported where no collector is configured.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog

from agents.model import Call, CallLog
from app.settings import Settings
from domain.errors import MainspringError
from workflows.calls import run_under_way

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

SECONDS = 3
"""How long a collector may take. Calls never wait for it; the end of the process does."""
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_GOOD = ("answered", "repaired")
_MOST_CHARACTERS = 100
"""Of what a server says of itself."""

log = structlog.get_logger("mainspring.tracing")


class TracingError(MainspringError):
    """Codes: ``no_exporter``: the package that speaks to the collector is not installed."""


def is_on(settings: Settings, environment: Mapping[str, str]) -> bool:
    """Whether a collector is named, by the settings or by OpenTelemetry's own variables."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    if settings.traces.endpoint:
        return True
    wanted = environment.get("OTEL_TRACES_EXPORTER", "otlp").split(",")
    return "otlp" in wanted and any(environment.get(name) for name in _ENDPOINTS)


def traced(
    kept: CallLog, settings: Settings, environment: Mapping[str, str], place: Place
) -> CallLog:
    """The log that tells a collector, too; ``kept`` itself where none is configured."""
    if not is_on(settings, environment):
        return kept
    try:
        provider = _provider(settings.traces.endpoint, _protocol(environment))
    except TracingError as error:
        log.warning("no_traces", error=str(error))
        return kept
    return _Traced(kept, provider, place)


class Place:
    """Where a model is asked, and how: what its calls have in common."""

    def __init__(self, base_url: str, temperature: float | None) -> None:
        parts = urlsplit(base_url)
        self.attributes: dict[str, Any] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",  # the format that is spoken, whoever runs the model
            "server.address": parts.hostname or "",
            "server.port": parts.port or (443 if parts.scheme == "https" else 80),
        }
        if temperature is not None:
            self.attributes["gen_ai.request.temperature"] = temperature


class _Traced:
    """Keeps a call, and tells it as a span that ends now (agents.model.CallLog)."""

    def __init__(self, kept: CallLog, provider: TracerProvider, place: Place) -> None:
        self._kept = kept
        self._tracer = provider.get_tracer("mainspring")
        self._place = place

    def record(self, call: Call) -> None:
        self._kept.record(call)
        if call.outcome != "kept":  # nobody was called
            self._tell(call)

    def _tell(self, call: Call) -> None:
        from opentelemetry.trace import SpanKind, Status, StatusCode

        ended = time.time_ns()
        span = self._tracer.start_span(
            f"chat {call.model}",
            kind=SpanKind.CLIENT,
            start_time=ended - int(call.seconds * 1e9),
            attributes={**self._place.attributes, **_attributes(call)},
        )
        if call.outcome not in _GOOD:
            span.set_attribute("error.type", call.outcome)
            span.set_status(Status(StatusCode.ERROR))
        span.end(ended)


def _attributes(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = {
        "gen_ai.request.model": call.model,
        "gen_ai.output.type": "text" if call.streamed else "json",
        "gen_ai.prompt.name": call.task,
        "mainspring.prompt.version": call.prompt_version,
        "mainspring.prompt.hash": call.prompt_hash,
        "mainspring.outcome": call.outcome,
        "mainspring.cost": float(call.cost),
    }
    if call.streamed:
        found["gen_ai.request.stream"] = True
    if call.tokens_in or call.tokens_out:
        found["gen_ai.usage.input_tokens"] = call.tokens_in
        found["gen_ai.usage.output_tokens"] = call.tokens_out
    if call.answered_by:
        found["gen_ai.response.model"] = call.answered_by[:_MOST_CHARACTERS]
    if call.finish:
        found["gen_ai.response.finish_reasons"] = (call.finish[:_MOST_CHARACTERS],)
    if run_id := run_under_way():
        found["mainspring.run.id"] = run_id
    return found


def say_hello(settings: Settings, environment: Mapping[str, str]) -> bool:
    """Send one span named ``mainspring doctor``; whether the collector took it.

    Raises TracingError no_exporter.
    """
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import (
        SimpleSpanProcessor,
        SpanExporter,
        SpanExportResult,
    )

    exporter = _exporter(settings.traces.endpoint, _protocol(environment))
    taken: list[SpanExportResult] = []

    class Heard(SpanExporter):
        def export(self, spans: Any) -> SpanExportResult:
            taken.append(exporter.export(spans))
            return taken[-1]

    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(Heard()))
    provider.get_tracer("mainspring").start_span("mainspring doctor").end()
    exporter.shutdown()
    return taken == [SpanExportResult.SUCCESS]


@cache
def _provider(endpoint: str, protocol: str) -> TracerProvider:
    """One a process; what it has not sent yet it sends when the process ends."""
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    exporter = _exporter(endpoint, protocol)
    named = Resource.create()
    if str(named.attributes.get(SERVICE_NAME, "unknown_service")).startswith("unknown_service"):
        named = named.merge(Resource({SERVICE_NAME: "mainspring"}))
    provider = TracerProvider(resource=named)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000))
    return provider


def _protocol(environment: Mapping[str, str]) -> str:
    found = next((environment[name] for name in _PROTOCOLS if environment.get(name)), "")
    return "grpc" if found == "grpc" else "http/protobuf"


def _exporter(endpoint: str, protocol: str) -> SpanExporter:
    """Raises TracingError no_exporter. Without an endpoint OpenTelemetry's variables say where."""
    try:
        if protocol == "grpc":
            from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (
                OTLPSpanExporter as OverGrpc,
            )

            return OverGrpc(endpoint=endpoint or None, timeout=SECONDS)
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
            OTLPSpanExporter as OverHttp,
        )
    except ImportError as error:
        raise TracingError(
            "no_exporter",
            "Calls of models are to be traced, and the package that does it is not installed.",
            thing=error.name or "",
            next_step="Install it: pip install 'mainspring[otel]'",
        ) from error
    place = f"{endpoint.rstrip('/')}/v1/traces" if endpoint else None
    return OverHttp(endpoint=place, timeout=SECONDS)
