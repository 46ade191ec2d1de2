"""Thinking, in the two fields that Chat Completions servers have agreed on without a standard.

``reasoning_content`` (DeepSeek, llama.cpp, vLLM; some spell it ``reasoning``) is plain text.
``reasoning_details`` (OpenRouter) is a list that also holds what only the provider can read or check:
``reasoning.text`` with a ``signature``, and ``reasoning.encrypted``. A client that sends both fields back
unchanged gives the provider its own thinking back, seal unbroken.
"""

from __future__ import annotations

from typing import Any

from assay.engines.inference.translation.segments import Kind, Segment


def to_chat(thoughts: list[Segment]) -> dict[str, Any]:
    """The fields of a chat message that hold these `THINKING` and `REDACTED` segments."""
    text = "".join(thought.text for thought in thoughts if thought.kind is Kind.THINKING)
    fields: dict[str, Any] = {"reasoning_content": text} if text else {}
    if any(thought.kind is Kind.REDACTED or thought.signature for thought in thoughts):
        fields["reasoning_details"] = [detail(thought, place) for place, thought in enumerate(thoughts)]
    return fields


def detail(thought: Segment, place: int) -> dict[str, Any]:
    """One entry of ``reasoning_details``; ``place`` is what streamed pieces of it are joined by."""
    if thought.kind is Kind.REDACTED:
        return {"type": "reasoning.encrypted", "data": thought.text, "index": place}
    return {
        "type": "reasoning.text",
        "text": thought.text,
        "signature": thought.signature,
        "index": place,
    }


def from_chat(message: dict[str, Any]) -> list[Segment]:
    """The thinking in a chat message. Details repeat the plain text, so where they are, they are enough."""
    details = message.get("reasoning_details")
    if details:
        return [thought for entry in details if (thought := from_detail(entry))]
    text = message.get("reasoning_content") or message.get("reasoning")
    return [Segment(Kind.THINKING, text)] if text else []


def from_detail(entry: dict[str, Any]) -> Segment | None:
    match entry.get("type"):
        case "reasoning.text":
            return Segment(Kind.THINKING, entry.get("text") or "", signature=entry.get("signature") or "")
        case "reasoning.summary":
            return Segment(Kind.THINKING, entry.get("summary") or "")
        case "reasoning.encrypted":
            return Segment(Kind.REDACTED, entry.get("data") or "")
    return None
