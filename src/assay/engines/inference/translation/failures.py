"""An error that arrives inside a stream, after the status line has already said 200."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_FROM_MESSAGES = {
    "invalid_request_error": "invalid_request_error",
    "rate_limit_error": "rate_limit_exceeded",
    "overloaded_error": "server_overloaded",
}
_TO_MESSAGES = {
    "invalid_request_error": "invalid_request_error",
    "rate_limit_exceeded": "rate_limit_error",
    "rate_limit_error": "rate_limit_error",
    "server_overloaded": "overloaded_error",
}
_TO_RESPONSES = {
    "invalid_request_error": "invalid_prompt",
    "rate_limit_exceeded": "rate_limit_exceeded",
    "rate_limit_error": "rate_limit_exceeded",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, by an OpenAI error type; each dialect gets its nearest word for it."""

    type: str
    message: str

    @classmethod
    def from_chat(cls, error: Any) -> Failure:
        if not isinstance(error, dict):
            return cls("server_error", str(error))
        return cls(
            str(error.get("type") or "server_error"), str(error.get("message") or "the provider failed")
        )

    @classmethod
    def from_messages(cls, error: dict[str, Any]) -> Failure:
        kind = _FROM_MESSAGES.get(str(error.get("type")), "server_error")
        return cls(kind, str(error.get("message") or "the provider failed"))

    def to_chat(self) -> dict[str, Any]:
        return {"error": {"message": self.message, "type": self.type, "param": None, "code": None}}

    def to_messages(self) -> dict[str, Any]:
        kind = _TO_MESSAGES.get(self.type, "api_error")
        return {"type": "error", "error": {"type": kind, "message": self.message}}

    def to_response_error(self) -> dict[str, Any]:
        return {"code": _TO_RESPONSES.get(self.type, "server_error"), "message": self.message}


TRUNCATED = Failure("server_error", "the provider's answer stopped before its end")
