"""Errors that a gateway answers with, and that it does not answer at all."""

from __future__ import annotations

from typing import Any

import orjson

from assay.errors import AssayError


class GatewayError(AssayError):
    """The gateway, or a provider behind it, refused the call. ``code`` is the gateway's own, ``status`` HTTP's."""

    code = "gateway_error"

    def __init__(self, message: str, *, code: str, status: int, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code  # type: ignore[misc]  # this class speaks for many codes
        self.status = status

    @classmethod
    def from_response(cls, status: int, body: bytes) -> GatewayError:
        """Read an error body in the shape of either dialect; of anything else, only the status."""
        try:
            return cls.from_json(status, orjson.loads(body))
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            return cls(f"The gateway answered with status {status}.", code="gateway_error", status=status)

    @classmethod
    def from_json(cls, status: int, value: Any) -> GatewayError:
        """The error of a body or of an event. Raises `KeyError` or `TypeError` for what is none in either dialect."""
        error = value.get("error") or value
        code = error.get("code") or error.get("type") or "gateway_error"
        return cls(str(error["message"]), code=str(code), status=status)


class GatewayUnreachable(AssayError):
    """No answer came: no connection, or none that lasted."""

    code = "gateway_unreachable"
    hint = "is it running? `assay status` tells, `assay up` starts one"
