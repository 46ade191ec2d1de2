"""The stock `anthropic` SDK by base URL alone: messages, streams, tools, structured output, vision, count_tokens.

Every message test runs against a model whose provider speaks Anthropic and one whose provider speaks OpenAI.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from anthropic import Anthropic, AsyncAnthropic
from pydantic import BaseModel
from tests.gateway_fixture import CLAUDE, GPT, Gateway
from tests.upstreams.openai_images import png

WEATHER: Any = {
    "name": "get_weather",
    "description": "The weather in a city",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
        "required": ["city", "days"],
    },
}


class Recipe(BaseModel):
    title: str
    minutes: int


@pytest.fixture(scope="module")
def client(gateway: Gateway) -> Iterator[Anthropic]:
    with Anthropic(base_url=gateway.url, api_key=gateway.api_key, max_retries=0) as client:
        yield client


@pytest.fixture(params=[CLAUDE, GPT])
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def say(content: Any) -> list[Any]:
    """A conversation of one message: its text or its blocks."""
    return [{"role": "user", "content": content}]


def test_message(client: Anthropic, model: str) -> None:
    answer = client.messages.create(model=model, max_tokens=64, messages=say("one two"), system="Repeat.")
    assert [block.text for block in answer.content if block.type == "text"] == ["one two"]
    assert answer.stop_reason == "end_turn"
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (3, 2)


def test_stream(client: Anthropic, model: str) -> None:
    with client.messages.stream(model=model, max_tokens=64, messages=say("one two three")) as stream:
        pieces = list(stream.text_stream)
        final = stream.get_final_message()
    assert "".join(pieces) == "one two three"
    assert len(pieces) == 3
    assert final.usage.output_tokens == 3


def test_stream_events(client: Anthropic, model: str) -> None:
    events = client.messages.create(model=model, max_tokens=64, messages=say("hi"), stream=True)
    kinds = [event.type for event in events]
    assert kinds[0] == "message_start"
    assert kinds[-2:] == ["message_delta", "message_stop"]


async def test_async_stream(gateway: Gateway, model: str) -> None:
    async with (
        AsyncAnthropic(base_url=gateway.url, api_key=gateway.api_key) as client,
        client.messages.stream(model=model, max_tokens=64, messages=say("!!slow 8 1")) as stream,
    ):
        pieces = [piece async for piece in stream.text_stream]
    assert "".join(pieces) == "w1 w2 w3 w4 w5 w6 w7 w8"


def test_tool_loop(client: Anthropic, model: str) -> None:
    messages = say("Ask get_weather about 'Paris' for 3 days")
    answer = client.messages.create(model=model, max_tokens=64, messages=messages, tools=[WEATHER])
    assert answer.stop_reason == "tool_use"
    (call,) = (block for block in answer.content if block.type == "tool_use")
    assert (call.name, call.input) == ("get_weather", {"city": "Paris", "days": 3})
    result = {"type": "tool_result", "tool_use_id": call.id, "content": "sunny"}
    messages += [{"role": "assistant", "content": answer.content}, {"role": "user", "content": [result]}]
    answer = client.messages.create(model=model, max_tokens=64, messages=messages, tools=[WEATHER])
    assert [block.text for block in answer.content if block.type == "text"] == ["sunny"]


def test_streamed_parallel_tools(client: Anthropic, model: str) -> None:
    directions = (
        '!!tool get_weather {"city": "Paris", "days": 1}\n!!tool get_weather {"city": "Oslo", "days": 2}'
    )
    with client.messages.stream(
        model=model, max_tokens=64, messages=say(directions), tools=[WEATHER]
    ) as stream:
        final = stream.get_final_message()
    calls = [block for block in final.content if block.type == "tool_use"]
    assert [call.input for call in calls] == [{"city": "Paris", "days": 1}, {"city": "Oslo", "days": 2}]
    assert len({call.id for call in calls}) == 2


def test_forced_tool(client: Anthropic, model: str) -> None:
    choice: Any = {"type": "tool", "name": "get_weather"}
    answer = client.messages.create(
        model=model, max_tokens=64, messages=say("hello"), tools=[WEATHER], tool_choice=choice
    )
    assert [block.name for block in answer.content if block.type == "tool_use"] == ["get_weather"]


def test_structured_output(client: Anthropic) -> None:
    answer = client.messages.parse(
        model=CLAUDE, max_tokens=64, messages=say("'Soup' in 40 minutes"), output_format=Recipe
    )
    assert answer.parsed_output == Recipe(title="Soup", minutes=40)


def test_vision(client: Anthropic, model: str) -> None:
    picture = png(b"\x10\x20\x30", width=3, height=5)
    source = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(picture).decode()}
    content = [{"type": "text", "text": "Look."}, {"type": "image", "source": source}]
    answer = client.messages.create(model=model, max_tokens=64, messages=say(content))
    (block,) = answer.content
    assert block.type == "text"
    assert block.text == f"Look.\nimage/png 3x5 sha256:{hashlib.sha256(picture).hexdigest()}"


def test_thinking(client: Anthropic) -> None:
    thinking: Any = {"type": "enabled", "budget_tokens": 1024}
    with client.messages.stream(
        model=CLAUDE, max_tokens=2048, messages=say("!!think Hm, hm.\nyes"), thinking=thinking
    ) as stream:
        thought, said = stream.get_final_message().content
    assert thought.type == "thinking"
    assert thought.thinking == "Hm, hm."
    assert thought.signature
    assert said.type == "text"


def test_stop_reasons(client: Anthropic, model: str) -> None:
    cut = client.messages.create(model=model, max_tokens=2, messages=say("a b c d"))
    assert cut.stop_reason == "max_tokens"
    stopped = client.messages.create(
        model=CLAUDE, max_tokens=9, messages=say("a STOP b"), stop_sequences=["STOP"]
    )
    assert (stopped.stop_reason, stopped.stop_sequence) == ("stop_sequence", "STOP")


def test_request_reaches_the_provider_whole(client: Anthropic, gateway: Gateway) -> None:
    system: Any = [{"type": "text", "text": "é 你好", "cache_control": {"type": "ephemeral"}}]
    extra = {"not_yet_invented": {"a": [1, 2]}}
    client.messages.create(
        model=CLAUDE, max_tokens=8, messages=say("hi"), system=system, inference_geo="us", extra_body=extra
    )
    received = gateway.journal.last
    sent = {"model": CLAUDE, "max_tokens": 8, "messages": say("hi"), "system": system, "inference_geo": "us"}
    assert received.json == {**sent, **extra}
    assert "anthropic-version" in received.headers
    assert gateway.is_direct or gateway.api_key not in str(received.headers)


def test_count_tokens(client: Anthropic) -> None:
    counted = client.messages.count_tokens(model=CLAUDE, messages=say("one two three"), system="Count.")
    assert counted.input_tokens == 4


def test_models(client: Anthropic) -> None:
    assert CLAUDE in [model.id for model in client.models.list()]
    assert client.models.retrieve(CLAUDE).id == CLAUDE
