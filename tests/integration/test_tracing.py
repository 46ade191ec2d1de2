"""A gateway that is told where to send spans sends one a call, with what the receipt says and no content."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.integration.running import MODEL, RunningGateway, chat, serving
from tests.upstreams import ScriptedUpstream

trace_service = pytest.importorskip(
    "opentelemetry.proto.collector.trace.v1.trace_service_pb2", reason="needs the extra `otel`"
)

PROMPT = "an unmistakable question"


class Collector(ThreadingHTTPServer):
    """Receives OTLP over HTTP and keeps the bytes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Export)
        self.bodies: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def spans(self) -> Iterator[Any]:
        for body in self.bodies:
            for resource in trace_service.ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    yield from scope.spans


class _Export(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        threading.Thread(target=collector.serve_forever).start()
        yield collector
        collector.shutdown()


def attributes(span: Any) -> dict[str, str | int]:
    return {item.key: item.value.string_value or item.value.int_value for item in span.attributes}


def test_spans_of_a_gateway(upstream: ScriptedUpstream, collector: Collector, tmp_path: Path) -> None:
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_EXPORTER_OTLP_COMPRESSION": "none"}
    with serving(RunningGateway(tmp_path / "home", upstream.url, environment=environment)) as gateway:
        with gateway.client() as client:
            whole = client.post("/v1/chat/completions", json=chat(PROMPT)).headers["assay-receipt"]
            client.post("/v1/chat/completions", json=chat(PROMPT, stream=True)).raise_for_status()
            client.post("/v1/chat/completions", json=chat(f"{PROMPT}\n!!status 400"))
        gateway.stop()  # sends what still waits
    answered, streamed, refused = map(attributes, collector.spans())
    assert answered["assay.receipt.id"] == whole
    assert answered["gen_ai.operation.name"] == "chat"
    assert answered["gen_ai.provider.name"] == "local"
    assert answered["gen_ai.request.model"] == MODEL
    assert str(answered["gen_ai.response.model"]).startswith(f"{MODEL}-")  # as the provider named it
    assert int(answered["gen_ai.usage.input_tokens"]) > 0
    assert int(answered["gen_ai.usage.output_tokens"]) > 0
    assert "error.type" not in answered
    assert streamed["assay.outcome"] == "completed"
    assert refused["error.type"] == "400"
    assert "assay.receipt.id" not in refused
    assert not any(b"unmistakable" in body for body in collector.bodies)
