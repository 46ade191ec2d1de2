"""The text and the attachments in Anthropic's content: a string or blocks, tool results among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.upstreams.attachments import Attachment


def text_of(content: Any) -> str:
    """All the text in a message content or system prompt, with the text of tool results."""
    if isinstance(content, str):
        return content
    return "\n".join(block["text"] for block in _flat(content) if block["type"] == "text")


def attachments_of(content: Any) -> tuple[Attachment, ...]:
    if isinstance(content, str):
        return ()
    return tuple(_attachment(b["source"]) for b in _flat(content) if b["type"] in ("image", "document"))


def _flat(content: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for block in content:
        if block["type"] != "tool_result":
            yield block
        elif isinstance(block.get("content"), str):
            yield {"type": "text", "text": block["content"]}
        else:
            yield from block.get("content") or ()


def _attachment(source: dict[str, Any]) -> Attachment:
    match source["type"]:
        case "base64":
            return Attachment.from_base64(source["media_type"], source["data"])
        case "text":
            return Attachment(source["media_type"], source["data"].encode())
        case _:
            return Attachment("", None, source.get("url") or source.get("file_id") or source["type"])
