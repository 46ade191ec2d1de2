"""Content parts of chat messages, and the results of calls made of them."""

from __future__ import annotations

from typing import Any

Part = dict[str, Any]


def text(words: str) -> Part:
    return {"type": "text", "text": words}


def image(url: str) -> Part:
    """An image by address or as a data URI."""
    return {"type": "image_url", "image_url": {"url": url}}


def compact(parts: list[Part]) -> str | list[Part]:
    """The shortest content that says the same: a lone plain text is a string, which every server reads."""
    if not parts:
        return ""
    if len(parts) == 1 and parts[0].keys() == {"type", "text"}:
        return str(parts[0]["text"])
    return parts


def tool_message(call: str, parts: list[Part]) -> tuple[dict[str, Any], list[Part]]:
    """The ``tool`` message for the call ``call``, and the parts for the user message after it.

    Chat Completions takes only text as a result; images and files follow as the user's, labelled with the
    call they came from, so that results of parallel calls stay apart.
    """
    words = [part for part in parts if part["type"] == "text"]
    others = [part for part in parts if part["type"] != "text"]
    message = {"role": "tool", "tool_call_id": call, "content": compact(words)}
    return message, [text(f"Attached to the result of tool call {call}:"), *others] if others else []
