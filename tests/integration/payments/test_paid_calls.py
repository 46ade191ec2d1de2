"""A node on a chain, asked by the stock x402 client over HTTP: 402, a signature, an answer with its receipt."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from tests.integration.payments.conftest import Payer
from tests.unit.engines.inference.peer import Peer, answers, cuts, peer
from tests.unit.services.gateway.in_process import PROVIDER
from x402 import x402Client
from x402.http import x402HTTPClient
from x402.http.clients.httpx import x402AsyncTransport
from x402.http.utils import decode_payment_required_header, decode_payment_response_header
from x402.mechanisms.evm.exact.client import ExactEvmScheme
from x402.mechanisms.evm.upto.client import UptoEvmScheme

from assay.apps.network.home import Home
from assay.apps.network.node import Node, utc_now
from assay.engines.chain.local import CHAIN_ID
from assay.engines.inference.operation import Operation
from assay.services.payments.accounts.opening import open_with_play_money
from assay.services.payments.payment import State
from assay.trust.receipts.delivery import Delivery
from assay.trust.receipts.price_table import check_published
from assay.trust.receipts.statement import Statement

MODEL = """
[[models]]
id = "mine"
targets = ["local:theirs"]
price = { input = 1_000_000, output = 2_000_000 }

[payments]
rpc = "%s"
chain_id = 31337
opg_usd = "0.10"
"""
QUESTION = {"model": "mine", "messages": [{"role": "user", "content": "?"}], "max_tokens": 50}
PATH = "/v1/chat/completions"
ANSWER = answers(
    orjson.dumps({"id": "1", "model": "theirs", "usage": {"prompt_tokens": 7, "completion_tokens": 3}}),
    content_type="application/json",
)
COST = 7 + 2 * 3


@asynccontextmanager
async def node(root: Path, town_home: Home, chain_url: str, provider: Peer) -> AsyncIterator[Node]:
    home = Home(root)
    home.create()
    known = home.deployments(CHAIN_ID)
    known.parent.mkdir(parents=True, exist_ok=True)
    known.write_bytes(town_home.deployments(CHAIN_ID).read_bytes())
    speaks = [operation.value for operation in Operation]
    tables = PROVIDER.format(name="local", url=provider.url, speaks=speaks, pass_through="false")
    home.catalogue.write_text(tables + MODEL % chain_url)
    async with Node.open(home, {"KEY": "sk-node"}) as running:
        yield running


@pytest.fixture
async def provider() -> AsyncIterator[Peer]:
    async with peer(ANSWER) as scripted:
        yield scripted


@pytest.fixture
async def running(tmp_path: Path, town_home: Home, chain_url: str, provider: Peer) -> AsyncIterator[Node]:
    async with node(tmp_path / "node", town_home, chain_url, provider) as running:
        yield running


def client_of(payer: Payer, running: Node, *schemes: Any) -> httpx.AsyncClient:
    """The stock client, with what a newcomer sets: that it may spend OPG."""
    opg = payer.town.token.address
    x402 = x402Client().set_spend_controls({"allowed_assets": [{"network": "eip155:31337", "asset": opg}]})
    for scheme in schemes or (UptoEvmScheme, ExactEvmScheme):
        x402.register("eip155:*", scheme(payer.wallet))
    transport = x402AsyncTransport(x402HTTPClient(x402), httpx.ASGITransport(running.gateway))
    return httpx.AsyncClient(transport=transport, base_url="http://node")


def unpaid(running: Node, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(running.gateway), base_url="http://node", headers=headers
    )


def statement_in(response: httpx.Response) -> Statement:
    return Statement.from_bytes(Delivery.from_json(response.json()["assay"]).receipt.payload)


@pytest.mark.parametrize(("scheme", "rail"), [(UptoEvmScheme, "upto"), (ExactEvmScheme, "exact")])
async def test_the_stock_client_pays_and_gets_a_receipt(
    running: Node, payer: Payer, scheme: Any, rail: str
) -> None:
    async with client_of(payer, running, scheme) as client:
        response = await client.post(PATH, json=QUESTION)
        statement = statement_in(response)
        table = (await client.get(f"/prices/{statement.price_table}")).content
    assert response.status_code == 200
    assert statement.cost == COST
    assert statement.payment.rail == rail
    published = check_published(statement, table)
    assert published.opg is not None
    due = published.opg.units(COST)
    assert statement.payment.amount == due if rail == "upto" else statement.payment.amount > due
    settlement = decode_payment_response_header(response.headers["payment-response"])
    assert (settlement.payer, settlement.amount) == (payer.wallet.address, str(statement.payment.amount))
    assert response.headers["cache-control"] == "private, no-store"


async def test_a_stream_is_paid(tmp_path: Path, town_home: Home, chain_url: str, payer: Payer) -> None:
    events = [
        b'data: {"id":"1","model":"theirs","choices":[{"index":0,"delta":{"content":"!"}}]}\n\n',
        b'data: {"id":"1","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}\n\n',
        b"data: [DONE]\n\n",
    ]

    async def as_events(exchange: Any) -> None:
        await exchange.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
        )
        await exchange.write(b"".join(events))
        exchange.writer.close()

    async with (
        peer(as_events) as provider,
        node(tmp_path / "node", town_home, chain_url, provider) as running,
        client_of(payer, running) as client,
    ):
        response = await client.post(PATH, json={**QUESTION, "stream": True})
    assert response.status_code == 200
    settlement = decode_payment_response_header(response.headers["payment-response"])
    assert (settlement.success, settlement.transaction, settlement.amount) == (True, "", None)
    (receipt,) = (line for line in response.content.split(b"\n") if line.startswith(b": assay-receipt "))
    delivered = Delivery.from_json(orjson.loads(receipt.removeprefix(b": assay-receipt ")))
    statement = Statement.from_bytes(delivered.receipt.payload)
    assert (statement.payment.rail, statement.cost) == ("upto", COST)


async def test_twelve_concurrent_copies_run_the_model_once(
    running: Node, payer: Payer, provider: Peer
) -> None:
    body = orjson.dumps(QUESTION)
    async with unpaid(running) as client:
        asked = await client.post(PATH, content=body)
        required = decode_payment_required_header(asked.headers["payment-required"])
        payload = await payer.sign(required, "upto", "permit2")
        headers = x402HTTPClient(x402Client()).encode_payment_signature_header(payload)
        answered = await asyncio.gather(
            *(client.post(PATH, content=body, headers=headers) for _ in range(12))
        )
    assert sorted(response.status_code for response in answered) == [200] + [402] * 11
    assert len(provider.seen) == 1


async def test_a_provider_that_fails_costs_nothing(
    tmp_path: Path, town_home: Home, chain_url: str, payer: Payer
) -> None:
    async with (
        peer(cuts) as provider,
        node(tmp_path / "node", town_home, chain_url, provider) as running,
        client_of(payer, running) as client,
    ):
        assert (await client.post(PATH, json=QUESTION)).status_code == 502
        assert running._signed is not None
        await running._signed.flush()
        assert len(await running._signed.books.in_state(State.EXPIRED)) == 1


async def test_who_has_nothing_is_asked_in_both_versions(running: Node) -> None:
    async with unpaid(running) as client:
        response = await client.post(PATH, json=QUESTION)
    assert response.status_code == 402
    assert response.json()["x402Version"] == 1
    assert len(response.json()["accepts"]) == 1
    required = decode_payment_required_header(response.headers["payment-required"])
    assert [each.scheme for each in required.accepts][:3] == ["upto", "exact", "exact"]
    assert len(response.headers["payment-required"]) < 2048


async def test_an_sdk_with_a_placeholder_reads_its_own_dialect(running: Node) -> None:
    async with unpaid(running, authorization="Bearer 0x0") as client:
        response = await client.post(PATH, json=QUESTION)
    assert response.status_code == 402
    assert response.json()["error"]["code"] == "payment_required"
    assert "payment-required" in response.headers


async def test_a_payment_that_is_none(running: Node) -> None:
    async with unpaid(running) as client:
        response = await client.post(PATH, json=QUESTION, headers={"payment-signature": "e30"})
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "payment_malformed"


async def test_a_key_opens_its_account_as_ever(running: Node) -> None:
    key = await open_with_play_money(running.ledger, "tests", 10**9, utc_now())
    async with unpaid(running, authorization=f"Bearer {key}") as client:
        response = await client.post(PATH, json=QUESTION)
    assert statement_in(response).payment.rail == "account"
    assert "payment-response" not in response.headers


async def test_no_approval_is_412(running: Node, make_payer: Callable[..., Awaitable[Payer]]) -> None:
    payer = await make_payer(approved=0)
    async with client_of(payer, running, UptoEvmScheme) as client:
        response = await client.post(PATH, json=QUESTION)
    assert response.status_code == 412
    required = decode_payment_required_header(response.headers["payment-required"])
    assert required.error == "permit2_allowance_required"


def test_x402_is_for_nodes_on_a_chain() -> None:
    seen = (
        "import sys, assay.apps.network.node; print({'x402', 'pydantic', 'eth_account'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
