"""The stock `openai` SDK's responses API by base URL alone."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from openai import OpenAI
from pydantic import BaseModel
from tests.gateway_fixture import GPT, Gateway
from tests.upstreams.openai_images import png

ADD: Any = {
    "type": "function",
    "name": "add",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
        "additionalProperties": False,
    },
}


class Place(BaseModel):
    name: str
    height: int


@pytest.fixture(scope="module")
def client(gateway: Gateway) -> Iterator[OpenAI]:
    with OpenAI(base_url=gateway.openai_url, api_key=gateway.api_key, max_retries=0) as client:
        yield client


def test_create(client: OpenAI) -> None:
    answer = client.responses.create(model=GPT, input="one two", instructions="Repeat.", temperature=0.5)
    assert answer.output_text == "one two"
    assert answer.status == "completed"
    assert answer.temperature == 0.5
    assert answer.usage is not None
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (3, 2)


def test_stream(client: OpenAI) -> None:
    with client.responses.stream(model=GPT, input="one two three") as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_response()
    assert final.output_text == "one two three"
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    assert kinds.count("response.output_text.delta") == 3


def test_parse(client: OpenAI) -> None:
    answer = client.responses.parse(model=GPT, input="'Everest' 8849", text_format=Place)
    assert answer.output_parsed == Place(name="Everest", height=8849)


def test_tool_loop(client: OpenAI) -> None:
    items: list[Any] = [{"role": "user", "content": "add 17 and 25"}]
    first = client.responses.create(model=GPT, input=items, tools=[ADD])
    (call,) = first.output
    assert call.type == "function_call"
    assert json.loads(call.arguments) == {"a": 17, "b": 25}
    items += [call, {"type": "function_call_output", "call_id": call.call_id, "output": "42"}]
    assert client.responses.create(model=GPT, input=items, tools=[ADD]).output_text == "42"


def test_streamed_tool_call(client: OpenAI) -> None:
    with client.responses.stream(
        model=GPT, input="add 1 and 2", tools=[ADD], tool_choice="required"
    ) as stream:
        deltas = [event.delta for event in stream if event.type == "response.function_call_arguments.delta"]
    assert json.loads("".join(deltas)) == {"a": 1, "b": 2}


def test_vision(client: OpenAI) -> None:
    picture = png(b"\xff\x00\x00", width=7, height=1)
    url = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    content: Any = [{"type": "input_text", "text": "Look."}, {"type": "input_image", "image_url": url}]
    answer = client.responses.create(model=GPT, input=[{"role": "user", "content": content}])
    assert answer.output_text == f"Look.\nimage/png 7x1 sha256:{hashlib.sha256(picture).hexdigest()}"


def test_reasoning(client: OpenAI) -> None:
    answer = client.responses.create(model=GPT, input="!!think Hm, hm.\nyes", reasoning={"summary": "auto"})
    reasoning, message = answer.output
    assert reasoning.type == "reasoning"
    assert reasoning.summary[0].text == "Hm, hm."
    assert message.type == "message"
    assert answer.usage is not None
    assert answer.usage.output_tokens_details.reasoning_tokens == 2


def test_token_limit(client: OpenAI) -> None:
    answer = client.responses.create(model=GPT, input="a b c d", max_output_tokens=2)
    assert answer.status == "incomplete"
    assert answer.incomplete_details is not None
    assert answer.incomplete_details.reason == "max_output_tokens"
