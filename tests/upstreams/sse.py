"""Server-sent events (WHATWG HTML, section 9.2) as the two dialects frame them."""

from __future__ import annotations

import json
from typing import Any

DONE = b"data: [DONE]\n\n"
"""OpenAI's end of a stream."""


def data(payload: Any) -> bytes:
    """An unnamed event (OpenAI chat completions)."""
    return b"data: " + _json(payload) + b"\n\n"


def event(payload: dict[str, Any]) -> bytes:
    """An event named after its ``type`` (OpenAI responses, Anthropic messages)."""
    return b"event: " + str(payload["type"]).encode() + b"\n" + data(payload)


def _json(payload: Any) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
