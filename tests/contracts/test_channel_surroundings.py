"""Channels among odd tokens, and several calls in one."""

from __future__ import annotations

from typing import Any

import boa
import pytest
from eth_account.signers.local import LocalAccount
from tests.contracts.channel_signing import Channels, Config
from tests.contracts.deploying import play
from tests.contracts.refusing import refuses

YES = (1).to_bytes(32)


@pytest.fixture
def odd() -> Any:
    return play("Odd")


@pytest.fixture
def config(channels: Channels, odd: Any, alice: LocalAccount, bob: LocalAccount) -> Config:
    """Alice pays Bob in an odd token, of which he may have 5."""
    config = channels.config(alice.address, bob.address, token=odd.address)
    odd.answer(YES)
    channels.contract.deposit(config.arguments, 10, play("Purse").address, b"")
    channels.contract.claim([channels.claim(alice, config, 5).arguments], sender=bob.address)
    return config


def test_a_token_that_answers_nothing_moves(
    channels: Channels, odd: Any, config: Config, bob: LocalAccount
) -> None:
    odd.answer(b"")
    channels.contract.settle(bob.address, odd.address)
    assert odd.balanceOf(bob.address) == 5


def test_a_token_that_says_no_keeps_what_is_owed(
    channels: Channels, odd: Any, config: Config, bob: LocalAccount
) -> None:
    odd.answer(bytes(32))
    for call in (
        lambda: channels.contract.settle(bob.address, odd.address),
        lambda: channels.contract.refund(config.arguments, 1, sender=bob.address),
    ):
        with refuses(channels.contract, "SafeERC20FailedOperation(address)", odd.address):
            call()
    assert channels.contract.receivers(bob.address, odd.address) == (5, 0)
    assert channels.contract.channels(channels.id(config)) == (10, 5)


def test_a_token_that_calls_back_is_refused(
    channels: Channels, odd: Any, config: Config, bob: LocalAccount
) -> None:
    settle = channels.contract.settle.prepare_calldata(bob.address, odd.address)
    for again in (settle, channels.contract.multicall.prepare_calldata([settle])):
        odd.call_back(channels.contract.address, again)
        channels.contract.refund(config.arguments, 1, sender=bob.address)
        assert odd.refused()
    assert channels.contract.receivers(bob.address, odd.address) == (5, 0)


def test_an_odd_token_leaves_others_alone(
    channels: Channels, config: Config, alice: LocalAccount, bob: LocalAccount
) -> None:
    in_opg = channels.config(alice.address, bob.address)
    channels.deposit(alice, in_opg, 10)
    channels.contract.settle(bob.address, channels.opg.address)
    assert channels.opg.balanceOf(channels.contract.address) == 10
    assert channels.opg.balanceOf(bob.address) == 0


def test_several_calls_by_the_one_who_makes_them(
    channels: Channels, alice: LocalAccount, bob: LocalAccount
) -> None:
    config = channels.config(alice.address, bob.address)
    channels.deposit(alice, config, 10)
    contract = channels.contract
    before = channels.opg.balanceOf(alice.address)
    calls = [
        contract.claim.prepare_calldata([channels.claim(alice, config, 6).arguments]),
        contract.refundWithSignature.prepare_calldata(*channels.refund(bob, config, 100, nonce=0)),
        contract.settle.prepare_calldata(bob.address, config.token),
        contract.channels.prepare_calldata(channels.id(config)),
    ]
    *_, state = contract.multicall(calls, sender=bob.address)
    assert state == (6).to_bytes(32) * 2
    assert channels.opg.balanceOf(bob.address) == 6
    assert channels.opg.balanceOf(alice.address) == before + 4


def test_all_calls_or_none(channels: Channels, alice: LocalAccount, bob: LocalAccount) -> None:
    config = channels.config(alice.address, bob.address)
    channels.deposit(alice, config, 10)
    claim = channels.contract.claim.prepare_calldata([channels.claim(alice, config, 6).arguments])
    refund = channels.contract.refund.prepare_calldata(config.arguments, 0)
    with refuses(channels.contract, "ZeroRefund()"):
        channels.contract.multicall([claim, refund], sender=bob.address)
    with refuses(channels.contract, "NotAuthorizedToClaim()"):
        channels.contract.multicall([claim], sender=alice.address)
    assert channels.contract.channels(channels.id(config)).totalClaimed == 0


def test_forty_claims_fit_into_one_of_several_calls(
    channels: Channels, alice: LocalAccount, bob: LocalAccount
) -> None:
    purse = play("Purse")
    channels.opg.transfer(purse.address, 40, sender=alice.address)
    claims = []
    for number in range(40):
        config = channels.config(alice.address, bob.address, salt=number.to_bytes(32))
        channels.contract.deposit(config.arguments, 1, purse.address, b"")
        claims.append(channels.claim(alice, config, 1).arguments)
    signed = channels.contract.claim.prepare_calldata(claims)
    swept = channels.contract.settle.prepare_calldata(bob.address, channels.opg.address)
    channels.contract.multicall([signed, swept], sender=bob.address)
    assert channels.opg.balanceOf(bob.address) == 40


def test_a_call_that_is_none(channels: Channels) -> None:
    with boa.reverts():
        channels.contract.multicall([b""])
