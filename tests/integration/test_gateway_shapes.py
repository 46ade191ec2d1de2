"""Requests that are no chat: forms, pictures that stream, defaults, moderation, listings, stored answers."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from openai import OpenAI
from tests.gateway_fixture import CLAUDE, GPT, PAINTER, PROVIDER_KEY, Gateway
from tests.integration.running import RunningGateway, chat
from tests.upstreams import ScriptedUpstream

import assay
from assay import Level, Verified
from assay.engines.inference.catalogue import Catalogue
from assay.engines.inference.configuration import load_catalogue
from assay.engines.inference.operation import Operation
from assay.errors import ConfigError

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def verified() -> list[Verified]:
    return []


@pytest.fixture
def client(gateway: Gateway, verified: list[Verified]) -> OpenAI:
    """The stock SDK, which sees only what verified."""
    policy = assay.published_policy(gateway.openai_url)
    return assay.openai(
        base_url=gateway.openai_url, api_key=gateway.api_key, policy=policy, on_verified=verified.append
    )


def test_a_form_goes_out_byte_for_byte_and_its_receipt_covers_every_byte(
    client: OpenAI, gateway: Gateway, verified: list[Verified]
) -> None:
    image = client.images.edit(model=PAINTER, image=("a.png", PNG), prompt="more light")
    assert image.data is not None
    assert image.data[0].b64_json
    sent = gateway.journal.last
    (answer,) = verified
    statement = answer.receipt.statement
    assert statement.operation == "images.edits"
    assert statement.request.fields == {}
    assert answer.bundle.request == sent.body
    assert PNG in sent.body
    assert statement.upstream.sent == statement.request.body
    assert statement.usage.images == 1
    assert answer.verdict.level is Level.SIGNED_SIMULATED


def test_a_changed_form_is_rejected(client: OpenAI, verified: list[Verified], gateway: Gateway) -> None:
    client.images.create_variation(image=("a.png", PNG))
    (answer,) = verified
    policy, at = assay.published_policy(gateway.openai_url), answer.receipt.statement.issued_at
    request = bytearray(answer.bundle.request or b"")
    request[-20] ^= 1
    changed = assay.Bundle(
        answer.bundle.receipt, answer.bundle.opening, bytes(request), answer.bundle.answer, None, {}
    )
    verdict = assay.verify(changed, policy, at)
    assert [check.name for check in verdict.failures] == ["opening"]


def test_pictures_stream_and_are_charged_by_the_piece(client: OpenAI, verified: list[Verified]) -> None:
    events = list(client.images.generate(prompt="a heron", stream=True, partial_images=2))
    assert [event.type for event in events] == [
        *["image_generation.partial_image"] * 2,
        "image_generation.completed",
    ]
    (answer,) = verified
    assert answer.receipt.statement.answer.outcome == "completed"
    assert answer.receipt.statement.usage.images == 1
    assert answer.receipt.statement.cost >= 40_000


def test_a_request_without_a_model_goes_to_the_default(client: OpenAI, verified: list[Verified]) -> None:
    assert client.responses.create(input="one two").output_text == "one two"
    assert client.moderations.create(input="one two").results
    chosen = [answer.receipt.statement.model.requested for answer in verified]
    assert chosen == [GPT, "omni-moderation-2024-09-26"]
    assert "model" not in verified[0].receipt.statement.request.fields


def test_without_a_default_a_model_must_be_named(gateway: Gateway) -> None:
    answer = httpx2.post(
        f"{gateway.openai_url}/chat/completions",
        json={"messages": []},
        headers={"authorization": f"Bearer {gateway.api_key}"},
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == "model"


@pytest.mark.parametrize("body", [b"", b"--x", b'{"prompt":"a"}'])
def test_what_is_no_form_is_refused(gateway: Gateway, body: bytes) -> None:
    answer = httpx2.post(
        f"{gateway.openai_url}/images/edits",
        content=body,
        headers={
            "authorization": f"Bearer {gateway.api_key}",
            "content-type": "multipart/form-data; boundary=b",
        },
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_form"


def test_stored_answers_come_back_untouched_with_the_nodes_key(gateway: Gateway) -> None:
    headers = {"authorization": f"Bearer {gateway.api_key}"}
    answer = httpx2.get(f"{gateway.openai_url}/responses/resp_1?include=x", headers=headers)
    assert answer.status_code == 200
    assert answer.json()["id"] == "resp_1"
    asked = gateway.journal.last
    assert (asked.method, asked.path) == ("GET", "/v1/responses/resp_1?include=x")
    assert asked.headers["authorization"] == f"Bearer {PROVIDER_KEY}"


def test_stored_answers_need_a_key(gateway: Gateway) -> None:
    assert httpx2.get(f"{gateway.openai_url}/responses/resp_1").status_code == 401


@pytest.fixture(scope="module")
def closed(upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    """A node as it comes, with no provider opened for stored answers."""
    running = RunningGateway(tmp_path_factory.mktemp("closed") / "home", upstream.url)
    running.prepare()
    running.start()
    yield running
    running.stop()


def test_stored_answers_are_off_unless_the_operator_opens_them(closed: RunningGateway) -> None:
    with closed.client() as client:
        client.post("/v1/chat/completions", json=chat("hello")).raise_for_status()
        answer = client.delete("/v1/responses/resp_1")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "stored_answers_off"


def listing(gateway: Gateway, **query: Any) -> dict[str, Any]:
    headers = {"anthropic-version": "2023-06-01", "x-api-key": gateway.api_key}
    page: dict[str, Any] = httpx2.get(f"{gateway.url}/v1/models", params=query, headers=headers).json()
    return page


def test_anthropics_pages_walk_through_all_models_once(gateway: Gateway) -> None:
    whole = [model["id"] for model in listing(gateway, limit=1000)["data"]]
    seen: list[str] = []
    page = listing(gateway, limit=2)
    seen += [model["id"] for model in page["data"]]
    while page["has_more"]:
        page = listing(gateway, limit=2, after_id=page["last_id"])
        seen += [model["id"] for model in page["data"]]
    assert seen == whole
    assert CLAUDE in whole
    back = listing(gateway, limit=2, before_id=whole[3])
    assert [model["id"] for model in back["data"]] == whole[1:3]


def catalogue(*defaults: str) -> Catalogue:
    entries = [
        f'[[models]]\nid = "m{n}"\ntargets = ["local:m"]\nprice = {{}}\ndefault_for = ["{name}"]\n'
        for n, name in enumerate(defaults)
    ]
    return load_catalogue("\n".join(entries), {})


def test_defaults_are_read_strictly() -> None:
    assert catalogue("responses").default(Operation.RESPONSES) is not None
    assert catalogue("responses").default(Operation.CHAT) is None
    with pytest.raises(ConfigError, match="both the default"):
        catalogue("responses", "responses")
    with pytest.raises(ConfigError, match="no operation"):
        catalogue("response")


def test_the_log_is_served_as_files(gateway: Gateway, tmp_path: Path) -> None:
    checkpoint = httpx2.get(f"{gateway.url}/log/checkpoint")
    assert checkpoint.status_code == 200
    assert checkpoint.text.startswith("assay.local/")
    for name in ("journal/0", "../keys/log-key", "tile/0/000.p/0", "tile/64/000", "tile/entries/../000"):
        assert httpx2.get(f"{gateway.url}/log/{name}").status_code == 404
