"""The faucet: a helping each interval, for anybody, and no other way out."""

from __future__ import annotations

from typing import Any

import boa
import pytest
from eth_account.signers.local import LocalAccount
from tests.contracts.deploying import deploy, play

TOKENS, GAS_MONEY, DAY = 10**18, 10**16, 86_400


@pytest.fixture
def faucet(opg: Any, alice: LocalAccount) -> Any:
    """A faucet that Alice filled for three helpings."""
    faucet = deploy("Faucet", opg.address, TOKENS, GAS_MONEY, DAY)
    opg.transfer(faucet.address, 3 * TOKENS, sender=alice.address)
    boa.env.set_balance(alice.address, 3 * GAS_MONEY)
    boa.env.execute_code(faucet.address, sender=alice.address, value=3 * GAS_MONEY)
    return faucet


def test_a_newcomer_is_helped_whoever_asks(
    faucet: Any, opg: Any, bob: LocalAccount, carol: LocalAccount
) -> None:
    faucet.help(bob.address, sender=carol.address)
    helped = faucet.get_logs()[0]
    assert (helped.account, helped.tokens, helped.gas_money) == (bob.address, TOKENS, GAS_MONEY)
    assert (opg.balanceOf(bob.address), boa.env.get_balance(bob.address)) == (TOKENS, GAS_MONEY)


def test_next_helping_comes_with_the_next_interval(faucet: Any, opg: Any, bob: LocalAccount) -> None:
    faucet.help(bob.address)
    boa.env.time_travel(seconds=DAY - 1)
    with boa.reverts("helped already"):
        faucet.help(bob.address)
    boa.env.time_travel(seconds=1)
    faucet.help(bob.address)
    assert opg.balanceOf(bob.address) == 2 * TOKENS


def test_an_empty_faucet_uses_up_nobodys_turn(
    faucet: Any, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount, opg: Any
) -> None:
    for newcomer in (alice, bob, carol):
        faucet.help(newcomer.address)
    late = play("Silent").address
    with boa.reverts("insufficient balance"):
        faucet.help(late)
    assert faucet.open_from(late) == 0


def test_one_who_refuses_gas_money_is_not_helped(faucet: Any, opg: Any) -> None:
    wallet = play("Silent").address
    with boa.reverts():
        faucet.help(wallet)
    assert opg.balanceOf(wallet) == 0


def test_one_helped_cannot_be_helped_within(faucet: Any, opg: Any) -> None:
    greedy = play("Greedy", faucet.address)
    faucet.help(greedy.address)
    assert greedy.refused() is True
    assert opg.balanceOf(greedy.address) == TOKENS


def test_unknown_calls_are_refused(faucet: Any) -> None:
    assert boa.env.execute_code(faucet.address, data=b"\xde\xad\xbe\xef").is_error
