"""A node that speaks OpenGradient's dialect, to callers who ask for it and to those who do not."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from eth_utils.crypto import keccak
from tests.unit.engines.inference.peer import Script, answers, peer
from tests.unit.services.gateway.in_process import node

from assay.engines.inference.operation import Operation
from assay.services.gateway.opengradient.canonical import request_bytes
from assay.trust.receipts.content import ANSWER
from assay.trust.receipts.delivery import take_from_body
from assay.trust.receipts.statement import Statement

NODE = """
[[models]]
id = "gpt-4.1-mini"
targets = ["local:gpt-4.1-mini"]
price = { input = 1_000_000, output = 2_000_000 }

[opengradient]
"""
CHAT = {
    "model": "gpt-4.1-mini",
    "messages": [{"role": "user", "content": "hi"}],
    "temperature": 0.0,
    "max_tokens": 100,
}
ASKING = {"X-SETTLEMENT-TYPE": "batch"}
USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
WHOLE = {
    "id": "c",
    "model": "gpt-4.1-mini",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hë"}, "finish_reason": "stop"}],
    "usage": USAGE,
    # Somebody else's, as a provider could have them that is such a gateway itself.
    "tee_id": "0x00",
}


@asynccontextmanager
async def client(home: Path, script: Script) -> AsyncIterator[httpx2.AsyncClient]:
    async with peer(script) as provider, node(home, provider, models=NODE) as client:
        yield client


def whole(value: Any) -> Script:
    return answers(orjson.dumps(value), content_type="application/json")


def stream(*chunks: dict[str, Any]) -> Script:
    events = [
        b"data: %s\n\n" % orjson.dumps({"id": "c", "model": "gpt-4.1-mini", **chunk}) for chunk in chunks
    ]
    return answers(b"".join([*events, b"data: [DONE]\n\n"]), content_type="text/event-stream")


def piece(delta: dict[str, Any], finish_reason: str | None = None, **more: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}], **more}


def events(response: httpx2.Response) -> list[dict[str, Any]]:
    lines = [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: {")]
    return [orjson.loads(line) for line in lines]


async def check_signature(
    client: httpx2.AsyncClient,
    proof: dict[str, Any],
    asked: dict[str, Any],
    output: str,
    operation: Operation = Operation.CHAT,
) -> None:
    key_page = (await client.get("/signing-key")).json()
    key = load_pem_public_key(key_page["public_key"].encode())
    assert isinstance(key, rsa.RSAPublicKey)
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert proof["tee_id"] == key_page["tee_id"] == f"0x{keccak(der).hex()}"
    request = keccak(request_bytes(operation, orjson.dumps(asked)))
    said = keccak(output.encode())
    assert (proof["tee_request_hash"], proof["tee_output_hash"]) == (request.hex(), said.hex())
    message = keccak(request + said + proof["tee_timestamp"].to_bytes(32))
    pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
    key.verify(base64.b64decode(proof["tee_signature"]), message, pss, hashes.SHA256())


async def test_a_whole_answer(tmp_path: Path) -> None:
    """What was added is in what the receipt is for; what the provider wrote is still there, byte for byte."""
    async with client(tmp_path, whole(WHOLE)) as asking:
        response = await asking.post("/v1/chat/completions", json=CHAT, headers=ASKING)
        await check_signature(asking, response.json(), CHAT, "Hë")
    answer, delivery = take_from_body(response.content)
    assert delivery is not None
    statement = Statement.from_bytes(delivery.receipt.payload)
    assert delivery.opening.commit(ANSWER, answer) == statement.answer.digest
    assert response.json()["opengradient"] == {"cost_usd": "0.000013"}
    assert statement.cost == 13
    assert answer.startswith(orjson.dumps(WHOLE).partition(b',"tee_id"')[0])
    assert answer.count(b'"tee_id"') == 1


async def test_who_does_not_ask(tmp_path: Path) -> None:
    async with client(tmp_path, whole(WHOLE)) as asking:
        response = await asking.post("/v1/chat/completions", json=CHAT | {"n": 2})
    answer, _ = take_from_body(response.content)
    assert answer == orjson.dumps(WHOLE)


async def test_a_completion_is_where_their_client_looks(tmp_path: Path) -> None:
    asked = {"model": "gpt-4.1-mini", "prompt": "2+2=", "temperature": 0.0}
    answer = {"id": "c", "choices": [{"index": 0, "text": "4", "finish_reason": "stop"}], "usage": USAGE}
    async with client(tmp_path, whole(answer)) as asking:
        response = (await asking.post("/v1/completions", json=asked, headers=ASKING)).json()
        await check_signature(asking, response, asked, "4", Operation.COMPLETIONS)
    assert response["completion"] == response["choices"][0]["text"] == "4"


@pytest.mark.parametrize("includes_usage", [True, False])
async def test_a_stream_has_one_last_frame(tmp_path: Path, includes_usage: bool) -> None:
    """The provider's last piece has text, and its usage comes behind; neither is lost, and neither is a last frame."""
    asked = CHAT | {"stream": True}
    if includes_usage:
        asked |= {"stream_options": {"include_usage": True}}
    script = stream(
        piece({"role": "assistant", "content": "H"}),
        piece({"content": "ë"}, "stop"),
        {"choices": [], "usage": USAGE},
    )
    async with client(tmp_path, script) as asking:
        response = await asking.post("/v1/chat/completions", json=asked, headers=ASKING)
        *pieces, last = events(response)
        await check_signature(asking, last, asked, "Hë")
    assert [one["choices"][0]["delta"].get("content") for one in pieces] == ["H", "ë"]
    assert not any(one["choices"][0]["finish_reason"] or "usage" in one for one in pieces)
    assert last["choices"] == [{"index": 0, "delta": {}, "finish_reason": "stop"}]
    assert last["usage"] == USAGE
    assert last["opengradient"] == {"cost_usd": "0.000013"}


async def test_a_stream_of_tool_calls(tmp_path: Path) -> None:
    asked = CHAT | {"stream": True}
    script = stream(
        piece(
            {
                "tool_calls": [
                    {"index": 0, "id": "c1", "type": "function", "function": {"name": "f", "arguments": ""}}
                ]
            }
        ),
        piece({"tool_calls": [{"index": 0, "function": {"arguments": '{"a"'}}]}),
        piece({"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}]}),
        piece({}, "tool_calls"),
    )
    async with client(tmp_path, script) as asking:
        response = await asking.post("/v1/chat/completions", json=asked, headers=ASKING)
        *pieces, last = events(response)
        called = '[{"function": {"arguments": "{\\"a\\":1}", "name": "f"}, "id": "c1", "type": "function"}]'
        await check_signature(asking, last, asked, called)
    assert len(pieces) == 3


async def test_a_stream_that_breaks_is_not_signed(tmp_path: Path) -> None:
    script = answers(
        b"data: %s\n\n" % orjson.dumps(piece({"content": "H"})), content_type="text/event-stream"
    )
    async with client(tmp_path, script) as asking:
        response = await asking.post("/v1/chat/completions", json=CHAT | {"stream": True}, headers=ASKING)
    assert "tee_signature" not in response.text
    assert events(response)[-1]["error"]["code"] == "provider_broken_stream"


@pytest.mark.parametrize(
    "chunk", [piece({"tool_calls": 1}), {"choices": [1]}, {"choices": {}}, {"choices": [{"delta": 1}]}]
)
async def test_a_stream_of_any_shape(tmp_path: Path, chunk: dict[str, Any]) -> None:
    async with client(tmp_path, stream(chunk)) as asking:
        response = await asking.post("/v1/chat/completions", json=CHAT | {"stream": True}, headers=ASKING)
    assert response.status_code == 200
    assert "internal_error" not in response.text


async def test_their_names_for_models(tmp_path: Path) -> None:
    """The signature is over the name as it was sent, the receipt names the model."""
    asked = CHAT | {"model": "TEE_LLM.GPT_4_1_MINI"}
    async with client(tmp_path, whole(WHOLE)) as asking:
        response = await asking.post("/v1/chat/completions", json=asked, headers=ASKING)
        await check_signature(asking, response.json(), asked, "Hë")
    _, delivery = take_from_body(response.content)
    assert delivery is not None
    assert Statement.from_bytes(delivery.receipt.payload).model.requested == "gpt-4.1-mini"


@pytest.mark.parametrize("settlement", ["private", "batch"])
async def test_ways_to_settle(tmp_path: Path, settlement: str) -> None:
    async with client(tmp_path, whole(WHOLE)) as asking:
        response = await asking.post(
            "/v1/chat/completions", json=CHAT, headers={"X-SETTLEMENT-TYPE": settlement}
        )
    assert response.json()["tee_signature"]


async def test_another_way_to_settle(tmp_path: Path) -> None:
    async with client(tmp_path, whole(WHOLE)) as asking:
        response = await asking.post(
            "/v1/chat/completions", json=CHAT, headers={"X-SETTLEMENT-TYPE": "individual"}
        )
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "settlement_unsupported"


async def test_a_node_without_the_dialect(tmp_path: Path) -> None:
    models = NODE.replace("[opengradient]", "")
    async with peer(whole(WHOLE)) as provider, node(tmp_path, provider, models=models) as asking:
        response = await asking.post("/v1/chat/completions", json=CHAT, headers=ASKING)
        page = await asking.get("/signing-key")
    assert "tee_signature" not in response.json()
    assert page.status_code == 404
