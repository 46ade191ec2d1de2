"""Errors as the client's dialect writes them, so that stock SDKs raise the exception they should."""

from __future__ import annotations

from typing import Any

import orjson

from assay.engines.inference.operation import Dialect
from assay.errors import AssayError
from assay.trust.metering import PaymentError

_STATUS = {
    "invalid_api_key": 401,
    "insufficient_balance": 402,
    "budget_spent": 402,
    "limit_reached": 402,
    "model_not_allowed": 403,
    "payment_required": 402,
    "payment_invalid": 402,
    "payment_already_used": 402,
    "budget_refused": 402,
    "budget_per_call_exceeded": 402,
    "budget_per_day_exceeded": 402,
    "budget_total_exceeded": 402,
    "budget_expired": 402,
    "budget_model_refused": 402,
    "budget_host_refused": 402,
    "budget_revoked": 402,
    "budget_unproven": 402,
    "channel_refused": 402,
    "channel_busy": 402,
    "voucher_mismatch": 402,
    "permit2_allowance_required": 412,
    "payer_busy": 429,
    "payer_unsettled": 429,
    "facilitator_busy": 429,
    "payments_unavailable": 503,
    "rate_stale": 503,
    "model_not_found": 404,
    "model_unpriced": 404,
    "route_not_found": 404,
    "receipt_not_found": 404,
    "budget_not_found": 404,
    "evidence_not_found": 404,
    "prices_not_found": 404,
    "proof_pending": 404,
    "settlement_pending": 404,
    "settlement_off": 404,
    "method_not_allowed": 405,
    "request_timeout": 408,
    "request_too_large": 413,
    "logins_unavailable": 503,
    "tables_unavailable": 503,
    "storage_full": 503,
    "log_unavailable": 503,
    "node_stopping": 503,
    "tsm_unavailable": 503,
    "attestation_busy": 429,
    "log_corrupt": 500,
    "provider_circuit_open": 503,
    "provider_refused_node": 502,
    "stored_answers_off": 404,
    "log_file_not_found": 404,
    "provider_timeout": 504,
    "provider_unreachable": 502,
    "provider_broken_stream": 502,
    "provider_garbage": 502,
    "provider_failed": 502,
    "internal_error": 500,
}

_ANTHROPIC_TYPE = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
}

_OPENAI_TYPE = {
    402: "insufficient_quota",
    429: "rate_limit_error",
}


def status_of(error: AssayError) -> int:
    """HTTP status of an error: what its code says, else a client's mistake."""
    return _STATUS.get(error.code, 400)


def write_refusal(dialect: Dialect, error: AssayError) -> bytes:
    """The error body in the dialect's own shape; ``code`` and ``hint`` are ours in both."""
    if isinstance(error, PaymentError) and error.document:
        return error.document
    return write_error(dialect, status_of(error), error.code, error.message, error.hint, _parameter(error))


def write_error(
    dialect: Dialect, status: int, code: str, message: str, hint: str = "", parameter: str | None = None
) -> bytes:
    return orjson.dumps(_shape(dialect, status, code, message, hint, parameter))


def write_error_event(dialect: Dialect, error: AssayError) -> bytes:
    """The error as an event inside a stream that has already begun."""
    body = write_refusal(dialect, error)
    return b"event: error\ndata: %s\n\n" % body if dialect is Dialect.ANTHROPIC else b"data: %s\n\n" % body


def translate_error(dialect: Dialect, status: int, body: bytes) -> bytes:
    """A provider's error of another dialect, in the client's: same status, the provider's own sentence."""
    try:
        error = orjson.loads(body)["error"]
        message, code = str(error["message"]), str(error.get("code") or error.get("type") or "provider_error")
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        message, code = f"The provider refused with status {status}.", "provider_error"
    return write_error(dialect, status, code, message)


def _shape(
    dialect: Dialect, status: int, code: str, message: str, hint: str, parameter: str | None
) -> dict[str, Any]:
    sentence = f"{message} ({hint})" if hint else message
    fallback = "invalid_request_error" if status < 500 else "api_error"
    if dialect is Dialect.ANTHROPIC:
        kind = _ANTHROPIC_TYPE.get(status, fallback)
        return {"type": "error", "error": {"type": kind, "message": sentence, "code": code}}
    kind = _OPENAI_TYPE.get(status, fallback)
    return {"error": {"message": sentence, "type": kind, "param": parameter, "code": code}}


def _parameter(error: AssayError) -> str | None:
    return getattr(error, "parameter", None)
