"""`assay.Client` and `assay.AsyncClient` against a node with a scripted provider behind it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.gateway_fixture import CLAUDE, EMBEDDER, GPT, PAINTER, Gateway
from tests.integration.meddler import Meddler

import assay
from assay import AnswerRefused, AsyncClient, Client, GatewayError, Level, Policy, ReceiptStore
from assay.apps.client.answer import StreamUnfinished
from assay.apps.client.gateway_error import GatewayUnreachable
from assay.trust.verdict import Status


@pytest.fixture(scope="module")
def policy(gateway: Gateway) -> Policy:
    return assay.published_policy(gateway.openai_url)


@pytest.fixture
def client(gateway: Gateway, policy: Policy) -> Iterator[Client]:
    with Client(gateway.openai_url, gateway.api_key, policy) as client:
        yield client


@pytest.fixture
async def async_client(gateway: Gateway, policy: Policy) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(gateway.url, gateway.api_key, policy) as client:
        yield client


def say(content: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": content}]


@pytest.mark.parametrize("model", [GPT, CLAUDE])
def test_chat(client: Client, model: str) -> None:
    answer = client.chat.completions.create(model=model, messages=say("one two three"))
    assert answer.choices[0].message.content == answer.text == "one two three"
    assert answer.verdict.level is Level.SIGNED_SIMULATED
    assert answer.receipt.statement.model.requested == model
    assert answer.receipt.statement.answer.outcome == "completed"


def test_the_other_endpoints(client: Client) -> None:
    response = client.responses.create(model=GPT, input="one two")
    message = client.messages.create(model=CLAUDE, max_tokens=99, messages=say("one two"))
    vectors = client.embeddings.create(model=EMBEDDER, input=["one", "two"])
    image = client.images.generate(model=PAINTER, prompt="a heron", response_format="b64_json")
    assert response.text == message.text == "one two"
    assert len(vectors.data) == 2
    assert image.receipt.statement.answer.attachments
    operations = [answer.receipt.statement.operation for answer in (response, message, vectors, image)]
    assert operations == ["responses", "messages", "embeddings", "images.generations"]
    assert GPT in [model.id for model in client.models.list().data]


@pytest.mark.parametrize("model", [GPT, CLAUDE])
def test_stream(client: Client, model: str) -> None:
    stream = client.chat.completions.create(model=model, messages=say("one two three"), stream=True)
    with pytest.raises(StreamUnfinished):
        _ = stream.verdict
    assert "".join(stream.text) == "one two three"
    assert not stream.provisional
    assert stream.verdict.level is Level.SIGNED_SIMULATED
    assert stream.receipt.statement.answer.chunks > 2


def test_streams_of_the_other_dialects(client: Client) -> None:
    response = client.responses.create(model=GPT, input="one two", stream=True)
    message = client.messages.create(model=CLAUDE, max_tokens=99, messages=say("one two"), stream=True)
    assert "".join(response.text) == "".join(message.text) == "one two"
    assert response.verdict.level is message.verdict.level is Level.SIGNED_SIMULATED


def test_a_stream_comes_while_it_is_made(client: Client) -> None:
    """40 words in 0.8 s, a head every 0.25 s: the first word must not wait for the last."""
    stream = client.chat.completions.create(model=GPT, messages=say("!!slow 40 20"), stream=True)
    started = time.monotonic()
    arrivals = [time.monotonic() - started for _ in stream.text]
    assert arrivals[-1] - arrivals[0] > 0.3


def test_a_stream_that_is_left_early_closes(client: Client) -> None:
    with client.chat.completions.create(model=GPT, messages=say("!!slow 64 20"), stream=True) as stream:
        next(iter(stream))
    assert client.chat.completions.create(model=GPT, messages=say("still here")).text == "still here"


def test_the_bundle_verifies_offline_and_is_completed_by_the_log(client: Client, policy: Policy) -> None:
    answer = client.chat.completions.create(model=GPT, messages=say("one two three"))
    bundle = answer.bundle(complete=True, timeout=10)
    statement = answer.receipt.statement
    asked = replace(policy, nonce=statement.nonce)
    verdict = assay.verify_file(bundle.to_bytes(), asked, statement.issued_at)
    assert {check.name: check.status for check in verdict.checks} == dict.fromkeys(
        [
            "format",
            "signature",
            "opening",
            "inclusion",
            "evidence",
            "appraisal",
            "binding",
            "validity",
            "nonce",
            "freshness",
        ],
        Status.PASSED,
    )


def test_a_policy_may_demand_inclusion_before_the_answer_is_shown(gateway: Gateway, policy: Policy) -> None:
    with Client(gateway.url, gateway.api_key, replace(policy, require_inclusion=True)) as client:
        answer = client.chat.completions.create(model=GPT, messages=say("one two three"))
        assert answer.bundle().proof is not None


def test_trust_by_evidence_alone(gateway: Gateway, policy: Policy) -> None:
    with Client(gateway.url, gateway.api_key, replace(policy, nodes=frozenset())) as client:
        stream = client.chat.completions.create(model=GPT, messages=say("!!slow 40 20"), stream=True)
        started = time.monotonic()
        arrivals = [time.monotonic() - started for _ in stream.text]
        assert stream.verdict.level is Level.SIGNED_SIMULATED
        assert arrivals[-1] - arrivals[0] > 0.3, "the attested key releases text before the receipt is there"


def test_simulated_evidence_is_not_good_enough_for_attested(gateway: Gateway, policy: Policy) -> None:
    with Client(gateway.url, gateway.api_key, replace(policy, floor=Level.ATTESTED)) as client:
        with pytest.raises(AnswerRefused) as refused:
            client.chat.completions.create(model=GPT, messages=say("one"))
        stream = client.chat.completions.create(model=GPT, messages=say("!!slow 20 20"), stream=True)
        shown: list[str] = []
        with pytest.raises(AnswerRefused):
            shown.extend(stream.text)
    assert refused.value.check == "level"
    assert shown == [], "a key below the floor releases nothing"


def test_an_unknown_node_is_refused(gateway: Gateway) -> None:
    with Client(gateway.url, gateway.api_key, Policy()) as client, pytest.raises(AnswerRefused) as refused:
        client.chat.completions.create(model=GPT, messages=say("one"))
    assert refused.value.check == "level"


def test_a_changed_answer_is_refused(gateway: Gateway, policy: Policy) -> None:
    meddler = Meddler(lambda body: body.replace(b"three", b"seven"))
    with Client(gateway.url, gateway.api_key, policy, transport=meddler) as client:
        with pytest.raises(AnswerRefused) as refused:
            client.chat.completions.create(model=GPT, messages=say("one two three"))
        stream = client.chat.completions.create(model=GPT, messages=say("one two three"), stream=True)
        with pytest.raises(AnswerRefused) as refused_stream:
            list(stream)
    assert refused.value.check == "opening"
    assert refused_stream.value.check in {"chunks", "opening"}


def test_provisional_shows_first_and_judges_at_the_end(gateway: Gateway, policy: Policy) -> None:
    meddler = Meddler(lambda body: body.replace(b"data: [DONE]", b"data: [DINE]"))
    with Client(gateway.url, gateway.api_key, policy, provisional=True, transport=meddler) as client:
        stream = client.chat.completions.create(model=GPT, messages=say("one two three"), stream=True)
        shown: list[str] = []
        with pytest.raises(assay.AssayError):
            shown.extend(stream.text)
    assert "".join(shown) == "one two three"
    assert stream.provisional


def test_a_provider_that_breaks_off_is_an_error_under_a_receipt(client: Client) -> None:
    stream = client.chat.completions.create(
        model=GPT, messages=say("!!half\none two three four"), stream=True
    )
    with pytest.raises(GatewayError) as failed:
        list(stream)
    assert failed.value.code.startswith("provider_")
    assert stream.receipt.statement.answer.outcome == "provider_broke"


def test_errors_keep_their_code_and_status(client: Client, gateway: Gateway, policy: Policy) -> None:
    with pytest.raises(GatewayError) as unknown:
        client.chat.completions.create(model="no-such-model", messages=say("one"))
    with Client(gateway.url, "sk-wrong", policy) as stranger, pytest.raises(GatewayError) as unpaid:
        stranger.messages.create(model=CLAUDE, max_tokens=9, messages=say("one"), stream=True)
    assert (unknown.value.status, unknown.value.code) == (404, "model_not_found")
    assert (unpaid.value.status, unpaid.value.code) == (401, "invalid_api_key")


def test_nobody_there(policy: Policy) -> None:
    with Client("http://127.0.0.1:9", "key", policy) as client, pytest.raises(GatewayUnreachable):
        client.models.list()


def test_every_verified_answer_is_kept(gateway: Gateway, policy: Policy, tmp_path: Path) -> None:
    store = ReceiptStore(tmp_path / "receipts")
    with Client(gateway.url, gateway.api_key, policy, store=store) as client:
        answer = client.chat.completions.create(model=GPT, messages=say("one"))
        stream = client.chat.completions.create(model=GPT, messages=say("two"), stream=True)
        list(stream)
    assert [kept.id for kept in store.list()] == [stream.receipt.id, answer.receipt.id]


async def test_async_chat(async_client: AsyncClient) -> None:
    answer = await async_client.chat.completions.create(model=GPT, messages=say("one two three"))
    bundle = await answer.bundle(complete=True, timeout=10)
    models = await async_client.models.list()
    assert answer.text == "one two three"
    assert bundle.proof is not None
    assert len(models.data) > 1


async def test_async_stream(async_client: AsyncClient) -> None:
    stream = await async_client.chat.completions.create(
        model=CLAUDE, messages=say("one two three"), stream=True
    )
    assert "".join([piece async for piece in stream.text]) == "one two three"
    assert stream.verdict.level is Level.SIGNED_SIMULATED
    assert (await stream.bundle()).answer


async def test_async_errors(async_client: AsyncClient) -> None:
    with pytest.raises(GatewayError, match="model_not_found"):
        await async_client.chat.completions.create(model="none", messages=say("one"), stream=True)
