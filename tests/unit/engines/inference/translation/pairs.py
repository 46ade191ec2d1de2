"""The translations under test, and short ways to run them."""

from __future__ import annotations

from typing import Any

import pytest

from assay.engines.inference.operation import Operation
from assay.engines.inference.translation import Translation, UnsupportedParameter, find
from assay.engines.inference.translation.sse import DONE, encode, parse

Fields = dict[str, Any]


def pair(client: Operation, provider: Operation) -> Translation:
    found = find(client, provider)
    assert found is not None
    return found


MESSAGES_TO_CHAT = pair(Operation.MESSAGES, Operation.CHAT)
CHAT_TO_MESSAGES = pair(Operation.CHAT, Operation.MESSAGES)
RESPONSES_TO_CHAT = pair(Operation.RESPONSES, Operation.CHAT)
RESPONSES_TO_MESSAGES = pair(Operation.RESPONSES, Operation.MESSAGES)


def refused(translation: Translation, body: Fields) -> str:
    """The parameter by whose name a request is refused."""
    with pytest.raises(UnsupportedParameter) as refusal:
        translation.request(body)
    assert refusal.value.code == "parameter_unsupported"
    assert refusal.value.hint
    return refusal.value.parameter


def stream(translation: Translation, events: list[Fields], asked: Fields | None = None) -> list[Fields]:
    """The events that a stream of these events leads to; the end mark of a chat stream is left out."""
    running = translation.stream(asked or {"model": "m"})
    blocks = [out for event in events for out in running.feed(encode(event, event.get("type")))]
    received = [parse(block) for block in blocks + running.finish()]
    return [event.json() for event in received if event is not None and event.data != DONE]


def chunk(delta: Fields, finish_reason: str | None = None, **extra: Any) -> Fields:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return {"id": "chatcmpl-1", "created": 7, "model": "m", "choices": [choice], **extra}


def call_chunk(index: int | None, arguments: str = "", **fields: str) -> Fields:
    """A chunk with one fragment of a call; ``id`` and ``name`` where they are given."""
    function = {"arguments": arguments} | {name: fields[name] for name in ("name",) if name in fields}
    fragment: Fields = {"function": function} | {name: fields[name] for name in ("id",) if name in fields}
    return chunk({"tool_calls": [fragment if index is None else fragment | {"index": index}]})
