"""Deposits cost the node gas: it makes none that does not help, and each once."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import orjson
from tests.integration.payments.conftest import Payer, Town
from tests.integration.payments.test_channel import Channel, provider, running
from tests.unit.engines.inference.peer import Peer

from assay.apps.network.node import Node

__all__ = ["provider", "running"]


async def sent_by(running: Node, town: Town) -> int:
    """Transactions of the node."""
    assert running._signed is not None
    return await town.chain.transaction_count(running._signed.terms.payee, waiting=False)


def with_deposit(headers: dict[str, str], deposit: Any) -> dict[str, str]:
    ((name, value),) = headers.items()
    payment = orjson.loads(base64.b64decode(value))
    payment["payload"]["deposit"] = deposit(payment["payload"]["deposit"])
    return {name: base64.b64encode(orjson.dumps(payment)).decode()}


async def test_no_deposit_is_made_for_a_voucher_that_opens_nothing(
    payer: Payer, running: Node, town: Town
) -> None:
    channel = Channel(payer, running)
    _, headers = await channel.sign(user="one")
    body, _ = await channel.sign(user="two")
    before = await sent_by(running, town)
    assert (await channel.send(body, headers)).status_code == 402
    assert await sent_by(running, town) == before


async def test_no_deposit_is_made_that_does_not_cover_the_call(
    payer: Payer, running: Node, town: Town
) -> None:
    channel = Channel(payer, running)
    body, headers = await channel.sign()
    before = await sent_by(running, town)
    refused = await channel.send(body, with_deposit(headers, lambda deposit: deposit | {"amount": "1"}))
    assert refused.status_code == 402
    assert "deposit_amount" in refused.text
    assert await sent_by(running, town) == before


async def test_twelve_copies_of_a_deposit_are_one_transaction(
    payer: Payer, running: Node, town: Town, provider: Peer
) -> None:
    channel = Channel(payer, running)
    body, headers = await channel.sign()
    before = await sent_by(running, town)
    await town.chain.rpc.call("evm_setAutomine", False)
    await town.chain.rpc.call("evm_setIntervalMining", 1)
    try:
        answers = await asyncio.gather(*(channel.send(body, headers) for _ in range(12)))
    finally:
        await town.chain.rpc.call("evm_setIntervalMining", 0)
        await town.chain.rpc.call("evm_setAutomine", True)
    assert sorted(answer.status_code for answer in answers) == [200] + [402] * 11
    assert len(provider.seen) == 1
    assert await sent_by(running, town) == before + 1
