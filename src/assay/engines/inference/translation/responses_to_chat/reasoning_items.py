"""Reasoning items, and the thinking that only its provider can read or check.

``encrypted_content`` is opaque to clients by the Responses API's own terms. Here it holds an Anthropic-style
seal under a prefix that says which: the signature of the item's text, or thinking that came redacted.
"""

from __future__ import annotations

from typing import Any

from assay.engines.inference.translation.parameters import Parameters
from assay.engines.inference.translation.segments import Kind, Segment

_SIGNATURE = "signature:"
_REDACTED = "redacted:"


def write(thought: Segment, identifier: str, status: str) -> dict[str, Any]:
    redacted = thought.kind is Kind.REDACTED
    item: dict[str, Any] = {"type": "reasoning", "id": identifier, "status": status, "summary": []}
    item["content"] = [] if redacted else [content(thought.text)]
    if redacted:
        item["encrypted_content"] = _REDACTED + thought.text
    elif thought.signature:
        item["encrypted_content"] = _SIGNATURE + thought.signature
    return item


def content(text: str) -> dict[str, Any]:
    return {"type": "reasoning_text", "text": text}


def read(item: Parameters) -> Segment:
    """The thinking in an item that a client sends back; a seal that is not ours is refused."""
    texts = [part.required_text("text") for field in ("summary", "content") for part in item.objects(field)]
    text = "\n\n".join(texts)
    sealed = item.text("encrypted_content")
    if sealed is None:
        return Segment(Kind.THINKING, text)
    if sealed.startswith(_REDACTED):
        return Segment(Kind.REDACTED, sealed.removeprefix(_REDACTED))
    if sealed.startswith(_SIGNATURE):
        return Segment(Kind.THINKING, text, signature=sealed.removeprefix(_SIGNATURE))
    raise item.unsupported("encrypted_content", "another provider wrote this reasoning item; leave it out")
