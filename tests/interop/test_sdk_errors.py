"""What goes wrong reaches both stock SDKs as the exception they document for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anthropic
import httpx2
import openai
import pytest
from anthropic import Anthropic
from openai import OpenAI
from tests.gateway_fixture import CLAUDE, DIRECT, GPT, Gateway

only_gateway = pytest.mark.skipif(DIRECT, reason="the provider checks no key, no model and no size")

STATUSES = [
    (400, "BadRequestError"),
    (401, "AuthenticationError"),
    (403, "PermissionDeniedError"),
    (404, "NotFoundError"),
    (429, "RateLimitError"),
    (500, "InternalServerError"),
]

Ask = Callable[..., Any]


@pytest.fixture(params=["openai", "anthropic"])
def sdk(request: pytest.FixtureRequest) -> Any:
    return {"openai": openai, "anthropic": anthropic}[request.param]


@pytest.fixture
def ask(sdk: Any, gateway: Gateway) -> Ask:
    """Put one message through the SDK: ``ask(text, model=..., api_key=..., stream=...)``."""

    def through_openai(text: str, *, model: str = GPT, api_key: str = gateway.api_key, **more: Any) -> Any:
        client = OpenAI(base_url=gateway.openai_url, api_key=api_key, max_retries=0)
        return client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": text}], **more
        )

    def through_anthropic(
        text: str, *, model: str = CLAUDE, api_key: str = gateway.api_key, **more: Any
    ) -> Any:
        client = Anthropic(base_url=gateway.url, api_key=api_key, max_retries=0)
        message = {"role": "user", "content": text}
        return client.messages.create(model=model, max_tokens=64, messages=[message], **more)

    return through_openai if sdk is openai else through_anthropic


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(("status", "name"), STATUSES)
def test_provider_refuses(sdk: Any, ask: Ask, status: int, name: str, stream: bool) -> None:
    with pytest.raises(getattr(sdk, name)) as caught:
        ask(f"!!status {status}", stream=stream)
    assert caught.value.status_code == status
    assert "Scripted failure" in str(caught.value)


@pytest.mark.parametrize("model", [GPT, CLAUDE])
def test_rate_limit_says_when_to_come_back(ask: Ask, sdk: Any, model: str) -> None:
    with pytest.raises(sdk.RateLimitError) as caught:
        ask("!!status 429 retry-after=30", model=model)
    assert caught.value.response.headers["retry-after"] == "30"


def test_malformed_request(gateway: Gateway, sdk: Any, ask: Ask) -> None:
    with pytest.raises(sdk.BadRequestError):
        ask("hello", extra_body={"messages": "not a list"})


@pytest.mark.parametrize("half", ["!!half", "!!error-event"])
def test_a_broken_stream_is_not_mistaken_for_a_whole_one(sdk: Any, ask: Ask, half: str) -> None:
    stream = ask(f"{half}\n!!slow 20 1", stream=True)
    with pytest.raises((sdk.APIError, httpx2.HTTPError)):
        list(stream)


@only_gateway
@pytest.mark.parametrize("model", [GPT, CLAUDE])
def test_provider_talks_nonsense(sdk: Any, ask: Ask, model: str) -> None:
    with pytest.raises(sdk.InternalServerError) as caught:
        ask("!!garbage", model=model)
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
