"""What translations give is what the vendors' own SDKs expect: their types accept it, strictly, and their
stream accumulators put a stream together to the very answer that comes in one piece."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anthropic
import httpx2
import openai
import orjson
import pytest
from anthropic.types import Message, RawMessageStreamEvent
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter
from tests.unit.engines.inference.translation.answers import (
    anthropic_messages,
    anthropic_streams,
    chat_answers,
    chat_streams,
)
from tests.unit.engines.inference.translation.pairs import pair

from assay.engines.inference.operation import Operation
from assay.engines.inference.translation import Translation
from assay.engines.inference.translation.sse import DONE, parse

Fields = dict[str, Any]

ANSWER: dict[Operation, TypeAdapter[Any]] = {
    Operation.CHAT: TypeAdapter(ChatCompletion),
    Operation.MESSAGES: TypeAdapter(Message),
    Operation.RESPONSES: TypeAdapter(Response),
}
EVENT: dict[Operation, TypeAdapter[Any]] = {
    Operation.CHAT: TypeAdapter(ChatCompletionChunk),
    Operation.MESSAGES: TypeAdapter(RawMessageStreamEvent),
    Operation.RESPONSES: TypeAdapter(ResponseStreamEvent),
}
PAIRS = [
    (Operation.MESSAGES, Operation.CHAT),
    (Operation.RESPONSES, Operation.CHAT),
    (Operation.CHAT, Operation.MESSAGES),
    (Operation.RESPONSES, Operation.MESSAGES),
]
ASKED: dict[Operation, Fields] = {
    Operation.CHAT: {"model": "m", "messages": [], "stream": True, "stream_options": {"include_usage": True}},
    Operation.MESSAGES: {"model": "m", "max_tokens": 9, "messages": [], "stream": True},
    Operation.RESPONSES: {
        "model": "m",
        "input": "hello",
        "stream": True,
        "metadata": {"team": "red"},
        "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": True}],
        "tool_choice": "auto",
        "text": {"verbosity": "medium"},
        "temperature": 1,
    },
}


@st.composite
def answers(draw: st.DrawFn, provider: Operation) -> tuple[Fields, list[bytes]]:
    """An answer of a provider, whole and as a stream."""
    if provider is Operation.CHAT:
        whole = draw(chat_answers())
        return whole, draw(chat_streams(whole))
    whole = draw(anthropic_messages())
    return whole, draw(anthropic_streams(whole))


@pytest.mark.parametrize(("client", "provider"), PAIRS)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_sdk_types_accept_answers_and_events(
    client: Operation, provider: Operation, data: st.DataObject
) -> None:
    whole, blocks = data.draw(answers(provider))
    between, asked = pair(client, provider), ASKED[client]

    ANSWER[client].validate_json(orjson.dumps(between.answer(whole, asked)), strict=True)
    for block in streamed(between, blocks, asked):
        event = parse(block)
        assert event is not None
        if event.data != DONE:
            EVENT[client].validate_json(event.data, strict=True)


@pytest.mark.parametrize(("client", "provider"), PAIRS)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_sdk_puts_a_stream_together_to_the_whole_answer(
    client: Operation, provider: Operation, data: st.DataObject
) -> None:
    whole, blocks = data.draw(answers(provider))
    between, asked = pair(client, provider), ASKED[client]

    accumulated = ACCUMULATE[client](b"".join(streamed(between, blocks, asked)))

    assert comparable(accumulated) == comparable(between.answer(whole, asked))


def streamed(between: Translation, blocks: list[bytes], asked: Fields) -> list[bytes]:
    stream = between.stream(asked)
    return [out for block in blocks for out in stream.feed(block)] + stream.finish()


@contextmanager
def serving(body: bytes) -> Iterator[httpx2.Client]:
    """An HTTP client whose every request is answered by this stream."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body)

    with httpx2.Client(transport=httpx2.MockTransport(answer)) as client:
        yield client


def accumulated_chat(body: bytes) -> Fields:
    with serving(body) as http:
        client = openai.OpenAI(api_key="k", base_url="http://gateway/v1", http_client=http)
        state = ChatCompletionStreamState()
        for chunk in client.chat.completions.create(model="m", messages=[], stream=True):
            state.handle_chunk(chunk)
        return state.current_completion_snapshot.to_dict()


def accumulated_message(body: bytes) -> Fields:
    with serving(body) as http:
        client = anthropic.Anthropic(api_key="k", base_url="http://gateway", http_client=http)
        with client.messages.stream(model="m", max_tokens=9, messages=[]) as stream:
            return stream.get_final_message().to_dict()


def accumulated_response(body: bytes) -> Fields:
    """The items that the SDK saw finish. For an incomplete answer it has no final response to give."""
    with serving(body) as http:
        client = openai.OpenAI(api_key="k", base_url="http://gateway/v1", http_client=http)
        with client.responses.stream(model="m", input="hello") as stream:
            events = list(stream)
    items = [event.item.to_dict() for event in events if event.type == "response.output_item.done"]
    last = events[-1]
    assert last.type in ("response.completed", "response.incomplete")
    return last.response.to_dict() | {"output": items}


ACCUMULATE = {
    Operation.CHAT: accumulated_chat,
    Operation.MESSAGES: accumulated_message,
    Operation.RESPONSES: accumulated_response,
}


def comparable(answer: Any) -> Any:
    """An answer without what is null or only serves the putting together, and JSON arguments by value."""
    if isinstance(answer, list):
        return [comparable(entry) for entry in answer]
    if not isinstance(answer, dict):
        return answer
    kept = {name: comparable(value) for name, value in answer.items() if value not in (None, [], {})}
    for name in ("index", "parsed", "parsed_output", "parsed_arguments"):
        kept.pop(name, None)
    if isinstance(kept.get("arguments"), str):
        kept["arguments"] = json.loads(kept["arguments"])
    return kept
