"""Deposits into payment channels: by EIP-3009, by Permit2, and by collectors that nobody trusts."""

from __future__ import annotations

from typing import Any

import pytest
from boa.util.abi import abi_encode
from eth_account.signers.local import LocalAccount
from tests.contracts.channel_signing import (
    BATCH_SETTLEMENT,
    ERC3009_COLLECTOR,
    PERMIT2_COLLECTOR,
    ZERO,
    Channels,
    Config,
)
from tests.contracts.deploying import play
from tests.contracts.permit2_signing import PERMIT2
from tests.contracts.refusing import refuses
from tests.contracts.signing import PERMIT, domain, sign

MOST = 2**128 - 1


@pytest.fixture
def config(channels: Channels, alice: LocalAccount, bob: LocalAccount) -> Config:
    """Alice pays Bob."""
    return channels.config(alice.address, bob.address)


def events(channels: Channels) -> list[str]:
    """Of the last call, those of the channels' contract."""
    logs = channels.contract.get_logs()
    return [type(event).__name__ for event in logs if event.address == BATCH_SETTLEMENT]


def test_a_deposit_by_eip3009_opens_the_channel(
    channels: Channels, config: Config, alice: LocalAccount, carol: LocalAccount
) -> None:
    channels.contract.deposit(*channels.authorized(alice, config, 7), sender=carol.address)
    assert events(channels) == ["ChannelCreated", "Deposited"]
    created, deposited = channels.contract.get_logs()[-2:]
    assert (created.channelId, tuple(created.config)) == (channels.id(config), config.arguments)
    assert (deposited.sender, deposited.amount, deposited.newBalance) == (carol.address, 7, 7)
    assert channels.contract.channels(channels.id(config)) == (7, 0)
    assert channels.opg.balanceOf(BATCH_SETTLEMENT) == 7
    assert channels.opg.balanceOf(ERC3009_COLLECTOR) == 0


def test_a_deposit_by_permit2_tops_it_up(channels: Channels, config: Config, alice: LocalAccount) -> None:
    channels.deposit(alice, config, 7)
    channels.contract.deposit(*channels.permitted(alice, config, 5))
    assert events(channels) == ["Deposited"]
    assert channels.contract.channels(channels.id(config)) == (12, 0)
    assert channels.opg.balanceOf(BATCH_SETTLEMENT) == 12


def test_approval_of_permit2_comes_with_the_deposit(
    channels: Channels, config: Config, alice: LocalAccount, now: int
) -> None:
    channels.opg.approve(PERMIT2, 0, sender=alice.address)
    message = {"owner": alice.address, "spender": PERMIT2, "value": 5, "nonce": 0, "deadline": now}
    signature = sign(alice, domain(channels.opg), PERMIT, **message)
    approvals = [
        abi_encode("(uint256,uint256,uint8,bytes32,bytes32)", (value, now, *signature.vrs))
        for value in (6, 5)
    ]
    with refuses(channels.contract, "Permit2612AmountMismatch()"):
        channels.contract.deposit(*channels.permitted(alice, config, 5, approval=approvals[0]))
    channels.contract.deposit(*channels.permitted(alice, config, 5, approval=approvals[1]))
    assert channels.opg.balanceOf(BATCH_SETTLEMENT) == 5


def test_what_was_signed_pays_into_no_other_channel(
    channels: Channels, config: Config, alice: LocalAccount, carol: LocalAccount
) -> None:
    other = config.but(receiver=carol.address)
    authorized = channels.authorized(alice, config, 7)
    with refuses(channels.contract, "Error(string)", "invalid signature"):
        channels.contract.deposit(other.arguments, *authorized[1:])
    permitted = channels.permitted(alice, config, 7)
    with refuses(channels.contract, "InvalidSigner()"):
        channels.contract.deposit(other.arguments, *permitted[1:])


def test_what_was_signed_pays_in_once_and_as_much(
    channels: Channels, config: Config, alice: LocalAccount
) -> None:
    config_, _, *rest = authorized = channels.authorized(alice, config, 7)
    with refuses(channels.contract, "Error(string)", "invalid signature"):
        channels.contract.deposit(config_, 8, *rest)
    channels.contract.deposit(*authorized)
    with refuses(channels.contract, "Error(string)", "authorization used or cancelled"):
        channels.contract.deposit(*authorized)
    permitted = channels.permitted(alice, config, 7)
    channels.contract.deposit(*permitted)
    with refuses(channels.contract, "InvalidNonce()"):
        channels.contract.deposit(*permitted)


def test_collectors_serve_the_channels_alone(
    channels: Channels, config: Config, alice: LocalAccount, carol: LocalAccount
) -> None:
    for collector, call in (
        (channels.erc3009, channels.authorized(alice, config, 7)),
        (channels.permit2_collector, channels.permitted(alice, config, 7)),
    ):
        assert collector.x402BatchSettlement() == BATCH_SETTLEMENT
        with refuses(collector, "OnlyX402BatchSettlement()"):
            collector.collect(
                alice.address, config.token, 7, channels.id(config), call[3], sender=carol.address
            )
    assert channels.permit2_collector.PERMIT2() == PERMIT2


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"payer": ZERO}, "InvalidChannel()"),
        ({"receiver": ZERO}, "InvalidChannel()"),
        ({"receiver_authorizer": ZERO}, "InvalidChannel()"),
        ({"token": ZERO}, "InvalidChannel()"),
        ({"withdraw_delay": 899}, "WithdrawDelayOutOfRange()"),
        ({"withdraw_delay": 2_592_001}, "WithdrawDelayOutOfRange()"),
    ],
)
def test_a_channel_that_cannot_be(
    channels: Channels, config: Config, changed: dict[str, Any], error: str
) -> None:
    with refuses(channels.contract, error):
        channels.contract.deposit(config.but(**changed).arguments, 1, PERMIT2_COLLECTOR, b"")


@pytest.mark.parametrize("delay", [900, 2_592_000])
def test_the_longest_and_the_shortest_delay(
    channels: Channels, config: Config, alice: LocalAccount, delay: int
) -> None:
    channels.deposit(alice, config.but(withdraw_delay=delay), 1)


def test_a_deposit_that_cannot_be(channels: Channels, config: Config, alice: LocalAccount) -> None:
    for amount, collector, error in (
        (0, ERC3009_COLLECTOR, "ZeroDeposit()"),
        (1, ZERO, "InvalidCollector()"),
    ):
        with refuses(channels.contract, error):
            channels.contract.deposit(config.arguments, amount, collector, b"")
    channels.deposit(alice, config, 1)
    with refuses(channels.contract, "DepositOverflow()"):
        channels.contract.deposit(config.arguments, MOST, ERC3009_COLLECTOR, b"")


@pytest.mark.parametrize("error_by", [-7, -1, 1])
def test_only_what_arrives_counts(
    channels: Channels, config: Config, alice: LocalAccount, error_by: int
) -> None:
    purse = play("Purse")
    channels.opg.transfer(purse.address, 100, sender=alice.address)
    channels.contract.deposit(config.arguments, 7, purse.address, b"")
    purse.misplace(error_by)
    with refuses(channels.contract, "DepositCollectionFailed()"):
        channels.contract.deposit(config.arguments, 7, purse.address, b"")
    assert channels.contract.channels(channels.id(config)) == (7, 0)


def test_one_payment_is_not_two_deposits(channels: Channels, config: Config, alice: LocalAccount) -> None:
    outer, inner = play("Purse"), play("Purse")
    for purse in (outer, inner):
        channels.opg.transfer(purse.address, 100, sender=alice.address)
    again = channels.contract.deposit.prepare_calldata(config.arguments, 7, inner.address, b"")
    outer.call_back(BATCH_SETTLEMENT, again)
    channels.contract.deposit(config.arguments, 7, outer.address, b"")
    assert outer.refused()
    assert channels.contract.channels(channels.id(config)) == (7, 0)
