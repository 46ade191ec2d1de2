"""Where each dialect keeps the text of an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.engines.inference.operation import Operation


def answer_text(operation: Operation, answer: Mapping[str, Any]) -> str:
    """The text of a whole answer: of the first choice where there are several, empty where there is none."""
    if operation is Operation.CHAT:
        return _string(_first(answer, "choices").get("message", {}).get("content"))
    if operation is Operation.COMPLETIONS:
        return _string(_first(answer, "choices").get("text"))
    if operation is Operation.MESSAGES:
        return "".join(part["text"] for part in answer.get("content", ()) if part.get("type") == "text")
    if operation is Operation.RESPONSES:
        parts = [part for item in answer.get("output", ()) for part in item.get("content") or ()]
        return "".join(part["text"] for part in parts if part.get("type") == "output_text")
    return ""


def event_text(operation: Operation, event: Mapping[str, Any]) -> str:
    """What one event of a stream adds to the text."""
    if operation is Operation.CHAT:
        return _string(_first(event, "choices").get("delta", {}).get("content"))
    if operation is Operation.COMPLETIONS:
        return _string(_first(event, "choices").get("text"))
    if operation is Operation.MESSAGES and event.get("type") == "content_block_delta":
        return _string(event.get("delta", {}).get("text"))
    if operation is Operation.RESPONSES and event.get("type") == "response.output_text.delta":
        return _string(event.get("delta"))
    return ""


def _first(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    items = holder.get(name) or [{}]
    first: Mapping[str, Any] = items[0]
    return first


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
