"""The stock `openai` SDK by base URL alone: chat, tools, structured output, vision, embeddings, images, models.

Every chat test runs against a model whose provider speaks OpenAI and one whose provider speaks Anthropic.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel
from tests.gateway_fixture import CLAUDE, EMBEDDER, GPT, PAINTER, Gateway
from tests.upstreams.openai_images import png

WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
            "required": ["city", "days"],
        },
    },
}


class Recipe(BaseModel):
    title: str
    minutes: int
    ingredients: list[str]


@pytest.fixture(scope="module")
def client(gateway: Gateway) -> Iterator[OpenAI]:
    with OpenAI(base_url=gateway.openai_url, api_key=gateway.api_key, max_retries=0) as client:
        yield client


@pytest.fixture(params=[GPT, CLAUDE])
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def say(content: Any) -> list[Any]:
    """A conversation of one message: its text or its parts."""
    return [{"role": "user", "content": content}]


def test_chat(client: OpenAI, model: str) -> None:
    answer = client.chat.completions.create(model=model, messages=say("one two three"))
    assert answer.choices[0].message.content == "one two three"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (3, 3)
    assert model in answer.model


def test_ordinary_stream_loop(client: OpenAI, model: str) -> None:
    """The loop everybody writes: it breaks on an event without choices or with a name of its own."""
    stream = client.chat.completions.create(model=model, messages=say("one two three"), stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == "one two three"


def test_stream_with_usage(client: OpenAI, model: str) -> None:
    options: Any = {"include_usage": True}
    chunks = list(
        client.chat.completions.create(
            model=model, messages=say("one two three"), stream=True, stream_options=options
        )
    )
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens == 6
    assert all(chunk.usage is None for chunk in chunks[:-1])


async def test_async_stream(gateway: Gateway, model: str) -> None:
    async with AsyncOpenAI(base_url=gateway.openai_url, api_key=gateway.api_key) as client:
        stream = await client.chat.completions.create(model=model, messages=say("!!slow 8 1"), stream=True)
        pieces = [chunk.choices[0].delta.content async for chunk in stream]
    assert "".join(piece or "" for piece in pieces) == "w1 w2 w3 w4 w5 w6 w7 w8"
    assert len([piece for piece in pieces if piece]) == 8


def test_leaving_closes_the_provider(client: OpenAI, gateway: Gateway, model: str) -> None:
    stream = client.chat.completions.create(model=model, messages=say("!!slow 500 10"), stream=True)
    next(stream)
    stream.close()
    left = time.monotonic()
    assert gateway.journal.wait_abandoned(gateway.journal.last) - left < 0.2


def test_length_limit(client: OpenAI, model: str) -> None:
    answer = client.chat.completions.create(model=model, messages=say("a b c d"), max_tokens=2)
    assert answer.choices[0].finish_reason == "length"
    assert answer.choices[0].message.content == "a b "


def test_stop_sequence(client: OpenAI, model: str) -> None:
    answer = client.chat.completions.create(model=model, messages=say("a b STOP d"), stop=["STOP"])
    assert answer.choices[0].finish_reason == "stop"
    assert answer.choices[0].message.content == "a b "


def test_tool_loop(client: OpenAI, model: str) -> None:
    messages = say("Ask get_weather about 'Paris' for 3 days")
    answer = client.chat.completions.create(model=model, messages=messages, tools=[WEATHER])
    choice = answer.choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.tool_calls is not None
    (call,) = choice.message.tool_calls
    assert call.type == "function"
    assert call.function.name == "get_weather"
    assert json.loads(call.function.arguments) == {"city": "Paris", "days": 3}
    messages += [choice.message.model_dump(exclude_none=True)]
    messages += [{"role": "tool", "tool_call_id": call.id, "content": "sunny"}]
    answer = client.chat.completions.create(model=model, messages=messages, tools=[WEATHER])
    assert answer.choices[0].message.content == "sunny"


def test_streamed_parallel_tools(client: OpenAI, model: str) -> None:
    directions = (
        '!!tool get_weather {"city": "Paris", "days": 1}\n!!tool get_weather {"city": "Oslo", "days": 2}'
    )
    with client.chat.completions.stream(model=model, messages=say(directions), tools=[WEATHER]) as stream:
        done = [event for event in stream if event.type == "tool_calls.function.arguments.done"]
        final = stream.get_final_completion()
    assert [json.loads(event.arguments)["city"] for event in done] == ["Paris", "Oslo"]
    calls = final.choices[0].message.tool_calls or ()
    assert [json.loads(call.function.arguments)["days"] for call in calls] == [1, 2]
    assert len({call.id for call in calls}) == 2


def test_structured_output(client: OpenAI, model: str) -> None:
    answer = client.chat.completions.parse(
        model=model, messages=say("'Soup' in 40 minutes"), response_format=Recipe
    )
    recipe = answer.choices[0].message.parsed
    assert recipe is not None
    assert (recipe.title, recipe.minutes) == ("Soup", 40)


def test_vision(client: OpenAI, model: str) -> None:
    picture = png(b"\x10\x20\x30", width=3, height=5)
    url = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    content = [{"type": "text", "text": "Look."}, {"type": "image_url", "image_url": {"url": url}}]
    answer = client.chat.completions.create(model=model, messages=say(content))
    digest = hashlib.sha256(picture).hexdigest()
    assert answer.choices[0].message.content == f"Look.\nimage/png 3x5 sha256:{digest}"


def test_refusal(client: OpenAI) -> None:
    with client.chat.completions.stream(model=GPT, messages=say("!!refuse Not that.")) as stream:
        message = stream.get_final_completion().choices[0].message
    assert message.refusal == "Not that."
    assert message.content is None or message.content == ""


def test_choices(client: OpenAI) -> None:
    answer = client.chat.completions.create(model=GPT, messages=say("twice"), n=2)
    assert [choice.message.content for choice in answer.choices] == ["twice", "twice"]


def test_request_reaches_the_provider_whole(client: OpenAI, gateway: Gateway) -> None:
    extra = {"service_tier": "flex", "not_yet_invented": {"a": [1, 2]}}
    client.chat.completions.create(model=GPT, messages=say("é 你好"), seed=7, extra_body=extra)
    received = gateway.journal.last
    assert received.json == {"model": GPT, "messages": say("é 你好"), "seed": 7, **extra}
    assert gateway.is_direct or gateway.api_key not in str(received.headers)


def test_legacy_completions(client: OpenAI) -> None:
    assert client.completions.create(model=GPT, prompt="one two").choices[0].text == "one two"
    stream = client.completions.create(model=GPT, prompt="one two", stream=True)
    assert "".join(chunk.choices[0].text for chunk in stream) == "one two"


def test_embeddings(client: OpenAI) -> None:
    packed = client.embeddings.create(model=EMBEDDER, input=["left", "right", "left"], dimensions=24)
    plain = client.embeddings.create(model=EMBEDDER, input="right", dimensions=24, encoding_format="float")
    left, right, again = (item.embedding for item in packed.data)
    assert left == again != right
    assert right == pytest.approx(plain.data[0].embedding)
    assert len(right) == 24
    assert packed.usage.total_tokens == 3


def test_images(client: OpenAI) -> None:
    answer = client.images.generate(model=PAINTER, prompt="a red boat", n=2)
    pictures = [base64.b64decode(image.b64_json or "") for image in answer.data or ()]
    assert len(pictures) == 2
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)


def test_models(client: OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert GPT in names
    assert client.models.retrieve(GPT).id == GPT
