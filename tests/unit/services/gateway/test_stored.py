"""Stored answers: fetched from whoever keeps them, with the node's key and for account holders only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.engines.inference.peer import Script, answers, peer
from tests.unit.services.gateway.in_process import node

from assay.apps.network.home import Home
from assay.apps.network.node import Node
from assay.errors import ConfigError

STORED = answers(b'{"id":"chatcmpl-1"}', content_type="application/json", x_secret="kept")
ANSWER = answers(b'{"id":"chatcmpl-1","model":"m","choices":[]}', content_type="application/json")


async def test_an_answer_is_asked_of_the_provider_that_gave_it(tmp_path: Path) -> None:
    async with peer(STORED) as first, peer(ANSWER, STORED) as second, node(tmp_path, first, second) as client:
        body = {"model": "second/m", "messages": []}
        assert (await client.post("/v1/chat/completions", json=body)).status_code == 200
        assert (await client.get("/v1/chat/completions/chatcmpl-1")).status_code == 200
        assert (await client.get("/v1/chat/completions/chatcmpl-of-nobody")).status_code == 200
    assert [exchange.path for exchange in second.seen] == [
        "/v1/chat/completions",
        "/v1/chat/completions/chatcmpl-1",
    ]
    assert [exchange.path for exchange in first.seen] == ["/v1/chat/completions/chatcmpl-of-nobody"]


async def test_the_reply_comes_back_untouched_under_the_nodes_key(tmp_path: Path) -> None:
    async with peer(STORED) as first, node(tmp_path, first) as client:
        answer = await client.post("/v1/chat/completions/chatcmpl-1?a=%20b", json={"metadata": {"a": "b"}})
    assert answer.content == b'{"id":"chatcmpl-1"}'
    assert "x-secret" not in answer.headers
    (asked,) = first.seen
    assert (asked.method, asked.path) == ("POST", "/v1/chat/completions/chatcmpl-1?a=%20b")
    assert asked.headers["authorization"] == "Bearer sk-node"
    assert json.loads(asked.body) == {"metadata": {"a": "b"}}


@pytest.mark.parametrize(
    ("reply", "status", "code"),
    [
        (answers(b"Incorrect API key provided: sk-no**", 401), 502, "provider_refused_node"),
        (answers(b"No access for sk-node", 403), 502, "provider_refused_node"),
    ],
)
async def test_what_a_provider_says_of_the_nodes_key_stays_here(
    tmp_path: Path, reply: Script, status: int, code: str
) -> None:
    async with peer(reply) as first, node(tmp_path, first) as client:
        answer = await client.get("/v1/responses/resp_1")
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    assert "sk-no" not in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/responses/.."),
        ("GET", "/v1/responses/%2e%2e"),
        ("DELETE", "/v1/models/..%2ffiles"),
        ("DELETE", "/v1/models/a%2fb"),
        ("GET", "/v1/responses/a%3fb"),
        ("GET", "/v1/responses/a%252e"),
        ("DELETE", "/v1/responses"),
        ("GET", "/v1/files/file-1"),
        ("PUT", "/v1/responses/resp_1"),
    ],
)
async def test_no_path_leads_anywhere_else(tmp_path: Path, method: str, path: str) -> None:
    async with peer(STORED) as first, node(tmp_path, first) as client:
        answer = await client.request(method, path)
    assert answer.status_code in (404, 405)
    assert first.seen == []


async def test_nothing_is_handed_out_unless_the_operator_says_so(tmp_path: Path) -> None:
    async with peer(STORED) as first, node(tmp_path, first, pass_through=False) as client:
        answer = await client.get("/v1/chat/completions/ID/messages")
        nobodys = await client.get("/v1/responses/resp_1", headers={"authorization": "Bearer assay-nobody"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "stored_answers_off")
    assert answer.json().keys() == {"error"}, "not in the shape of Anthropic, whose path also says messages"
    assert nobodys.status_code == 401
    assert first.seen == []


async def test_a_provider_that_stores_nothing_cannot_be_opened(tmp_path: Path) -> None:
    place = Home(tmp_path)
    place.create()
    place.catalogue.write_text('[[providers]]\nname = "local"\nkind = "local"\npass_through = true\n')
    with pytest.raises(ConfigError, match="stores nothing"):
        Node.open(place, {})
