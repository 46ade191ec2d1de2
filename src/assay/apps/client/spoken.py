"""A refusal of the client's own, in the words of whoever called: OpenAI's dialect or Anthropic's."""

from __future__ import annotations

from assay.engines.inference.operation import Dialect
from assay.errors import AssayError
from assay.services.gateway.refusals import write_error
from assay.trust.metering import PaymentError

BAD_GATEWAY = 502
PAYMENT_REQUIRED = 402


def status_of(error: AssayError) -> int:
    """What is not paid for is a 402, as a gateway says it; all else is a fault behind the client."""
    return PAYMENT_REQUIRED if isinstance(error, PaymentError) else BAD_GATEWAY


def spoken(path: str, error: AssayError) -> bytes:
    """The body of a response to a request for ``path``."""
    return write_error(dialect_of(path), status_of(error), error.code, error.message, error.hint)


def dialect_of(path: str) -> Dialect:
    return Dialect.ANTHROPIC if "/messages" in path else Dialect.OPENAI
