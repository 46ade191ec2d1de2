"""The stock x402 client opens a channel and pays over it, call after call; what is owed is claimed on the chain."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import orjson
import pytest
from tests.integration.payments.conftest import Payer, Town
from tests.integration.payments.test_paid_calls import COST, PATH, QUESTION, node, statement_in
from tests.unit.engines.inference.peer import Peer, cuts, peer
from x402 import x402Client
from x402.http import x402HTTPClient
from x402.http.clients.httpx import x402AsyncTransport
from x402.http.utils import decode_payment_required_header, decode_payment_response_header
from x402.mechanisms.evm.batch_settlement.client import BatchSettlementEvmScheme

from assay.apps.network.home import Home
from assay.apps.network.node import Node
from assay.engines.chain.bindings.batch_settlement import BatchSettlement
from assay.engines.chain.canonical import X402_BATCH_SETTLEMENT
from assay.services.payments.payment import State

ETHER = 10**18


@pytest.fixture
async def running(tmp_path: Any, town_home: Home, chain_url: str, provider: Peer, town: Town) -> Any:
    async with node(tmp_path / "node", town_home, chain_url, provider) as running:
        assert running._signed is not None
        await town.chain.rpc.call("anvil_setBalance", running._signed.terms.payee, hex(ETHER))
        yield running


@pytest.fixture
async def provider() -> Any:
    from tests.integration.payments.test_paid_calls import ANSWER

    async with peer(ANSWER) as scripted:
        yield scripted


class Channel:
    """A payer with a channel, as the stock client keeps it."""

    def __init__(self, payer: Payer, running: Node) -> None:
        self.scheme = BatchSettlementEvmScheme(payer.wallet)
        client = x402Client().set_spend_controls(False)
        client.register("eip155:*", self.scheme)
        transport = x402AsyncTransport(x402HTTPClient(client), httpx.ASGITransport(running.gateway))
        self.http = httpx.AsyncClient(transport=transport, base_url="http://node")
        self.plain = httpx.AsyncClient(transport=httpx.ASGITransport(running.gateway), base_url="http://node")

    async def ask(self, **more: Any) -> httpx.Response:
        return await self.http.post(PATH, json={**QUESTION, **more})

    async def sign(self, **more: Any) -> tuple[bytes, dict[str, str]]:
        """A request and the payment for it, not sent yet."""
        body = orjson.dumps({**QUESTION, **more})
        asked = await self.plain.post(PATH, content=body)
        required = decode_payment_required_header(asked.headers["payment-required"])
        wanted = [each for each in required.accepts if each.scheme == "batch-settlement"]
        client = x402Client().set_spend_controls(False)
        client.register("eip155:*", self.scheme)
        payload = await client.create_payment_payload(required.model_copy(update={"accepts": wanted}))
        return body, x402HTTPClient(client).encode_payment_signature_header(payload)

    async def send(self, body: bytes, headers: dict[str, str]) -> httpx.Response:
        return await self.plain.post(PATH, content=body, headers=headers)


@pytest.fixture
async def channel(payer: Payer, running: Node) -> Channel:
    return Channel(payer, running)


async def test_a_deposit_and_then_a_signature_a_call(channel: Channel, running: Node, town: Town) -> None:
    signed = running._signed
    assert signed is not None
    paid = 0
    for number in range(3):
        answer = await channel.ask(user=str(number))
        assert answer.status_code == 200, answer.text
        payment = statement_in(answer).payment
        assert payment.rail == "channel"
        assert payment.amount == signed.rate.units(COST)
        paid += payment.amount
        settled = decode_payment_response_header(answer.headers["payment-response"])
        assert settled.extra is not None
        assert settled.extra["channelState"]["chargedCumulativeAmount"] == str(paid)
    before = await town.chain.read(town.token.balanceOf(signed.terms.payee))
    await signed.flush()
    assert await signed.claims.claim() == 3
    assert await town.chain.read(town.token.balanceOf(signed.terms.payee)) - before == paid
    assert await signed.claims.claim() == 0, "nothing is claimed twice"
    assert len(await signed.books.in_state(State.SETTLED)) == 3


async def test_a_claim_that_the_books_forgot_is_seen_on_the_chain(
    channel: Channel, running: Node, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = running._signed
    assert signed is not None
    assert (await channel.ask()).status_code == 200
    await signed.flush()

    async def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(signed.books, "settle", dies)
        with pytest.raises(KeyboardInterrupt):
            await signed.claims.claim()
    before = await town.chain.read(town.token.balanceOf(signed.terms.payee))
    assert await signed.claims.claim() == 1
    assert await town.chain.read(town.token.balanceOf(signed.terms.payee)) == before


async def test_twelve_copies_of_a_voucher_run_the_model_once(channel: Channel, provider: Peer) -> None:
    assert (await channel.ask()).status_code == 200
    ran = len(provider.seen)
    body, headers = await channel.sign(user="again")
    answered = await asyncio.gather(*(channel.send(body, headers) for _ in range(12)))
    assert sorted(response.status_code for response in answered) == [200] + [402] * 11
    assert len(provider.seen) == ran + 1
    assert (await channel.send(body, headers)).status_code == 402, "nor is it good later"


async def test_a_voucher_for_one_request_opens_no_other(channel: Channel, provider: Peer) -> None:
    assert (await channel.ask()).status_code == 200
    ran = len(provider.seen)
    _, headers = await channel.sign(user="one")
    body, _ = await channel.sign(user="two")
    assert (await channel.send(body, headers)).status_code == 402
    assert len(provider.seen) == ran


async def test_a_payer_that_counts_wrongly_is_told_where_the_channel_stands(
    channel: Channel, payer: Payer, running: Node
) -> None:
    answer = await channel.ask()
    charged = statement_in(answer).payment.amount
    forgetful = Channel(payer, running)
    body, headers = await forgetful.sign(user="new")
    refused = await forgetful.send(body, headers)
    assert refused.status_code == 402
    required = decode_payment_required_header(refused.headers["payment-required"])
    (demand,) = (each for each in required.accepts if each.scheme == "batch-settlement")
    assert demand.extra["channelState"]["chargedCumulativeAmount"] == str(charged)
    assert int(demand.extra["voucherState"]["signedMaxClaimable"]) >= charged


async def test_a_call_that_fails_leaves_the_channel_as_it_was(
    tmp_path: Any, town_home: Home, chain_url: str, payer: Payer, town: Town
) -> None:
    async with peer(cuts) as provider, node(tmp_path / "n", town_home, chain_url, provider) as running:
        signed = running._signed
        assert signed is not None
        await town.chain.rpc.call("anvil_setBalance", signed.terms.payee, hex(ETHER))
        channel = Channel(payer, running)
        body, headers = await channel.sign()
        for _ in range(2):
            assert (await channel.send(body, headers)).status_code == 502
        await signed.flush()
        assert await signed.books.in_state(State.SERVED) == []
        escrow = await town.chain.read(BatchSettlement(X402_BATCH_SETTLEMENT).channels(await _id(signed)))
        assert escrow[0] > 0, "what was deposited is there"


async def _id(signed: Any) -> bytes:
    (payment, *_) = await signed.books.in_state(State.EXPIRED)
    return bytes.fromhex(payment.authorization.source[2:])
