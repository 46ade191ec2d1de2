"""A Chat Completions answer as an Anthropic message."""

from __future__ import annotations

from typing import Any

import orjson

from assay.engines.inference.operation import Operation
from assay.engines.inference.provider import ProviderGarbage
from assay.engines.inference.translation import chat_answer
from assay.engines.inference.translation.identifiers import answer_id
from assay.engines.inference.translation.messages_stop import stop_reason
from assay.engines.inference.translation.segments import Kind, Segment
from assay.engines.inference.translation.usage import Usage


def translate(body: dict[str, Any]) -> dict[str, Any]:
    answer = chat_answer.read(body)
    refused = any(segment.kind is Kind.REFUSAL for segment in answer.segments)
    cut = answer.finish_reason == "length"
    return message(
        answer.id,
        answer.model,
        content=[_block(segment, cut=cut) for segment in answer.segments],
        usage=answer.usage or Usage(),
    ) | ending(answer.finish_reason, refused=refused, stop_sequence=answer.stop_sequence)


def message(identifier: str, model: str, *, content: list[dict[str, Any]], usage: Usage) -> dict[str, Any]:
    """A message that has not ended."""
    return {
        "id": answer_id(identifier, Operation.MESSAGES),
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage.to_messages(),
    }


def ending(finish_reason: str, *, refused: bool, stop_sequence: str | None) -> dict[str, Any]:
    """The fields that say why a message ended; in a stream they come in ``message_delta``."""
    reason = stop_reason(finish_reason, refused=refused, stop_sequence=stop_sequence)
    details = {"type": "refusal", "category": None, "explanation": None} if reason == "refusal" else None
    return {
        "stop_reason": reason,
        "stop_sequence": stop_sequence if reason == "stop_sequence" else None,
        "stop_details": details,
    }


def _block(segment: Segment, *, cut: bool) -> dict[str, Any]:
    match segment.kind:
        case Kind.THINKING:
            return {"type": "thinking", "thinking": segment.text, "signature": segment.signature}
        case Kind.REDACTED:
            return {"type": "redacted_thinking", "data": segment.text}
        case Kind.CALL:
            arguments = _arguments(segment.text, cut=cut)
            return {"type": "tool_use", "id": segment.id, "name": segment.name, "input": arguments}
        case Kind.TEXT | Kind.REFUSAL:
            return {"type": "text", "text": segment.text}


def _arguments(text: str, *, cut: bool) -> dict[str, Any]:
    """The input of a call. In an answer cut by the token limit it may be half there: then it is empty, and
    the ``max_tokens`` stop reason tells the client not to use it."""
    try:
        arguments = orjson.loads(text)
    except orjson.JSONDecodeError:
        arguments = None
    if isinstance(arguments, dict):
        return arguments
    if cut:
        return {}
    raise ProviderGarbage("the provider called a function with arguments that are not a JSON object")
