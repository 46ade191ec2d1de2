"""The Response object, before and after its output is known."""

from __future__ import annotations

from typing import Any

from assay.engines.inference.operation import Operation
from assay.engines.inference.translation.identifiers import answer_id, part_id
from assay.engines.inference.translation.responses_to_chat import reasoning_items
from assay.engines.inference.translation.segments import Kind, Segment
from assay.engines.inference.translation.usage import Usage

_ECHOED: dict[str, Any] = {
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "reasoning": {"effort": None, "summary": None},
    "safety_identifier": None,
    "temperature": None,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": None,
    "truncation": "disabled",
    "user": None,
}
"""Parameters that a Response repeats, and what it says where the client set nothing."""

_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}


def begun(identifier: str, model: str, created: int, asked: dict[str, Any]) -> dict[str, Any]:
    """A Response in progress, without output. It is not stored, whatever was asked, and says so."""
    echo = {name: default if asked.get(name) is None else asked[name] for name, default in _ECHOED.items()}
    echo["text"] = _ECHOED["text"] | echo["text"]
    return {
        "id": answer_id(identifier, Operation.RESPONSES),
        "object": "response",
        "created_at": created,
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "model": model,
        "output": [],
        "previous_response_id": None,
        "service_tier": None,
        "store": False,
        "usage": None,
        **echo,
    }


def ended(
    response: dict[str, Any],
    output: list[dict[str, Any]],
    *,
    finish_reason: str,
    service_tier: str | None,
    usage: Usage | None,
) -> dict[str, Any]:
    """The same Response when its answer is over, ``completed`` or ``incomplete``."""
    reason = _INCOMPLETE.get(finish_reason)
    return response | {
        "status": "incomplete" if reason else "completed",
        "incomplete_details": {"reason": reason} if reason else None,
        "output": output,
        "service_tier": service_tier,
        "usage": usage.to_responses() if usage else None,
    }


def item_id(kind: Kind, answer: str, place: int) -> str:
    match kind:
        case Kind.CALL:
            return part_id("fc", answer, place)
        case Kind.THINKING | Kind.REDACTED:
            return part_id("rs", answer, place)
        case Kind.TEXT | Kind.REFUSAL:
            return part_id("msg", answer, place)


def item(segment: Segment, identifier: str, status: str) -> dict[str, Any]:
    """One output item. Words and a refusal are a message each."""
    match segment.kind:
        case Kind.CALL:
            return {
                "type": "function_call",
                "id": identifier,
                "call_id": segment.id,
                "name": segment.name,
                "arguments": segment.text,
                "status": status,
            }
        case Kind.THINKING | Kind.REDACTED:
            return reasoning_items.write(segment, identifier, status)
        case Kind.TEXT | Kind.REFUSAL:
            return message(identifier, status, [content(segment)])


def message(identifier: str, status: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "message", "id": identifier, "role": "assistant", "status": status, "content": parts}


def content(segment: Segment) -> dict[str, Any]:
    """The content part that holds a segment of words, of refusal or of thinking."""
    match segment.kind:
        case Kind.REFUSAL:
            return {"type": "refusal", "refusal": segment.text}
        case Kind.THINKING:
            return reasoning_items.content(segment.text)
        case _:
            return {
                "type": "output_text",
                "text": segment.text,
                "annotations": [],
                "logprobs": list(segment.logprobs),
            }
