"""Each operation leads to its own path at the provider, under a receipt that says what it cost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from tests.unit.engines.inference.peer import Peer, Script, answers, cuts, peer
from tests.unit.services.gateway.in_process import node

from assay.trust.envelope import Envelope

MODEL = """
[[models]]
id = "mine"
targets = ["local:theirs"]
price = { input = 1_000_000, output = 2_000_000, image = 40_000 }
default_for = ["responses.input_tokens", "images.variations"]
"""


def json_answer(value: Any, status: int = 200) -> Script:
    return answers(orjson.dumps(value), status, content_type="application/json")


def predicate(response: httpx2.Response) -> dict[str, Any]:
    """What the receipt says that came with an answer."""
    delivered = orjson.dumps(response.json()["assay"]["receipt"], option=orjson.OPT_SORT_KEYS)
    claims: dict[str, Any] = orjson.loads(Envelope.from_bytes(delivered).payload)["predicate"]
    return claims


async def post(
    home: Path, provider: Peer, path: str, body: dict[str, Any], **more: Any
) -> tuple[httpx2.Response, dict[str, Any]]:
    async with node(home, provider, models=MODEL) as client:
        response = await client.post(path, json=body, **more)
        assert response.status_code == 200, response.text
        return response, predicate(response)


USAGE = {"input_tokens": 7, "output_tokens": 3}


@pytest.mark.parametrize(
    ("path", "operation", "answer", "cost"),
    [
        ("/v1/responses/compact", "responses.compact", {"id": "resp_1", "usage": USAGE}, 7 + 2 * 3),
        ("/v1/responses/input_tokens", "responses.input_tokens", {"input_tokens": 9}, 0),
        ("/v1/messages/count_tokens", "messages.count_tokens", {"input_tokens": 9}, 0),
        ("/v1/images/generations", "images.generations", {"data": [{}]}, 40_000),
    ],
)
async def test_what_an_operation_costs(
    tmp_path: Path, path: str, operation: str, answer: dict[str, Any], cost: int
) -> None:
    async with peer(json_answer(answer)) as provider:
        _, claims = await post(tmp_path, provider, path, {"model": "mine", "input": "one"})
    assert (claims["operation"], claims["cost"]) == (operation, cost)
    (asked,) = provider.seen
    assert asked.path == path
    assert orjson.loads(asked.body) == {"model": "theirs", "input": "one"}


async def test_more_pictures_than_were_asked_for_are_a_gift(tmp_path: Path) -> None:
    """Only one was reserved for; the receipt says that there were two, and that one was paid."""
    async with peer(json_answer({"data": [{}, {}]})) as provider:
        asked = {"model": "mine", "prompt": "dots"}
        _, claims = await post(tmp_path, provider, "/v1/images/generations", asked)
    assert claims["usage"]["images"] == 2
    assert 40_000 < claims["cost"] < 42_000, "one picture, and what was reserved for the request"
    assert claims["payment"]["capped"] is True
    assert claims["answer"]["outcome"] == "completed"


async def test_a_moderation_without_usage_costs_its_own_length(tmp_path: Path) -> None:
    async with peer(json_answer({"id": "modr-1", "model": "theirs-1", "results": []})) as provider:
        _, claims = await post(tmp_path, provider, "/v1/moderations", {"model": "mine", "input": "x" * 400})
    assert claims["usage"]["source"] == "node"
    assert 100 <= claims["cost"] < 120


async def test_a_model_left_out_is_told_to_the_provider(tmp_path: Path) -> None:
    async with peer(json_answer({"input_tokens": 9})) as provider:
        _, claims = await post(tmp_path, provider, "/v1/responses/input_tokens", {"input": "one"})
    assert claims["model"]["requested"] == "mine"
    assert orjson.loads(provider.seen[0].body) == {"input": "one", "model": "theirs"}


async def test_a_form_names_the_providers_model(tmp_path: Path) -> None:
    """Whether it named ours or none; the receipt commits to what came and to what went on."""
    picture = b"\x89PNG\r\n\r\n\x00"
    async with (
        peer(json_answer({"data": [{}]})) as provider,
        node(tmp_path, provider, models=MODEL) as client,
    ):
        for data in ({"model": "mine", "n": "1"}, {"n": "1"}):
            response = await client.post(
                "/v1/images/variations", data=data, files={"image": ("a.png", picture, "image/png")}
            )
            claims = predicate(response)
            assert claims["model"]["requested"] == "mine"
            assert claims["request"]["fields"] == {}
            assert claims["upstream"]["sent"] != claims["request"]["body"]
            assert claims["cost"] == 40_000
    for asked in provider.seen:
        assert asked.headers["content-type"].startswith("multipart/form-data")
        assert b'name="model"\r\n\r\ntheirs\r\n' in asked.body
        assert b"mine" not in asked.body
        assert picture in asked.body


async def test_more_pictures_than_an_account_can_pay_are_not_drawn(tmp_path: Path) -> None:
    async with (
        peer(json_answer({"data": [{}]})) as provider,
        node(tmp_path, provider, models=MODEL) as client,
    ):
        response = await client.post(
            "/v1/images/variations", data={"n": "99999"}, files={"image": ("a.png", b"x", "image/png")}
        )
    assert response.status_code == 402
    assert provider.seen == []


async def test_a_provider_left_alone_is_a_503(tmp_path: Path) -> None:
    body = {"model": "mine", "messages": []}
    async with peer(cuts) as provider, node(tmp_path, provider, models=MODEL) as client:
        codes = [
            (response.status_code, response.json()["error"]["code"])
            for response in [await client.post("/v1/chat/completions", json=body) for _ in range(3)]
        ]
    assert codes[0] == (502, "provider_unreachable")
    assert codes[-1] == (503, "provider_circuit_open")
