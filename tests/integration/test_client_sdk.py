"""The stock SDKs over a verifying transport: they see only what verified; a refusal is neither wrapped nor retried."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anthropic
import httpx2
import openai
import pytest
from tests.gateway_fixture import CLAUDE, GPT, PAINTER, Gateway
from tests.integration.meddler import AsyncMeddler, Change, Meddler
from tests.upstreams.openai_images import png

import assay
from assay import AnswerRefused, ConfigError, Level, Policy, Verified
from assay.apps.client.passage import Terms
from assay.apps.client.sdk import anthropic_refusal, openai_refusal
from assay.apps.client.transport import AsyncVerifyingTransport, VerifyingTransport
from assay.trust.receipts.delivery import take_from_body


@pytest.fixture(scope="module")
def policy(gateway: Gateway) -> Policy:
    return assay.published_policy(gateway.url)


@pytest.fixture
def seen() -> list[Verified]:
    return []


def say(content: str) -> list[Any]:
    return [{"role": "user", "content": content}]


def test_openai(gateway: Gateway, policy: Policy, seen: list[Verified]) -> None:
    with assay.openai(
        policy=policy, on_verified=seen.append, base_url=gateway.openai_url, api_key=gateway.api_key
    ) as client:
        completion = client.chat.completions.create(model=GPT, messages=say("one two three"))
        stream = client.chat.completions.create(model=CLAUDE, messages=say("one two three"), stream=True)
        streamed = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
        response = client.responses.create(model=GPT, input="one two")
        models = client.models.list()
    assert completion.choices[0].message.content == streamed == "one two three"
    assert response.output_text == "one two"
    assert GPT in [model.id for model in models]
    assert [verified.verdict.level for verified in seen] == [Level.SIGNED_SIMULATED] * 3


async def test_async_openai(gateway: Gateway, policy: Policy, seen: list[Verified]) -> None:
    async with assay.async_openai(
        policy=policy, on_verified=seen.append, base_url=gateway.openai_url, api_key=gateway.api_key
    ) as client:
        completion = await client.chat.completions.create(model=GPT, messages=say("one two"))
        stream = await client.chat.completions.create(model=GPT, messages=say("one two"), stream=True)
        streamed = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
    assert completion.choices[0].message.content == streamed == "one two"
    assert len(seen) == 2


def test_anthropic(gateway: Gateway, policy: Policy, seen: list[Verified]) -> None:
    with assay.anthropic(
        policy=policy, on_verified=seen.append, base_url=gateway.url, api_key=gateway.api_key
    ) as client:
        message = client.messages.create(model=CLAUDE, max_tokens=99, messages=say("one two"))
        with client.messages.stream(model=CLAUDE, max_tokens=99, messages=say("one two")) as stream:
            streamed = stream.get_final_text()
        counted = client.messages.count_tokens(model=CLAUDE, messages=say("one two"))
    assert message.content[0].text == streamed == "one two"  # type: ignore[union-attr]
    assert counted.input_tokens > 0
    assert [verified.receipt.statement.operation for verified in seen] == [
        "messages",
        "messages",
        "messages.count_tokens",
    ]


async def test_async_anthropic(gateway: Gateway, policy: Policy, seen: list[Verified]) -> None:
    async with assay.async_anthropic(
        policy=policy, on_verified=seen.append, base_url=gateway.url, api_key=gateway.api_key
    ) as client:
        message = await client.messages.create(model=CLAUDE, max_tokens=99, messages=say("one two"))
    assert message.content[0].text == "one two"  # type: ignore[union-attr]
    assert len(seen) == 1


def test_the_receipt_is_at_hand_in_the_response(gateway: Gateway, policy: Policy) -> None:
    with assay.openai(policy=policy, base_url=gateway.openai_url, api_key=gateway.api_key) as client:
        raw = client.chat.completions.with_raw_response.create(model=GPT, messages=say("one"))
    verified = raw.http_response.extensions["assay"]
    assert isinstance(verified, Verified)
    assert raw.headers["assay-receipt"] == verified.receipt.id


def test_a_form_is_answered_under_a_receipt_too(
    gateway: Gateway, policy: Policy, seen: list[Verified]
) -> None:
    client = assay.openai(
        policy=policy, on_verified=seen.append, base_url=gateway.openai_url, api_key=gateway.api_key
    )
    with client:
        edited = client.images.edit(
            model=PAINTER, image=("a.png", png(bytes(3)), "image/png"), prompt="a heron"
        )
    assert edited.data
    assert [verified.receipt.statement.operation for verified in seen] == ["images.edits"]


def repaint(body: bytes) -> bytes:
    return body.replace(b"three", b"seven")


def strip(body: bytes) -> bytes:
    return take_from_body(body)[0]


@pytest.mark.parametrize(("change", "check"), [(repaint, "opening"), (strip, "receipt")])
def test_a_refusal_reaches_the_openai_caller_at_once(
    gateway: Gateway, policy: Policy, change: Change, check: str
) -> None:
    meddler = Meddler(change)
    with openai_over(meddler, gateway, policy) as client, pytest.raises(AnswerRefused) as refused:
        client.chat.completions.create(model=GPT, messages=say("one two three"))
    assert (refused.value.check, meddler.calls) == (check, 1)
    assert isinstance(refused.value, openai.OpenAIError)


@pytest.mark.parametrize(("change", "check"), [(repaint, "opening"), (strip, "receipt")])
def test_a_refusal_reaches_the_anthropic_caller_at_once(
    gateway: Gateway, policy: Policy, change: Change, check: str
) -> None:
    meddler = Meddler(change)
    with anthropic_over(meddler, gateway, policy) as client, pytest.raises(AnswerRefused) as refused:
        client.messages.create(model=CLAUDE, max_tokens=99, messages=say("one two three"))
    assert (refused.value.check, meddler.calls) == (check, 1)
    assert isinstance(refused.value, anthropic.AnthropicError)


def test_a_refusal_in_a_stream_reaches_both_callers(gateway: Gateway, policy: Policy) -> None:
    meddler = Meddler(repaint)
    with openai_over(meddler, gateway, policy) as client, pytest.raises(AnswerRefused):
        list(client.chat.completions.create(model=GPT, messages=say("one two three"), stream=True))
    with anthropic_over(meddler, gateway, policy) as other, pytest.raises(AnswerRefused):
        list(other.messages.create(model=CLAUDE, max_tokens=9, messages=say("one two three"), stream=True))
    assert meddler.calls == 2


async def test_a_refusal_reaches_the_async_caller_at_once(gateway: Gateway, policy: Policy) -> None:
    meddler = AsyncMeddler(repaint)
    transport = AsyncVerifyingTransport(Terms(policy, refusal=openai_refusal()), meddler)
    http = openai.DefaultAsyncHttpxClient(transport=transport)
    async with openai.AsyncOpenAI(
        http_client=http, base_url=gateway.openai_url, api_key=gateway.api_key
    ) as client:
        with pytest.raises(AnswerRefused):
            await client.chat.completions.create(model=GPT, messages=say("one two three"))
        stream = await client.chat.completions.create(model=GPT, messages=say("one two three"), stream=True)
        with pytest.raises(AnswerRefused):
            [chunk async for chunk in stream]
    assert meddler.calls == 2


def test_a_cut_stream_is_refused(gateway: Gateway, policy: Policy) -> None:
    """Each SDK stops reading at the last event; a cut just before it must not pass for the end."""
    meddler = Meddler(lambda body: body[: body.index(b": assay-receipt")])
    with openai_over(meddler, gateway, policy) as client, pytest.raises(AnswerRefused) as refused:
        list(client.chat.completions.create(model=GPT, messages=say("one two three"), stream=True))
    assert refused.value.check == "receipt"


def test_a_redirect_is_refused(policy: Policy) -> None:
    """The OpenAI SDK follows redirects, and a 303 would turn the call into a GET that needs no receipt."""
    elsewhere = httpx2.MockTransport(
        lambda request: (
            httpx2.Response(303, headers={"location": "/v1/models"})
            if request.method == "POST"
            else httpx2.Response(200, json={"id": "forged", "object": "chat.completion", "choices": []})
        )
    )
    with openai_over(elsewhere, None, policy) as client, pytest.raises(AnswerRefused) as refused:
        client.chat.completions.create(model=GPT, messages=say("one"))
    assert refused.value.check == "delivery"


def test_a_compressed_answer_is_refused(policy: Policy) -> None:
    elsewhere = httpx2.MockTransport(
        lambda request: httpx2.Response(200, headers={"content-encoding": "gzip"}, content=b"")
    )
    with openai_over(elsewhere, None, policy) as client, pytest.raises(AnswerRefused) as refused:
        client.chat.completions.create(model=GPT, messages=say("one"))
    assert refused.value.check == "delivery"


def test_errors_pass_untouched(gateway: Gateway, policy: Policy) -> None:
    client = assay.openai(policy=policy, base_url=gateway.openai_url, api_key=gateway.api_key)
    stranger = assay.anthropic(policy=policy, base_url=gateway.url, api_key="sk-wrong")
    with client, pytest.raises(openai.NotFoundError) as missing:
        client.chat.completions.create(model="no-such-model", messages=say("one"))
    with stranger, pytest.raises(anthropic.AuthenticationError):
        stranger.messages.create(model=CLAUDE, max_tokens=9, messages=say("one"))
    assert missing.value.code == "model_not_found"


def test_without_a_home_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))
    makers: list[Callable[[], object]] = [assay.openai, assay.anthropic, assay.Client]
    for make in makers:
        with pytest.raises(ConfigError, match="assay up"):
            make()


def openai_over(inner: httpx2.BaseTransport, gateway: Gateway | None, policy: Policy) -> openai.OpenAI:
    transport = VerifyingTransport(Terms(policy, refusal=openai_refusal()), inner)
    return openai.OpenAI(
        http_client=openai.DefaultHttpxClient(transport=transport),
        base_url=gateway.openai_url if gateway else "http://gateway.test/v1",
        api_key=gateway.api_key if gateway else "key",
    )


def anthropic_over(inner: httpx2.BaseTransport, gateway: Gateway, policy: Policy) -> anthropic.Anthropic:
    transport = VerifyingTransport(Terms(policy, refusal=anthropic_refusal()), inner)
    return anthropic.Anthropic(
        http_client=anthropic.DefaultHttpxClient(transport=transport),
        base_url=gateway.url,
        api_key=gateway.api_key,
    )
