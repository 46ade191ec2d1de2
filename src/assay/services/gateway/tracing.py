"""OpenTelemetry spans, one a call, in the names of the GenAI conventions. Never content.

A span says how long a call took, how it failed, and what its receipt says: the receipt's id on it leads from one to the
other. https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/ (status: development).

Where nobody set OpenTelemetry up, none of it is imported.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import orjson

from assay.engines.asgi import Header
from assay.engines.inference.operation import Operation
from assay.services.gateway.conventions import error_type, operation_name
from assay.services.gateway.metrics import MAX_MODEL_NAME
from assay.trust.receipts.delivery import Delivery
from assay.trust.receipts.predicate import Outcome
from assay.trust.receipts.statement import receipt_id

if TYPE_CHECKING:
    from opentelemetry.trace import Span, TracerProvider

logger = logging.getLogger(__name__)

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


class CallSpan:
    """The span of a call that nobody traces."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """An error that leaves the block is named by its code; its message is not passed on."""

    def answered_by(self, provider: str, status: int) -> None:
        """Who gave an answer, and its HTTP status."""

    def receipted(self, delivery: Delivery) -> None:
        """The call came to this receipt."""


class Tracing:
    """Traces nothing."""

    _untraced = CallSpan()

    def call(self, operation: Operation, model: str, headers: Iterable[Header]) -> CallSpan:
        """A span for one call, as a context manager; under the caller's own if it sent a ``traceparent`` header."""
        return self._untraced

    def close(self) -> None:
        """Send what still waits to be sent."""


class SpanOfCall(CallSpan):
    """A span that is recorded."""

    def __init__(self, opening: AbstractContextManager[Span]) -> None:
        self._opening = opening
        self._failure = ""

    def __enter__(self) -> Self:
        self._span = self._opening.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if failure := error_type(error, self._failure):
            self._failed(failure)
        self._opening.__exit__(None, None, None)

    def answered_by(self, provider: str, status: int) -> None:
        self._span.set_attribute("gen_ai.provider.name", provider)
        if status >= 400:
            self._failure = str(status)

    def receipted(self, delivery: Delivery) -> None:
        payload = delivery.receipt.payload
        predicate = orjson.loads(payload)["predicate"]
        model, usage, outcome = predicate["model"], predicate["usage"], predicate["answer"]["outcome"]
        self._span.set_attributes(
            {
                "gen_ai.response.model": model["served"],
                "gen_ai.response.id": model["response_id"],
                "gen_ai.usage.input_tokens": usage["input_tokens"],
                "gen_ai.usage.cache_read.input_tokens": usage["cached_input_tokens"],
                "gen_ai.usage.output_tokens": usage["output_tokens"],
                "assay.receipt.id": receipt_id(payload),
                "assay.outcome": outcome,
                "assay.cost_micro_usd": predicate["cost"],
            }
        )
        if outcome != Outcome.COMPLETED:
            self._failure = outcome

    def _failed(self, kind: str) -> None:
        from opentelemetry.trace import StatusCode

        self._span.set_attribute("error.type", kind)
        self._span.set_status(StatusCode.ERROR)


class OpenTelemetryTracing(Tracing):
    """Traces every call with a tracer of ``provider``; ``close`` is what that takes in the end."""

    def __init__(self, provider: TracerProvider, close: Callable[[], None] = lambda: None) -> None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._tracer = provider.get_tracer("assay")
        self._close = close
        self._context = TraceContextTextMapPropagator()

    def call(self, operation: Operation, model: str, headers: Iterable[Header]) -> CallSpan:
        from opentelemetry.trace import SpanKind

        name, asked = operation_name(operation), model[:MAX_MODEL_NAME]
        attributes: dict[str, Any] = {
            "gen_ai.operation.name": name,
            "gen_ai.request.model": asked,
            "assay.operation": operation.value,
        }
        carrier = {key.decode("latin-1"): value.decode("latin-1") for key, value in headers}
        return SpanOfCall(
            self._tracer.start_as_current_span(
                f"{name} {asked}",
                self._context.extract(carrier),
                SpanKind.CLIENT,
                attributes,
                record_exception=False,
                set_status_on_exception=False,
            )
        )

    def close(self) -> None:
        self._close()


def find_tracing(environment: Mapping[str, str]) -> Tracing:
    """Tracing as OpenTelemetry was set up for this process, if it was.

    Either a tracer provider is in place already, as under ``opentelemetry-instrument``; or ``environment`` names an
    OTLP endpoint, to which spans are then sent over HTTP. The SDK reads further ``OTEL_*`` variables itself.
    """
    in_place = _provider_in_place()
    if in_place is not None:
        return OpenTelemetryTracing(in_place)
    disabled = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if disabled or not any(map(environment.get, _ENDPOINTS)):
        return Tracing()
    return _exporting()


def _provider_in_place() -> TracerProvider | None:
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return None
    provider: TracerProvider = trace.get_tracer_provider()
    return None if isinstance(provider, trace.ProxyTracerProvider) else provider


def _exporting() -> Tracing:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        logger.warning("an OTLP endpoint is set, but calls are not traced: install the extra `otel`")
        return Tracing()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return OpenTelemetryTracing(provider, close=provider.shutdown)
