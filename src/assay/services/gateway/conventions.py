"""OpenTelemetry's names for GenAI operations and failures, shared by metrics and spans.

https://opentelemetry.io/docs/specs/semconv/gen-ai/ (status: development): when they change, they change here.
"""

from __future__ import annotations

from assay.engines.inference.operation import Operation
from assay.errors import AssayError

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


def error_type(error: BaseException | None, noted: str) -> str:
    """``error.type`` of a call that ``error`` ended, or of which something was ``noted`` before; empty for neither.

    A call that is cancelled is not named by that, but by what its receipt says of it.
    """
    if isinstance(error, AssayError):
        return error.code
    return noted or ("" if error is None else type(error).__name__)
