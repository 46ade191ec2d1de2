"""What goes wrong reaches both stock SDKs as the exception they document for it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import anthropic
import httpx2
import openai
import pytest
from anthropic import Anthropic
from openai import OpenAI
from tests.gateway_fixture import DIRECT, Gateway

only_gateway = pytest.mark.skipif(DIRECT, reason="the provider checks no key, no model and no size")

STATUSES = [
    (400, "BadRequestError"),
    (404, "NotFoundError"),
    (429, "RateLimitError"),
    (500, "InternalServerError"),
]

Ask = Callable[..., Any]

_numbers = itertools.count()


def fresh(provider: str) -> str:
    """A model nobody has asked before: the gateway rests one that fails too often."""
    return f"{provider}/faulty-{next(_numbers)}"


@pytest.fixture(params=["openai", "anthropic"])
def sdk(request: pytest.FixtureRequest) -> Any:
    return {"openai": openai, "anthropic": anthropic}[request.param]


@pytest.fixture
def ask(sdk: Any, gateway: Gateway) -> Ask:
    """Put one message through the SDK: ``ask(text, model=..., api_key=..., stream=...)``."""

    def through_openai(text: str, *, api_key: str = gateway.api_key, model: str = "", **more: Any) -> Any:
        client = OpenAI(base_url=gateway.openai_url, api_key=api_key, max_retries=0)
        messages: list[Any] = [{"role": "user", "content": text}]
        return client.chat.completions.create(model=model or fresh("openai"), messages=messages, **more)

    def through_anthropic(text: str, *, api_key: str = gateway.api_key, model: str = "", **more: Any) -> Any:
        client = Anthropic(base_url=gateway.url, api_key=api_key, max_retries=0)
        messages: list[Any] = [{"role": "user", "content": text}]
        model = model or fresh("anthropic")
        return client.messages.create(model=model, max_tokens=64, messages=messages, **more)

    return through_openai if sdk is openai else through_anthropic


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(("status", "name"), STATUSES)
def test_provider_refuses(sdk: Any, ask: Ask, status: int, name: str, stream: bool) -> None:
    with pytest.raises(getattr(sdk, name)) as caught:
        ask(f"!!status {status}", stream=stream)
    assert caught.value.status_code == status
    assert "Scripted failure" in str(caught.value)


@only_gateway
@pytest.mark.parametrize("status", [401, 403])
def test_a_provider_that_refuses_the_node_is_not_the_callers_fault(sdk: Any, ask: Ask, status: int) -> None:
    """The caller's key is right; the provider's words are about the node's, and may quote it."""
    with pytest.raises(sdk.InternalServerError) as caught:
        ask(f"!!status {status}")
    assert caught.value.status_code == 502
    assert "provider_refused_node" in str(caught.value.body)
    assert "Scripted failure" not in str(caught.value)


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_rate_limit_says_when_to_come_back(ask: Ask, sdk: Any, provider: str) -> None:
    with pytest.raises(sdk.RateLimitError) as caught:
        ask("!!status 429 retry-after=30", model=fresh(provider))
    assert caught.value.response.headers["retry-after"] == "30"


def test_malformed_request(sdk: Any, ask: Ask) -> None:
    with pytest.raises(sdk.BadRequestError):
        ask("hello", extra_body={"messages": "not a list"})


@pytest.mark.parametrize("half", ["!!half", "!!error-event"])
def test_a_broken_stream_is_not_mistaken_for_a_whole_one(sdk: Any, ask: Ask, half: str) -> None:
    stream = ask(f"{half}\n!!slow 20 1", stream=True)
    with pytest.raises((sdk.APIError, httpx2.HTTPError)):
        list(stream)


@only_gateway
@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_provider_talks_nonsense(sdk: Any, ask: Ask, provider: str) -> None:
    with pytest.raises(sdk.InternalServerError) as caught:
        ask("!!garbage", model=fresh(provider))
    assert caught.value.status_code == 502


@only_gateway
def test_wrong_key(sdk: Any, ask: Ask) -> None:
    with pytest.raises(sdk.AuthenticationError):
        ask("hello", api_key="sk-nobody")


@only_gateway
def test_unknown_model(sdk: Any, ask: Ask) -> None:
    with pytest.raises(sdk.NotFoundError):
        ask("hello", model="no-such-model")


@only_gateway
def test_body_too_large(sdk: Any, ask: Ask) -> None:
    with pytest.raises(sdk.APIStatusError) as caught:
        ask("x" * 50_000_000)
    assert caught.value.status_code == 413
