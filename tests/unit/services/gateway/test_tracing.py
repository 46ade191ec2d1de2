"""Spans name a failure and never repeat it; where OpenTelemetry is not set up, it is not even imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

from assay.engines.inference.operation import Operation
from assay.engines.inference.provider import ProviderTimeout
from assay.services.gateway.tracing import OpenTelemetryTracing, Tracing, find_tracing

pytest.importorskip("opentelemetry.sdk.trace", reason="needs the extra `otel`")

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

CALLER = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracing(exporter: InMemorySpanExporter) -> OpenTelemetryTracing:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return OpenTelemetryTracing(provider)


def only(exporter: InMemorySpanExporter) -> ReadableSpan:
    (span,) = exporter.get_finished_spans()
    return span


@pytest.mark.parametrize(
    ("error", "name"),
    [(ProviderTimeout("a secret"), "provider_timeout"), (ValueError("a secret"), "ValueError")],
)
def test_a_failure_is_named_and_not_repeated(
    tracing: OpenTelemetryTracing, exporter: InMemorySpanExporter, error: Exception, name: str
) -> None:
    with pytest.raises(type(error)), tracing.call(Operation.CHAT, "m", ()):
        raise error
    span = only(exporter)
    assert span.attributes is not None
    assert span.attributes["error.type"] == name
    assert span.status.status_code is StatusCode.ERROR
    assert "secret" not in span.to_json()


def test_a_span_joins_the_callers_trace(
    tracing: OpenTelemetryTracing, exporter: InMemorySpanExporter
) -> None:
    headers = [(b"traceparent", f"00-{CALLER}-b7ad6b7169203331-01".encode())]
    with tracing.call(Operation.EMBEDDINGS, "m", headers):
        pass
    span = only(exporter)
    assert span.name == "embeddings m"
    assert span.context is not None
    assert f"{span.context.trace_id:032x}" == CALLER


def test_a_model_name_of_any_length_is_cut(
    tracing: OpenTelemetryTracing, exporter: InMemorySpanExporter
) -> None:
    with tracing.call(Operation.CHAT, "m" * 10_000, ()):
        pass
    assert len(only(exporter).name) < 200


@pytest.mark.parametrize("disabled", ["true", "TRUE"])
def test_what_is_disabled_is_not_traced(disabled: str) -> None:
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_SDK_DISABLED": disabled}
    assert type(find_tracing(endpoint)) is Tracing


def test_without_a_set_up_nothing_is_imported() -> None:
    program = """
import sys
from assay.apps.network.node import Node
from assay.services.gateway.tracing import Tracing, find_tracing
assert type(find_tracing({})) is Tracing
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_provider_in_place_is_used() -> None:
    program = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from assay.services.gateway.tracing import OpenTelemetryTracing, Tracing, find_tracing
assert type(find_tracing({})) is Tracing  # the API alone records nothing
trace.set_tracer_provider(TracerProvider())
assert isinstance(find_tracing({}), OpenTelemetryTracing)
"""
    subprocess.run([sys.executable, "-c", program], check=True)
