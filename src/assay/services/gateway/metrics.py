"""What the node tells Prometheus, in the names of OpenTelemetry's GenAI conventions. Never content.

https://opentelemetry.io/docs/specs/semconv/gen-ai/ (status: development).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from types import TracebackType
from typing import Self

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from assay.engines.inference.operation import Operation
from assay.services.gateway.conventions import error_type, operation_name
from assay.trust.receipts.predicate import Outcome, Usage

_SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
CONTENT_TYPE = CONTENT_TYPE_LATEST

MAX_MODELS = 200
"""Models that are counted apart. Callers may name any model of an open provider, and each one costs memory."""
MAX_MODEL_NAME = 128
OTHER = "other"


class MeasuredCall:
    """One call under way, as a context manager; is told who answered, what it took and how it ended."""

    __slots__ = ("_began", "_failure", "_metrics", "_model", "_operation", "_provider", "_usage")

    def __init__(self, metrics: Metrics, operation: Operation, model: str) -> None:
        self._metrics = metrics
        self._operation = operation_name(operation)
        self._model = model
        self._provider = "none"
        self._usage = Usage()
        self._failure = ""

    def answered_by(self, provider: str, status: int) -> None:
        """Who gave an answer, and its HTTP status."""
        self._provider = provider
        if status >= 400:
            self._failure = str(status)

    def receipted(self, outcome: Outcome, usage: Usage) -> None:
        """The call came to a receipt that says this."""
        self._usage = usage
        if outcome is not Outcome.COMPLETED:
            self._failure = outcome.value

    def __enter__(self) -> Self:
        self._metrics.active.inc()
        self._began = self._metrics.clock()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        metrics = self._metrics
        metrics.active.dec()
        failure = error_type(error, self._failure)
        duration, given, made = metrics.series(self._operation, self._model, self._provider, failure)
        duration.observe(metrics.clock() - self._began)
        given.inc(self._usage.input_tokens)
        made.inc(self._usage.output_tokens)


class Metrics:
    """The node's counters, in a registry of their own."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.clock = clock
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
        self.active = Gauge("assay_calls_active", "Calls under way.", registry=self._registry)
        self._refused = Counter(
            "assay_refusals", "Calls refused by the node, by error code.", ("code",), registry=self._registry
        )
        self._models: set[str] = set()
        # Looking a series up by its labels costs more than counting in it.
        self.series = lru_cache(maxsize=1024)(self._series)

    def call(self, operation: Operation, model: str) -> MeasuredCall:
        """Measure one call; an exception that leaves the block is counted by its code."""
        return MeasuredCall(self, operation, model)

    def refused(self, code: str) -> None:
        self._refused.labels(code).inc()

    def exposition(self) -> bytes:
        """The text that Prometheus scrapes."""
        return generate_latest(self._registry)

    def _series(
        self, operation: str, model: str, provider: str, failure: str
    ) -> tuple[Histogram, Counter, Counter]:
        labels = (operation, self._counted_as(model), provider)
        return (
            self._duration.labels(*labels, failure),
            self._tokens.labels(*labels, "input"),
            self._tokens.labels(*labels, "output"),
        )

    def _counted_as(self, model: str) -> str:
        if model not in self._models:
            if len(model) > MAX_MODEL_NAME or len(self._models) == MAX_MODELS:
                return OTHER
            self._models.add(model)
        return model
