"""A whole node whose money is kept by either engine: calls by key and by login, and what is in the ledger after."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import jwt
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from tests.integration.accounts.ledgers import check_balanced
from tests.postgres_fixture import Postgres
from tests.unit.engines.inference.peer import answers, peer
from tests.unit.services.gateway.in_process import PROVIDER

from assay.apps.network.home import Home
from assay.apps.network.node import Node, utc_now
from assay.engines.inference.operation import Operation
from assay.engines.storage.errors import TablesUnavailable
from assay.errors import ConfigError
from assay.services.payments.accounts.account import Limits
from assay.services.payments.accounts.opening import open_with_play_money
from assay.services.payments.accounts.postgres import PostgresLedger

SETTINGS = """
[[models]]
id = "mine"
targets = ["local:theirs"]
price = { input = 1_000_000, output = 2_000_000 }

[[logins]]
issuer = "https://login.example.com"
audience = "assay"
jwks = "issuer.json"

[logins.budgets]
engineering = "acme/engineering"
"""
QUESTION = {"model": "mine", "messages": [{"role": "user", "content": "?"}], "max_tokens": 50}
COST = 7 + 2 * 3
ANSWER = answers(
    orjson.dumps({"id": "1", "model": "theirs", "usage": {"prompt_tokens": 7, "completion_tokens": 3}}),
    content_type="application/json",
)
FUNDS = 10**6
KEY = ec.generate_private_key(ec.SECP256R1())


def login(group: str) -> str:
    now = int(utc_now().timestamp())
    claims = {"iss": "https://login.example.com", "aud": "assay", "sub": "somebody", "groups": [group]}
    return jwt.encode(claims | {"iat": now, "exp": now + 600}, KEY, "ES256", headers={"kid": "one"})


@pytest.fixture(params=["sqlite", "postgres"])
async def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Of a node in ``tmp_path``, furnished but for its provider."""
    Home(tmp_path).create()
    public = ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True) | {"kid": "one"}
    (tmp_path / "issuer.json").write_text(json.dumps({"keys": [public]}))
    settings, variables = SETTINGS, {"KEY": "sk-node"}
    if request.param == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        settings += '[storage]\npostgres_env = "MONEY"\n'
        variables["MONEY"] = await server.fresh()
    Home(tmp_path).catalogue.write_text(settings)
    return variables


async def ask(node: Node, credential: str, **changes: object) -> httpx2.Response:
    transport = httpx2.ASGITransport(node.gateway)
    headers = {"authorization": f"Bearer {credential}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://node", headers=headers) as client:
        return await client.post("/v1/chat/completions", json=QUESTION | changes)


async def test_calls_by_key_and_by_login(tmp_path: Path, environment: dict[str, str]) -> None:
    home = Home(tmp_path)
    async with peer(ANSWER) as provider:
        speaks = [operation.value for operation in Operation]
        table = PROVIDER.format(name="local", url=provider.url, speaks=speaks, pass_through="false")
        home.catalogue.write_text(table + home.catalogue.read_text())
        async with Node.open(home, environment) as node:
            key = await open_with_play_money(node.ledger, "acme", FUNDS, utc_now())
            account = await node.ledger.account("acme")
            await node.ledger.let_spend(account, "engineering", Limits(per_call=5000, models=("mine",)))
            assert (await ask(node, key)).status_code == 200
            assert (await ask(node, login("engineering"))).status_code == 200
            too_much = await ask(node, login("engineering"), max_tokens=5000)
            assert (too_much.status_code, too_much.json()["error"]["code"]) == (402, "limit_reached")
            for stranger in (login("sales"), login("engineering")[:-3], "assay-nobody"):
                refused = await ask(node, stranger)
                assert (refused.status_code, refused.json()["error"]["code"]) == (401, "invalid_api_key")
        async with Node.open(home, environment) as node:
            assert (await node.ledger.account("acme")).balance == FUNDS - 2 * COST
            spent = {member.name: member.spent for member in await node.ledger.members(account)}
            assert spent == {"owner": COST, "engineering": COST}
            await check_balanced(node.ledger)
            assert (await ask(node, key)).status_code == 200
    assert (tmp_path / "ledger.sqlite").exists() == ("MONEY" not in environment)


def test_a_variable_that_is_not_set(tmp_path: Path) -> None:
    Home(tmp_path).catalogue.write_text('[storage]\npostgres_env = "MONEY"\n')
    with pytest.raises(ConfigError, match="MONEY"):
        Node.open(Home(tmp_path), {})


async def test_the_url_of_a_database_is_never_told() -> None:
    for url in ("postgresql://user:secret@127.0.0.1:1/money", "secret://", "postgresql://user:secret@[::1"):
        with pytest.raises(TablesUnavailable) as refused:
            await PostgresLedger(url).accounts()
        assert "secret" not in str(refused.value)
