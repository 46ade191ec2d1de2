"""What the node tells Prometheus, in the names of OpenTelemetry's GenAI conventions. Never content.

https://opentelemetry.io/docs/specs/semconv/gen-ai/ (status: development): the one table of names is here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from assay.engines.inference.operation import Operation
from assay.trust.receipts.predicate import Usage

_SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
CONTENT_TYPE = CONTENT_TYPE_LATEST


class MeasuredCall:
    """One call under way; says who answered and what it took."""

    __slots__ = ("provider", "usage")

    def __init__(self) -> None:
        self.provider = "none"
        self.usage = Usage()

    def answered_by(self, provider: str) -> None:
        self.provider = provider

    def used(self, usage: Usage) -> None:
        self.usage = usage


class Metrics:
    """The node's counters, in a registry of their own."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._registry = CollectorRegistry()
        labels = ("gen_ai_operation_name", "gen_ai_request_model", "gen_ai_provider_name")
        self._duration = Histogram(
            "gen_ai_client_operation_duration_seconds",
            "Duration of a call, from its request to the last byte of its answer.",
            (*labels, "error_type"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._tokens = Counter(
            "gen_ai_client_token_usage",
            "Tokens consumed.",
            (*labels, "gen_ai_token_type"),
            registry=self._registry,
        )
        self._active = Gauge("assay_calls_active", "Calls under way.", registry=self._registry)
        self._refused = Counter(
            "assay_refusals", "Calls refused by the node, by error code.", ("code",), registry=self._registry
        )

    @contextmanager
    def call(self, operation: Operation, model: str) -> Iterator[MeasuredCall]:
        """Measure one call; an exception that leaves the block is counted by its type."""
        measured, began, failure = MeasuredCall(), self._clock(), ""
        self._active.inc()
        try:
            yield measured
        except BaseException as error:
            failure = getattr(error, "code", type(error).__name__)
            raise
        finally:
            self._active.dec()
            labels = (operation.value, model, measured.provider)
            self._duration.labels(*labels, failure).observe(self._clock() - began)
            self._tokens.labels(*labels, "input").inc(measured.usage.input_tokens)
            self._tokens.labels(*labels, "output").inc(measured.usage.output_tokens)

    def refused(self, code: str) -> None:
        self._refused.labels(code).inc()

    def exposition(self) -> bytes:
        """The text that Prometheus scrapes."""
        return generate_latest(self._registry)
