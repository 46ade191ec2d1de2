"""Many questions in one, as viem, ethers and x402 ask them."""

from __future__ import annotations

from typing import Any

import boa
import pytest
from eth_account.signers.local import LocalAccount
from tests.contracts.deploying import lay

MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11"


@pytest.fixture
def multicall() -> Any:
    return lay("Multicall3", MULTICALL3)


def test_each_is_answered_or_fails_for_itself(multicall: Any, opg: Any, alice: LocalAccount) -> None:
    balance = opg.balanceOf.prepare_calldata(alice.address)
    transfer = opg.transfer.prepare_calldata(alice.address, 1)
    supply = opg.totalSupply().to_bytes(32)
    (first, refused, last) = multicall.tryAggregate(
        False, [(opg.address, balance), (opg.address, transfer), (alice.address, b"")]
    )
    assert first == (True, supply)
    assert not refused.success
    assert b"insufficient balance" in refused.returnData
    assert last == (True, b"")
    (one,) = multicall.aggregate3([(opg.address, False, balance)])
    assert one == (True, supply)


def test_one_that_must_not_fail(multicall: Any, opg: Any) -> None:
    transfer = opg.transfer.prepare_calldata(MULTICALL3, 1)
    with boa.reverts("Multicall3: call failed"):
        multicall.tryAggregate(True, [(opg.address, transfer)])
    with boa.reverts("Multicall3: call failed"):
        multicall.aggregate3([(opg.address, True, transfer), (opg.address, False, transfer)])
    ((success, _),) = multicall.aggregate3([(opg.address, True, transfer)])
    assert not success


@pytest.mark.parametrize(("length", "whole"), [(4095, True), (4096, False), (5000, False)])
def test_an_answer_is_whole(multicall: Any, length: int, whole: bool) -> None:
    # CALLDATACOPY(0, 0, CALLDATASIZE), then RETURN(0, length)
    echo = boa.env.generate_address()
    boa.env.set_code(echo, bytes.fromhex(f"365f5f3761{length:04x}5ff3"))
    if whole:
        ((success, answer),) = multicall.tryAggregate(False, [(echo, b"")])
        assert (success, len(answer)) == (True, length)
    else:
        with boa.reverts("answer too long"):
            multicall.tryAggregate(False, [(echo, b"")])


def test_what_it_knows_of_the_chain(multicall: Any, alice: LocalAccount, now: int) -> None:
    boa.env.set_balance(alice.address, 7)
    assert multicall.getEthBalance(alice.address) == 7
    assert multicall.getCurrentBlockTimestamp() == now
    assert multicall.getBlockNumber() == boa.env.evm.patch.block_number
    assert multicall.getChainId() == boa.env.evm.patch.chain_id
