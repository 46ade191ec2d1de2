"""From a call to an answer: which target, in which dialect, how often, and what was tried on the way."""

from assay.engines.inference.routing.circuit import CircuitBreaker, CircuitOpen
from assay.engines.inference.routing.patience import Patience
from assay.engines.inference.routing.route import Call, OperationUnsupported
from assay.engines.inference.routing.router import Answer, NoAnswer, Router

__all__ = [
    "Answer",
    "Call",
    "CircuitBreaker",
    "CircuitOpen",
    "NoAnswer",
    "OperationUnsupported",
    "Patience",
    "Router",
]
