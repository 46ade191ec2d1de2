"""Contracts come to a chain once, at addresses known beforehand, and are found again."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

import pytest
from eth_account import Account as EthAccount
from tests.integration.chain.conftest import MakeSender

from assay.engines.chain.bindings.opg import OPG, Transfer
from assay.engines.chain.chain import connect
from assay.engines.chain.create2 import FACTORY, FACTORY_MAKER, FACTORY_TRANSACTION
from assay.engines.chain.deployments import Deployments, Planned, deploy
from assay.engines.chain.errors import CallReverted, ChainGarbage, ContractMissing, WrongChain
from assay.engines.chain.library import to_checksum_address
from assay.engines.chain.local import ANY_PORT, LocalChain
from assay.engines.chain.sender import Sender

SOMEBODY = to_checksum_address("0x" + "ab" * 20)


def plan(sender: Sender) -> list[Planned]:
    return [Planned(OPG, OPG.initcode(sender.account.address))]


async def test_a_token_comes_to_the_chain_and_works(sender: Sender) -> None:
    chain, me = sender.chain, sender.account.address
    (planned,) = plan(sender)
    deployments = await deploy(sender, [planned], Deployments.of(chain))
    assert deployments.contracts["OPG"].address == planned.address
    assert 0 < deployments.contracts["OPG"].block <= await chain.height()
    token = deployments.at(OPG)
    assert await chain.read_all([token.name(), token.symbol()]) == ["OPG", "OPG"]

    receipt = await sender.transact(token.transfer(SOMEBODY, 5))
    assert [Transfer.read(log) for log in receipt.logs] == [Transfer(me, SOMEBODY, 5)]
    assert await chain.read(token.balanceOf(SOMEBODY)) == 5
    assert receipt.fee == receipt.gas_used * receipt.gas_price > 0

    count = await chain.transaction_count(me, waiting=True)
    with pytest.raises(CallReverted) as caught:
        await sender.send(token.transfer(SOMEBODY, 10**30))
    assert caught.value.data or caught.value.message
    assert await chain.transaction_count(me, waiting=True) == count, "nothing was sent"


async def test_twice_is_once(sender: Sender) -> None:
    first = await deploy(sender, plan(sender), Deployments.of(sender.chain))
    count = await sender.chain.transaction_count(sender.account.address, waiting=True)
    assert await deploy(sender, plan(sender), first) == first
    found = await deploy(sender, plan(sender), Deployments.of(sender.chain))
    assert found.at(OPG).address == first.at(OPG).address
    assert found.contracts["OPG"].block == 0, "who brought it, and when, nobody has written down"
    assert await sender.chain.transaction_count(sender.account.address, waiting=True) == count


async def test_two_at_once(make_sender: MakeSender) -> None:
    one, other = make_sender(), make_sender()
    results = await asyncio.gather(
        *(deploy(sender, plan(one), Deployments.of(one.chain)) for sender in (one, other))
    )
    assert results[0].at(OPG).address == results[1].at(OPG).address


async def test_the_file(sender: Sender, tmp_path: Path) -> None:
    path = tmp_path / "31337.json"
    with pytest.raises(ContractMissing):
        Deployments.load(path)
    nothing = Deployments.of(sender.chain)
    nothing.save(path)
    with pytest.raises(ContractMissing, match="OPG"):
        Deployments.load(path).at(OPG)
    everything = await deploy(sender, plan(sender), nothing)
    everything.save(path)
    assert Deployments.load(path) == everything
    assert everything.exported()["contracts"]["OPG"]["abi"]
    for text in ("{", "[]", '{"chain_id": 1}'):
        path.write_text(text)
        with pytest.raises(ChainGarbage):
            Deployments.load(path)


async def test_deployments_of_another_chain(sender: Sender) -> None:
    mine = Deployments.of(sender.chain)
    for other in (dataclasses.replace(mine, chain_id=1), dataclasses.replace(mine, genesis=bytes(32))):
        with pytest.raises(WrongChain):
            await deploy(sender, plan(sender), other)


async def test_another_chain_than_was_meant(chain_url: str) -> None:
    with pytest.raises(WrongChain, match="chain 31337, not of 8453"):
        async with connect(chain_url, chain_id=8453):
            pass


def test_nobody_but_its_maker_made_the_deployer() -> None:
    assert EthAccount.recover_transaction(FACTORY_TRANSACTION) == FACTORY_MAKER


async def test_a_chain_without_the_deployer(local_chain: LocalChain, make_sender: MakeSender) -> None:
    async with connect(local_chain.start(ANY_PORT).url) as bare:
        await bare.rpc.call("anvil_setCode", FACTORY, "0x")
        sender = make_sender()
        sender.chain = bare
        await bare.rpc.call("anvil_setBalance", sender.account.address, hex(10**18))
        await deploy(sender, plan(sender), Deployments.of(bare))
        assert await bare.code(FACTORY)
