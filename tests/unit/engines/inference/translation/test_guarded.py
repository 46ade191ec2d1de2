"""An answer of any shape is translated or called garbage: nothing that a provider sends makes a translation stumble."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from tests.unit.engines.inference.translation.pairs import (
    CHAT_TO_MESSAGES,
    MESSAGES_TO_CHAT,
    RESPONSES_TO_CHAT,
    RESPONSES_TO_MESSAGES,
    Fields,
    call_chunk,
    chunk,
    stream,
)

from assay.engines.inference.operation import Operation
from assay.engines.inference.provider import ProviderGarbage
from assay.engines.inference.translation import Translation
from assay.engines.inference.translation.sse import encode

WRONG: list[Any] = [None, True, 1, 1.5, "x", [], {}, [None], [1], ["x"], [{}], [[]], {"x": 1}]

CHAT_USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 1}}
CHAT_CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CHAT_MESSAGE = {"role": "assistant", "content": "hi", "tool_calls": [CHAT_CALL]}
CHAT_ANSWER = {
    "id": "a",
    "model": "m",
    "choices": [{"index": 0, "message": CHAT_MESSAGE, "finish_reason": "tool_calls"}],
    "usage": CHAT_USAGE,
}
CHAT_EVENTS = [
    chunk({"role": "assistant", "content": "hi"}),
    call_chunk(0, "{}", id="c", name="f"),
    chunk({}, "tool_calls"),
    {"choices": [], "usage": CHAT_USAGE},
]

MESSAGE_USAGE = {"input_tokens": 1, "output_tokens": 2, "cache_read_input_tokens": 1}
MESSAGE_ANSWER = {
    "id": "a",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [
        {"type": "text", "text": "hi"},
        {"type": "tool_use", "id": "t", "name": "f", "input": {}},
        {"type": "thinking", "thinking": "well", "signature": "s"},
    ],
    "stop_reason": "end_turn",
    "usage": MESSAGE_USAGE,
}
MESSAGE_EVENTS: list[Fields] = [
    {"type": "message_start", "message": MESSAGE_ANSWER | {"content": []}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "x"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": MESSAGE_USAGE},
    {"type": "message_stop"},
]

TRANSLATIONS = [
    pytest.param(MESSAGES_TO_CHAT, CHAT_ANSWER, CHAT_EVENTS, id="messages to chat"),
    pytest.param(RESPONSES_TO_CHAT, CHAT_ANSWER, CHAT_EVENTS, id="responses to chat"),
    pytest.param(CHAT_TO_MESSAGES, MESSAGE_ANSWER, MESSAGE_EVENTS, id="chat to messages"),
    pytest.param(RESPONSES_TO_MESSAGES, MESSAGE_ANSWER, MESSAGE_EVENTS, id="responses to messages"),
]


def mutants(value: Any) -> Iterator[Any]:
    """``value`` with one part of it left out, or of another kind; and other things in its place."""
    yield from WRONG
    if isinstance(value, dict):
        for name, member in value.items():
            yield {other: kept for other, kept in value.items() if other != name}
            yield from (value | {name: mutant} for mutant in mutants(member))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from ([*value[:place], mutant, *value[place + 1 :]] for mutant in mutants(item))


def objects(value: Fields) -> Iterator[Fields]:
    return (mutant for mutant in mutants(value) if isinstance(mutant, dict))


@pytest.mark.parametrize(("translation", "answer", "events"), TRANSLATIONS)
def test_whole_answers(translation: Translation, answer: Fields, events: list[Fields]) -> None:
    asked = {"model": "m", "input": "x"} if translation.client is Operation.RESPONSES else {"model": "m"}
    translation.answer(answer, asked)
    for mutant in objects(answer):
        with suppress(ProviderGarbage):
            translation.answer(mutant, asked)


def read(translation: Translation, events: list[Fields]) -> None:
    """Translate a stream whose events may have any shape, and so no name."""
    running = translation.stream({"model": "m"})
    for event in events:
        running.feed(encode(event))
    running.finish()


@pytest.mark.parametrize(("translation", "answer", "events"), TRANSLATIONS)
def test_streams(translation: Translation, answer: Fields, events: list[Fields]) -> None:
    stream(translation, events)
    for place, event in enumerate(events):
        for mutant in objects(event):
            with suppress(ProviderGarbage):
                read(translation, [*events[:place], mutant, *events[place + 1 :]])
