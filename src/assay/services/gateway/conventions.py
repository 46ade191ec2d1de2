"""OpenTelemetry's names for GenAI operations, shared by metrics and spans.

https://opentelemetry.io/docs/specs/semconv/gen-ai/ (status: development): when they change, they change here.
"""

from __future__ import annotations

from assay.engines.inference.operation import Operation

_NAMES = {
    Operation.CHAT: "chat",
    Operation.MESSAGES: "chat",
    Operation.RESPONSES: "chat",
    Operation.COMPLETIONS: "text_completion",
    Operation.EMBEDDINGS: "embeddings",
}


def operation_name(operation: Operation) -> str:
    """``gen_ai.operation.name`` where the conventions have a name; elsewhere an operation goes by its own."""
    return _NAMES.get(operation, operation.value)
