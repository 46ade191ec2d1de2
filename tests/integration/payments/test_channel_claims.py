"""A channel that does not pay what it owes keeps nobody else's from being claimed."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from pathlib import Path

import orjson
import pytest
from tests.integration.line import Line
from tests.integration.payments.conftest import Payer, Town
from tests.integration.payments.test_channel import ETHER, Channel, provider, running
from tests.integration.payments.test_paid_calls import node
from tests.unit.engines.inference.peer import Peer

from assay.apps.network.home import Home
from assay.apps.network.node import Node
from assay.engines.chain.bindings.batch_settlement import BatchSettlement
from assay.engines.chain.canonical import X402_BATCH_SETTLEMENT
from assay.services.payments.channel.config import ChannelConfig
from assay.services.payments.channel.rail import WITHDRAW_DELAY_S
from assay.services.payments.payment import State

__all__ = ["provider", "running"]

MakePayer = Callable[..., Awaitable[Payer]]
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def with_high_s(signature: bytes) -> bytes:
    """The other signature of the same key, which `ecrecover` takes and the contract does not."""
    s = _ORDER - int.from_bytes(signature[32:64])
    return signature[:32] + s.to_bytes(32) + bytes([55 - signature[64]])


def compact(signature: bytes) -> bytes:
    """As EIP-2098 has it."""
    parity = (signature[64] - 27) << 7
    return signature[:32] + bytes([signature[32] | parity]) + signature[33:64]


@pytest.mark.parametrize("rewrite", [with_high_s, compact])
async def test_a_voucher_is_signed_as_the_contract_takes_it(
    running: Node, payer: Payer, rewrite: Callable[[bytes], bytes]
) -> None:
    channel = Channel(payer, running)
    body, headers = await channel.sign()
    ((name, value),) = headers.items()
    payment = orjson.loads(base64.b64decode(value))
    voucher = payment["payload"]["voucher"]
    voucher["signature"] = f"0x{rewrite(bytes.fromhex(voucher['signature'][2:])).hex()}"
    refused = await channel.send(body, {name: base64.b64encode(orjson.dumps(payment)).decode()})
    assert refused.status_code == 402
    assert "voucher_signature" in refused.text


async def test_a_channel_whose_money_is_gone_holds_up_no_other(
    running: Node, make_payer: MakePayer, town: Town
) -> None:
    signed = running._signed
    assert signed is not None
    payers = [await make_payer() for _ in range(4)]
    for payer in payers:
        assert (await Channel(payer, running).ask()).status_code == 200
    await signed.flush()
    owed = {payment.authorization.payer: payment for payment in await signed.books.in_state(State.SERVED)}
    gone = owed[payers[2].wallet.address]
    before = await town.chain.rpc.call("evm_snapshot")
    try:
        await leave(town, payers[2], gone.authorization.signed, gone.authorization.source)
        assert await signed.claims.claim() == 3
    finally:
        await town.chain.rpc.call("evm_revert", before)  # others use this chain, and its clock
    states = {payer: await signed.books.find(payment.authorization.key) for payer, payment in owed.items()}
    expired = [payer for payer, payment in states.items() if payment and payment.state is State.EXPIRED]
    assert expired == [payers[2].wallet.address]
    assert await signed.books.in_state(State.SERVED) == []


async def test_claims_go_on_when_the_chain_is_back(
    tmp_path: Path,
    town_home: Home,
    chain_url: str,
    provider: Peer,
    payer: Payer,
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("assay.apps.network.signed_payments.CLAIM_INTERVAL_S", 0.3)
    async with Line(chain_url) as line, node(tmp_path / "node", town_home, line.url, provider) as running:
        signed = running._signed
        assert signed is not None
        await town.chain.rpc.call("anvil_setBalance", signed.terms.payee, hex(ETHER))
        assert (await Channel(payer, running).ask()).status_code == 200
        await line.cut()
        await signed.flush()
        await asyncio.sleep(1)
        assert len(await signed.books.in_state(State.SERVED)) == 1
        await line.mend()
        async with asyncio.timeout(10):
            while await signed.books.in_state(State.SERVED):
                await asyncio.sleep(0.1)


async def leave(town: Town, payer: Payer, signed: bytes, source: str) -> None:
    """Take all out of a channel, as its payer may after a day."""
    config = ChannelConfig.from_json(orjson.loads(signed)["channelConfig"]).words()
    contract = BatchSettlement(X402_BATCH_SETTLEMENT)
    there = await town.chain.read(contract.channels(bytes.fromhex(source[2:])))
    await payer.transact(contract.initiateWithdraw(config, there.balance))
    await town.chain.rpc.call("evm_increaseTime", WITHDRAW_DELAY_S + 1)
    await town.chain.rpc.call("evm_mine")
    await payer.transact(contract.finalizeWithdraw(config))
