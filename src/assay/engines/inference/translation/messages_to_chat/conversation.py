"""Anthropic turns as chat messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from assay.engines.inference.translation import reasoning
from assay.engines.inference.translation.chat_parts import Part, compact, text, tool_message
from assay.engines.inference.translation.messages_to_chat.content import parts_of, plain_texts, text_part
from assay.engines.inference.translation.parameters import InvalidParameter, Parameters
from assay.engines.inference.translation.segments import Kind, Segment

Message = dict[str, Any]


def messages(asked: Parameters) -> Iterator[Message]:
    """The system prompt and every turn, in order."""
    system = plain_texts(asked, "system")
    if system:
        yield {"role": "system", "content": compact(system)}
    for turn in asked.objects("messages"):
        with turn:
            match turn.required_text("role"):
                case "user":
                    yield from _user(turn)
                case "assistant":
                    yield _assistant(turn)
                case "system":
                    yield {"role": "system", "content": compact(plain_texts(turn, "content"))}
                case _:
                    raise InvalidParameter(turn.named("role"), "`user`, `assistant` or `system`")


def _user(turn: Parameters) -> Iterator[Message]:
    """Results first, as messages of their own; then what the user says, attachments of results leading."""
    results: list[Message] = []
    attached: list[Part] = []
    said: list[Part] = []
    for block in turn.content("content"):
        with block:
            kind = block.required_text("type")
            if kind == "tool_result":
                message, others = _tool_result(block)
                results.append(message)
                attached.extend(others)
            else:
                said.extend(parts_of(kind, block))
    yield from results
    if attached or said or not results:
        yield {"role": "user", "content": compact(attached + said)}


def _tool_result(block: Parameters) -> tuple[Message, list[Part]]:
    block.take("cache_control")
    call = block.required_text("tool_use_id")
    parts: list[Part] = []
    for inner in block.content("content"):
        with inner:
            parts.extend(parts_of(inner.required_text("type"), inner))
    if block.take("is_error"):
        parts = _marked_as_error(parts)
    return tool_message(call, parts)


def _marked_as_error(parts: list[Part]) -> list[Part]:
    """Chat Completions has no flag for a failed call, so the result says it in words."""
    if parts and parts[0]["type"] == "text":
        return [text(f"Error: {parts[0]['text']}"), *parts[1:]]
    return [text("Error"), *parts]


def _assistant(turn: Parameters) -> Message:
    thoughts: list[Segment] = []
    said: list[Part] = []
    calls: list[dict[str, Any]] = []
    for block in turn.content("content"):
        with block:
            match block.required_text("type"):
                case "text":
                    said.append(text_part(block))
                case "tool_use":
                    calls.append(_call(block))
                case "thinking":
                    signature = block.text("signature") or ""
                    thoughts.append(
                        Segment(Kind.THINKING, block.required_text("thinking"), signature=signature)
                    )
                case "redacted_thinking":
                    thoughts.append(Segment(Kind.REDACTED, block.required_text("data")))
                case other:
                    raise block.unsupported(
                        f"type={other}", "server tools need a provider that speaks Messages"
                    )
    message: Message = {"role": "assistant", "content": compact(said) if said or not calls else None}
    if calls:
        message["tool_calls"] = calls
    return message | reasoning.to_chat(thoughts)


def _call(block: Parameters) -> dict[str, Any]:
    block.take("cache_control")
    block.accept("caller", {"type": "direct"})
    arguments = orjson.dumps(block.take("input", {})).decode()
    return {
        "id": block.required_text("id"),
        "type": "function",
        "function": {"name": block.required_text("name"), "arguments": arguments},
    }
