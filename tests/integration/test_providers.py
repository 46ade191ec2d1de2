"""Providers and the router against a scripted upstream that speaks the real wire formats."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import orjson
import pytest
from tests.upstreams import ScriptedUpstream

from assay.engines.inference.configuration import load_catalogue
from assay.engines.inference.operation import Operation
from assay.engines.inference.provider import ProviderBroken, ProviderTimeout
from assay.engines.inference.providers import build_providers
from assay.engines.inference.routing import Answer, Call, NoAnswer, Patience, Router

CONFIGURATION = """
[[providers]]
name = "openai"
kind = "openai"
base_url = "{url}/v1"
api_key_env = "OPENAI_API_KEY"
deadlines = {{ first_byte = 0.3, between_chunks = 0.3 }}

[[providers]]
name = "anthropic"
kind = "anthropic"
base_url = "{url}/v1"
api_key_env = "ANTHROPIC_API_KEY"

[[providers]]
name = "local"
kind = "compatible"
base_url = "http://127.0.0.1:9/v1"

[[models]]
id = "either"
targets = ["local:m", "openai:m"]
price = {{ input = 1, output = 1 }}
"""
SECRETS = {"OPENAI_API_KEY": "sk-openai", "ANTHROPIC_API_KEY": "sk-anthropic"}


class Node:
    """What a gateway does with the catalogue, the providers and the router."""

    def __init__(self, url: str) -> None:
        self.catalogue = load_catalogue(CONFIGURATION.format(url=url), SECRETS)
        self.providers = build_providers(self.catalogue, SECRETS)
        self.router = Router(self.providers, patience=Patience(tries=3, first_pause=0.01, longest_pause=1))

    async def ask(self, model: str, text: str, operation: Operation = Operation.CHAT, **more: Any) -> Answer:
        asked = {"model": model, "messages": [{"role": "user", "content": text}], **more}
        call = Call(operation, orjson.dumps(asked), asked, stream=bool(more.get("stream")))
        return await self.router.answer(call, self.catalogue.find(model))


@pytest.fixture(scope="module")
def upstream() -> Iterator[ScriptedUpstream]:
    with ScriptedUpstream() as running:
        yield running


@pytest.fixture
async def node(upstream: ScriptedUpstream) -> AsyncIterator[Node]:
    upstream.journal.clear()
    made = Node(upstream.url)
    yield made
    for provider in made.providers.values():
        await provider.aclose()


async def text_of(answer: Answer) -> str:
    body = orjson.loads(await answer.reply.read(1 << 20))
    return str(body["choices"][0]["message"]["content"])


async def test_openai_is_asked_with_its_key_and_the_clients_bytes(
    node: Node, upstream: ScriptedUpstream
) -> None:
    answer = await node.ask("gpt-4.1", "!!say Paris")
    assert await text_of(answer) == "Paris"
    seen = upstream.journal.last
    assert seen.path == "/v1/chat/completions"
    assert seen.headers["authorization"] == "Bearer sk-openai"
    assert seen.body == answer.sent


async def test_anthropic_is_asked_with_its_key_and_version(node: Node, upstream: ScriptedUpstream) -> None:
    answer = await node.ask("claude-opus-5", "!!say Paris", Operation.MESSAGES, max_tokens=9)
    body = orjson.loads(await answer.reply.read(1 << 20))
    assert body["content"][0]["text"] == "Paris"
    seen = upstream.journal.last
    assert (seen.path, seen.body) == ("/v1/messages", answer.sent)
    assert seen.headers["x-api-key"] == "sk-anthropic"
    assert seen.headers["anthropic-version"] == "2023-06-01"


async def test_an_openai_client_reaches_anthropic_by_translation(
    node: Node, upstream: ScriptedUpstream
) -> None:
    answer = await node.ask("claude-opus-5", "!!say Paris")
    assert answer.translation is not None
    body = orjson.loads(await answer.reply.read(1 << 20))
    asked = {"model": "claude-opus-5", "messages": [{"role": "user", "content": "!!say Paris"}]}
    assert answer.translation.answer(body, asked)["choices"][0]["message"]["content"] == "Paris"
    assert upstream.journal.last.path == "/v1/messages"


async def test_a_stream_tells_the_usage_that_nobody_asked_for(node: Node) -> None:
    answer = await node.ask("gpt-4.1", "!!say a b c", stream=True)
    events = (await answer.reply.read(1 << 20)).strip().split(b"\n\n")
    assert answer.usage_injected
    assert events[-1] == b"data: [DONE]"
    last = orjson.loads(events[-2].removeprefix(b"data: "))
    assert last["choices"] == []
    assert last["usage"]["completion_tokens"] > 0


async def test_a_provider_that_is_down_is_fallen_back_from(node: Node) -> None:
    answer = await node.ask("either", "!!say Paris")
    assert await text_of(answer) == "Paris"
    assert [(attempt.provider, attempt.result) for attempt in answer.attempts] == [
        ("local", "provider_unreachable"),
        ("local", "provider_unreachable"),
        ("local", "provider_unreachable"),
        ("openai", "answered"),
    ]


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_provider_that_fails_twice_is_asked_a_third_time(node: Node, status: int) -> None:
    answer = await node.ask("gpt-4.1", f"!!flaky 2 {status}")
    assert answer.reply.status == 200
    assert [attempt.result for attempt in answer.attempts] == [f"http_{status}", f"http_{status}", "answered"]


async def test_a_provider_that_keeps_failing_has_its_own_words_returned(node: Node) -> None:
    answer = await node.ask("gpt-4.1", "!!status 429 retry-after=30")
    assert (answer.reply.status, answer.reply.headers["retry-after"]) == (429, "30")
    assert b"error" in await answer.reply.read(1 << 20)
    assert [attempt.result for attempt in answer.attempts] == ["http_429"]


async def test_a_provider_that_never_answers(node: Node) -> None:
    with pytest.raises(NoAnswer) as caught:
        await node.ask("gpt-4.1", "!!hang")
    assert isinstance(caught.value.last, ProviderTimeout)
    assert [attempt.result for attempt in caught.value.attempts] == ["provider_timeout"]


@pytest.mark.parametrize("stream", [False, True])
async def test_a_provider_that_stops_half_way(node: Node, stream: bool) -> None:
    answer = await node.ask("gpt-4.1", "!!half\n!!say a b c d e f", stream=stream)
    assert answer.reply.status == 200
    with pytest.raises(ProviderBroken):
        await answer.reply.read(1 << 20)


async def test_a_provider_that_stalls(node: Node) -> None:
    answer = await node.ask("gpt-4.1", "!!stall\n!!say a b c d e f", stream=True)
    with pytest.raises(ProviderTimeout):
        await answer.reply.read(1 << 20)


async def test_garbage_comes_through_as_it_is(node: Node) -> None:
    answer = await node.ask("gpt-4.1", "!!garbage")
    assert (await answer.reply.read(1 << 20)).startswith(b"<!doctype html>")


async def test_leaving_a_stream_closes_the_provider_at_once(node: Node, upstream: ScriptedUpstream) -> None:
    answer = await node.ask("gpt-4.1", "!!slow 1000 10", stream=True)
    await anext(answer.reply.chunks())
    left = time.monotonic()
    await answer.reply.aclose()
    gone = await asyncio.to_thread(upstream.journal.wait_abandoned, upstream.journal.last)
    assert gone - left < 0.2
