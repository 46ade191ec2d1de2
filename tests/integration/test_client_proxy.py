"""The local proxy: stock clients in front, a gateway behind, and nothing through that did not verify."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anthropic
import httpx2
import openai
import pytest
import uvicorn
from tests.gateway_fixture import CLAUDE, GPT, Gateway
from tests.integration.meddler import AsyncMeddler

import assay
from assay import Client, Level, Policy, ReceiptStore
from assay.apps.client.proxy import create_proxy


@pytest.fixture(scope="module")
def policy(gateway: Gateway) -> Policy:
    return assay.published_policy(gateway.url)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ReceiptStore:
    return ReceiptStore(tmp_path_factory.mktemp("receipts"))


@pytest.fixture(scope="module")
def proxy(gateway: Gateway, policy: Policy, store: ReceiptStore) -> Iterator[str]:
    with serving(create_proxy(gateway.openai_url, gateway.api_key, policy, store=store)) as url:
        yield url


@pytest.fixture(scope="module")
def meddled(gateway: Gateway, policy: Policy) -> Iterator[str]:
    """A proxy with somebody between it and the gateway."""
    meddler = AsyncMeddler(lambda body: body.replace(b"three", b"seven"))
    with serving(create_proxy(gateway.url, gateway.api_key, policy, transport=meddler)) as url:
        yield url


def say(content: str) -> list[Any]:
    return [{"role": "user", "content": content}]


def test_openai_through_the_proxy(proxy: str, store: ReceiptStore) -> None:
    before = len(store.list())
    with openai.OpenAI(base_url=f"{proxy}/v1", api_key="anything") as client:
        completion = client.chat.completions.create(model=GPT, messages=say("one two three"))
        stream = client.chat.completions.create(model=GPT, messages=say("one two three"), stream=True)
        streamed = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
        assert GPT in [model.id for model in client.models.list()]
        with pytest.raises(openai.NotFoundError):
            client.chat.completions.create(model="no-such-model", messages=say("one"))
    assert completion.choices[0].message.content == streamed == "one two three"
    assert len(store.list()) == before + 2


def test_anthropic_through_the_proxy(proxy: str) -> None:
    with anthropic.Anthropic(base_url=proxy, api_key="anything") as client:
        message = client.messages.create(model=CLAUDE, max_tokens=99, messages=say("one two"))
        with client.messages.stream(model=CLAUDE, max_tokens=99, messages=say("one two")) as stream:
            assert stream.get_final_text() == "one two"
    assert message.content[0].text == "one two"  # type: ignore[union-attr]


def test_an_assay_client_can_check_again_behind_the_proxy(proxy: str, policy: Policy) -> None:
    with Client(proxy, "anything", policy) as client:
        answer = client.chat.completions.create(model=GPT, messages=say("one"))
        stream = client.chat.completions.create(model=GPT, messages=say("one"), stream=True)
        assert "".join(stream.text) == "one"
        assert answer.bundle(complete=True).proof is not None
    assert answer.verdict.level is stream.verdict.level is Level.SIGNED_SIMULATED


def test_what_does_not_verify_is_an_error_in_the_callers_dialect(meddled: str) -> None:
    question = {"model": GPT, "messages": say("one two three"), "max_tokens": 99}
    chat = httpx2.post(f"{meddled}/v1/chat/completions", json=question)
    message = httpx2.post(f"{meddled}/v1/messages", json=question | {"model": CLAUDE})
    assert (chat.status_code, chat.json()["error"]["code"]) == (502, "verification_failed")
    assert (message.status_code, message.json()["error"]["code"]) == (502, "verification_failed")
    assert message.json()["type"] == "error"
    assert b"seven" not in chat.content + message.content


def test_a_stream_that_does_not_verify_ends_in_an_error(meddled: str) -> None:
    with openai.OpenAI(base_url=f"{meddled}/v1", api_key="anything", max_retries=0) as client:
        stream = client.chat.completions.create(model=GPT, messages=say("one two three"), stream=True)
        with pytest.raises(openai.APIError, match="withheld"):
            list(stream)
    with anthropic.Anthropic(base_url=meddled, api_key="anything", max_retries=0) as other:
        messages = other.messages.create(
            model=CLAUDE, max_tokens=9, messages=say("one two three"), stream=True
        )
        with pytest.raises(anthropic.APIError, match="withheld"):
            list(messages)


def test_without_a_key_of_its_own_each_caller_brings_one(gateway: Gateway, policy: Policy) -> None:
    with serving(create_proxy(gateway.url, None, policy)) as url:
        question = {"model": GPT, "messages": say("one")}
        known = httpx2.post(
            f"{url}/v1/chat/completions", json=question, headers={"x-api-key": gateway.api_key}
        )
        stranger = httpx2.post(f"{url}/v1/chat/completions", json=question)
    assert (known.status_code, stranger.status_code) == (200, 401)


def test_nobody_behind_it(policy: Policy) -> None:
    with serving(create_proxy("http://127.0.0.1:9", "key", policy)) as url:
        answer = httpx2.get(f"{url}/v1/models")
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "gateway_unreachable")


def test_a_caller_who_leaves_takes_the_gateways_stream_along(proxy: str, gateway: Gateway) -> None:
    question = {"model": GPT, "messages": say("!!slow 200 20"), "stream": True}
    with httpx2.stream("POST", f"{proxy}/v1/chat/completions", json=question) as response:
        next(response.iter_raw())
    gateway.journal.wait_abandoned(gateway.journal.last, timeout=2.0)


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The app on a free port of the loopback."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", ws="none"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
