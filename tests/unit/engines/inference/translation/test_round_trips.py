"""Where two dialects can hold the same, going there and back gives the very same."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.engines.inference.translation.answers import anthropic_messages, chat_answers
from tests.unit.engines.inference.translation.pairs import (
    CHAT_TO_MESSAGES,
    MESSAGES_TO_CHAT,
    RESPONSES_TO_CHAT,
    RESPONSES_TO_MESSAGES,
)
from tests.unit.engines.inference.translation.requests import anthropic_requests

Fields = dict[str, Any]


@given(anthropic_requests())
def test_messages_request_survives_chat(body: Fields) -> None:
    assert CHAT_TO_MESSAGES.request(MESSAGES_TO_CHAT.request(body)) == body


@given(anthropic_requests())
def test_translation_leaves_its_input_alone(body: Fields) -> None:
    before = json.dumps(body)
    CHAT_TO_MESSAGES.request(MESSAGES_TO_CHAT.request(body))
    assert json.dumps(body) == before


@given(anthropic_messages())
def test_anthropic_answer_comes_back_whole_in_the_next_chat_request(message: Fields) -> None:
    """Thinking keeps its seal and calls their ids, so that a tool loop goes on as if nobody stood between."""
    completion = CHAT_TO_MESSAGES.answer(message, {})
    echoed = {"model": "m", "messages": [completion["choices"][0]["message"]]}

    [turn] = CHAT_TO_MESSAGES.request(echoed)["messages"]

    assert blocks(turn["content"]) == message["content"]


@given(chat_answers())
def test_chat_answer_comes_back_whole_in_the_next_messages_request(completion: Fields) -> None:
    message = MESSAGES_TO_CHAT.answer(completion, {})
    echoed = {
        "model": "m",
        "max_tokens": 1,
        "messages": [{"role": "assistant", "content": message["content"]}],
    }

    [turn] = MESSAGES_TO_CHAT.request(echoed)["messages"]

    assert said(turn) == said(completion["choices"][0]["message"])


@given(chat_answers())
def test_chat_answer_comes_back_whole_in_the_next_responses_request(completion: Fields) -> None:
    response = RESPONSES_TO_CHAT.answer(completion, {})
    if not response["output"]:
        return

    [turn] = RESPONSES_TO_CHAT.request({"model": "m", "input": response["output"]})["messages"]

    assert said(turn) == said(completion["choices"][0]["message"])


@given(anthropic_messages())
def test_anthropic_answer_comes_back_whole_in_the_next_responses_request(message: Fields) -> None:
    response = RESPONSES_TO_MESSAGES.answer(message, {"model": "m", "input": "hello"})
    if not response["output"]:
        return

    [turn] = RESPONSES_TO_MESSAGES.request({"model": "m", "input": response["output"]})["messages"]

    assert blocks(turn["content"]) == message["content"]


@given(anthropic_messages())
def test_usage_survives_chat(message: Fields) -> None:
    completion = CHAT_TO_MESSAGES.answer(message, {})
    counted = MESSAGES_TO_CHAT.answer(completion, {})["usage"]
    expected = message["usage"]
    assert {name: counted[name] for name in expected if name.endswith("tokens")} == {
        name: count for name, count in expected.items() if name.endswith("tokens")
    }


@given(st.text())
def test_ids_depend_on_the_provider_alone(stem: str) -> None:
    completion: Fields = {
        "id": f"chatcmpl-{stem}",
        "model": "m",
        "choices": [{"message": {"content": "x"}, "finish_reason": "stop"}],
    }
    assert MESSAGES_TO_CHAT.answer(completion, {})["id"] == f"msg_{stem}"
    assert RESPONSES_TO_CHAT.answer(completion, {})["id"] == f"resp_{stem}"


def blocks(content: Any) -> list[Fields]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    return list(content)


def said(message: Fields) -> Fields:
    """What a chat message says, a refusal counting as words, which is how it goes back to the model."""
    content = message.get("content") or message.get("refusal") or ""
    if isinstance(content, list):
        content = "".join(part.get("text") or part.get("refusal") for part in content)
    calls = [
        (call["id"], call["function"]["name"], json.loads(call["function"]["arguments"]))
        for call in message.get("tool_calls") or []
    ]
    return {"content": content, "calls": calls, "thinking": message.get("reasoning_content", "")}
