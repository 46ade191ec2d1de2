"""Transactions take effect once each: at once by many, after a crash, on a busy chain, and when nodes refuse."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.chain.conftest import ETHER, MakeSender

from assay.engines.chain.account import Account, Transaction
from assay.engines.chain.chain import Chain, connect
from assay.engines.chain.contract import Call
from assay.engines.chain.errors import (
    ChainRefused,
    ChainUnreachable,
    FeeAboveCap,
    FundsMissing,
    TransactionDisplaced,
    TransactionFailed,
    TransactionStuck,
)
from assay.engines.chain.fees import GWEI, Fees
from assay.engines.chain.library import Address
from assay.engines.chain.local import ANY_PORT, LocalChain
from assay.engines.chain.nonces import Nonces
from assay.engines.chain.sender import Sender


def gift(to: Address, value: int = 1) -> Call[None]:
    return Call(to, b"", value=value)


def newcomer() -> Address:
    return Account(os.urandom(32)).address


@pytest.fixture
async def own(local_chain: LocalChain) -> AsyncIterator[Chain]:
    """A chain of the test's own, whose blocks it makes itself."""
    async with connect(local_chain.start(ANY_PORT).url) as chain:
        await chain.rpc.call("evm_setAutomine", False)
        yield chain


@pytest.fixture
async def slow(own: Chain, account: Account, make_sender: MakeSender) -> MakeSender:
    """Makes senders on that chain."""
    await own.rpc.call("anvil_setBalance", account.address, hex(100 * ETHER))

    def make(**options: Any) -> Sender:
        sender = make_sender(**options)
        sender.chain = own
        return sender

    return make


async def mine(chain: Chain) -> None:
    await chain.rpc.call("evm_mine")


async def test_many_at_once_by_two_senders(make_sender: MakeSender) -> None:
    senders = make_sender(), make_sender()
    to = newcomer()
    receipts = await asyncio.gather(
        *(senders[number % 2].transact(gift(to, 2**number)) for number in range(40))
    )
    assert await senders[0].chain.balance(to) == 2**40 - 1
    assert len({receipt.transaction for receipt in receipts}) == 40


async def test_what_was_written_down_survives_the_process(make_sender: MakeSender, chain: Chain) -> None:
    to = newcomer()
    sender = make_sender()
    node, sender.chain.rpc = sender.chain.rpc, _Losing(sender.chain.rpc)  # type: ignore[assignment]
    for _ in range(3):
        await sender.send(gift(to))
    sender.chain.rpc = node
    assert await chain.balance(to) == 0, "the node has seen none of them"

    revived = make_sender()
    assert await revived.resume() == 3
    await revived.transact(gift(to))
    assert await chain.balance(to) == 4
    assert await revived.resume() == 0


class _Losing:
    """A node that dies whenever it is handed a transaction."""

    def __init__(self, rpc: Any) -> None:
        self._rpc = rpc

    async def call(self, method: str, *parameters: Any) -> Any:
        if method == "eth_sendRawTransaction":
            raise ChainUnreachable("Gone.")
        return await self._rpc.call(method, *parameters)


async def test_a_node_that_does_not_answer_is_asked_again(make_sender: MakeSender, chain: Chain) -> None:
    sender, to = make_sender(patience=0.1), newcomer()
    node, sender.chain.rpc = sender.chain.rpc, _Losing(sender.chain.rpc)  # type: ignore[assignment]
    sent = await sender.send(gift(to))
    sender.chain.rpc = node
    assert (await sender.wait(sent)).succeeded
    assert await chain.balance(to) == 1


async def test_a_stuck_transaction_offers_more(own: Chain, slow: MakeSender) -> None:
    sender, to = slow(patience=0.2), newcomer()
    sent = await sender.send(gift(to))
    await own.rpc.call("anvil_setNextBlockBaseFeePerGas", hex(10 * GWEI))
    await mine(own)
    assert await own.transaction_count(sender.account.address, waiting=False) == 0, "it offered too little"
    await own.rpc.call("evm_setIntervalMining", 1)
    receipt = await sender.wait(sent)
    assert receipt.transaction != sent.hash, "a dearer one took its place"
    assert await own.balance(to) == 1


async def test_stuck_below_the_cap_for_good(own: Chain, slow: MakeSender) -> None:
    sender = slow(patience=0.1, deadline=0.5, cap=3 * GWEI)
    sent = await sender.send(gift(newcomer()))
    await own.rpc.call("anvil_setNextBlockBaseFeePerGas", hex(10 * GWEI))
    await mine(own)
    with pytest.raises(TransactionStuck):
        await sender.wait(sent)
    with pytest.raises(FeeAboveCap, match="cap is 3"):
        await sender.send(gift(newcomer()))


async def test_another_program_with_the_same_key(own: Chain, slow: MakeSender) -> None:
    sender, to = slow(patience=0.1), newcomer()
    sent = await sender.send(gift(to))
    await _pay(own, sender.account, nonce=0, to=to, value=7)
    await mine(own)
    with pytest.raises(TransactionDisplaced):
        await sender.wait(sent)
    assert await own.balance(to) == 7
    await own.rpc.call("evm_setAutomine", True)
    await sender.transact(gift(to))
    assert await own.balance(to) == 8


async def test_no_money(chain: Chain, tmp_path: Path) -> None:
    poor = Account(os.urandom(32))
    sender = Sender(chain, poor, Nonces.open(tmp_path / "poor.sqlite", chain.genesis, poor.address))
    with pytest.raises(FundsMissing):
        await sender.send(gift(newcomer()))
    await chain.rpc.call("anvil_setBalance", poor.address, hex(ETHER))
    await sender.transact(gift(newcomer()))


async def test_what_a_node_refuses_leaves_no_gap(make_sender: MakeSender, chain: Chain) -> None:
    sender, to = make_sender(), newcomer()
    refusing = sender.chain.rpc, _Refusing(sender.chain.rpc, sender, to)
    sender.chain.rpc = refusing[1]  # type: ignore[assignment]
    with pytest.raises(ChainRefused, match="bad day"):
        await sender.send(gift(to, 100))
    sender.chain.rpc = refusing[0]
    later = refusing[1].later
    assert later is not None
    assert (await sender.wait(later)).succeeded
    await sender.transact(gift(to, 10))
    assert await chain.balance(to) == 11


class _Refusing:
    """A node that refuses the first transaction it is handed, and while it does a later one comes in."""

    def __init__(self, rpc: Any, sender: Sender, to: Address) -> None:
        self._rpc = rpc
        self._sender = sender
        self._to = to
        self._refused = False
        self.later: Any = None

    async def call(self, method: str, *parameters: Any) -> Any:
        if method == "eth_sendRawTransaction" and not self._refused:
            self._refused = True
            self.later = await self._sender.send(gift(self._to))
            raise ChainRefused("The node has a bad day.", -32000)
        return await self._rpc.call(method, *parameters)


async def test_a_transaction_that_is_reverted_in_its_block(own: Chain, slow: MakeSender) -> None:
    sender, contract = slow(), newcomer()
    sent = await sender.send(Call(contract, b"\x01"))
    await own.rpc.call("anvil_setCode", contract, "0x5f5ffd")  # PUSH0 PUSH0 REVERT
    await mine(own)
    with pytest.raises(TransactionFailed) as caught:
        await sender.wait(sent)
    assert caught.value.transaction == sent.hash


async def test_a_receipt_comes_without_a_pause(make_sender: MakeSender) -> None:
    sender = make_sender()
    await sender.transact(gift(newcomer()))
    loop = asyncio.get_running_loop()
    taken = []
    for _ in range(5):
        sent = await sender.send(gift(newcomer()))
        began = loop.time()
        await sender.wait(sent)
        taken.append(loop.time() - began)
    assert min(taken) < 0.05


async def _pay(chain: Chain, account: Account, *, nonce: int, to: Address, value: int) -> None:
    """What a wallet with the same key does, and pays well for it."""
    fees = Fees(90 * GWEI, 90 * GWEI)
    signed = account.sign(
        Transaction(
            chain_id=chain.chain_id,
            nonce=nonce,
            max_priority_fee_per_gas=fees.max_priority_fee_per_gas,
            max_fee_per_gas=fees.max_fee_per_gas,
            gas_limit=21_000,
            to=to,
            value=value,
            data=b"",
        )
    )
    await chain.broadcast(signed.raw)
