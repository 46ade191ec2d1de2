"""A completion asked of a provider that only chats."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from tests.unit.engines.inference.translation.answers import anthropic_messages, chat_answers
from tests.unit.engines.inference.translation.pairs import chunk, pair, refused, stream

from assay.engines.inference.operation import Operation

Fields = dict[str, Any]

TO_CHAT = pair(Operation.COMPLETIONS, Operation.CHAT)
TO_MESSAGES = pair(Operation.COMPLETIONS, Operation.MESSAGES)

ASKED = {"model": "m", "prompt": "2+2="}


def test_request() -> None:
    asked = ASKED | {"max_tokens": 5, "temperature": 0.5, "stop": ["\n"], "seed": 1, "n": 1, "stream": True}
    assert TO_CHAT.request(asked) == {
        "model": "m",
        "messages": [{"role": "user", "content": "2+2="}],
        "max_tokens": 5,
        "temperature": 0.5,
        "stop": ["\n"],
        "seed": 1,
        "stream": True,
    }


def test_a_completion_without_a_bound_is_short() -> None:
    assert TO_CHAT.request(ASKED)["max_tokens"] == 16
    assert TO_MESSAGES.request(ASKED)["max_tokens"] == 16


def test_a_list_of_one_prompt() -> None:
    assert TO_CHAT.request(ASKED | {"prompt": ["2+2="]}) == TO_CHAT.request(ASKED)


@pytest.mark.parametrize(
    ("more", "parameter"),
    [
        ({"prompt": ["a", "b"]}, "prompt"),
        ({"prompt": [1, 2]}, "prompt"),
        ({"n": 2}, "n"),
        ({"best_of": 2}, "best_of"),
        ({"echo": True}, "echo"),
        ({"suffix": "."}, "suffix"),
        ({"logprobs": 1}, "logprobs"),
        ({"web_search": True}, "web_search"),
    ],
)
def test_what_a_chat_cannot_hold(more: Fields, parameter: str) -> None:
    assert refused(TO_CHAT, ASKED | more) == parameter


def test_answer() -> None:
    message = {"role": "assistant", "reasoning_content": "Hm.", "content": "4"}
    usage = {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}
    chat = {
        "id": "chatcmpl-1",
        "created": 7,
        "model": "m",
        "choices": [{"message": message, "finish_reason": "length"}],
    }
    answer = TO_CHAT.answer(chat | {"usage": usage}, ASKED)
    assert (answer["id"], answer["object"]) == ("cmpl-1", "text_completion")
    assert answer["choices"] == [{"index": 0, "text": "4", "logprobs": None, "finish_reason": "length"}]
    assert answer["usage"]["total_tokens"] == 4


@given(chat_answers())
def test_any_chat_has_a_text(chat: Fields) -> None:
    assert isinstance(TO_CHAT.answer(chat, ASKED)["choices"][0]["text"], str)


@given(anthropic_messages())
def test_any_message_has_a_text(message: Fields) -> None:
    texts = [block["text"] for block in message["content"] if block["type"] == "text"]
    assert TO_MESSAGES.answer(message, ASKED)["choices"][0]["text"] == "".join(texts)


@pytest.mark.parametrize("includes_usage", [True, False])
def test_stream(includes_usage: bool) -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    chunks = [
        chunk({"content": "4"}),
        chunk({"content": "!"}),
        chunk({}, "stop"),
        {"choices": [], "usage": usage},
    ]
    asked = ASKED | {"stream_options": {"include_usage": includes_usage}}
    events = stream(TO_CHAT, chunks, asked)
    if includes_usage:
        assert events.pop()["usage"]["total_tokens"] == 5
    said = [(event["choices"][0]["text"], event["choices"][0]["finish_reason"]) for event in events]
    assert said == [("4", None), ("!", None), ("", "stop")]
    assert {event["object"] for event in events} == {"text_completion"}


def test_a_stream_that_stops_before_its_end() -> None:
    *_, last = stream(TO_CHAT, [chunk({"content": "4"})])
    assert "error" in last
