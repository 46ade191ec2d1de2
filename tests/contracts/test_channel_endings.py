"""How money leaves a channel for its payer: by the receiver's word at once, and without it after the delay."""

from __future__ import annotations

import boa
import pytest
from eth_account.signers.local import LocalAccount
from tests.contracts.channel_signing import DELAY_S, Channels, Config
from tests.contracts.refusing import refuses

DEPOSIT = 100


@pytest.fixture
def config(channels: Channels, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount) -> Config:
    """Alice pays Bob, for whom Carol speaks."""
    config = channels.config(alice.address, bob.address, receiver_authorizer=carol.address)
    channels.deposit(alice, config, DEPOSIT)
    return config


def balance(channels: Channels, config: Config) -> int:
    return int(channels.contract.channels(channels.id(config)).balance)


def events(channels: Channels) -> list[str]:
    return [
        type(event).__name__
        for event in channels.contract.get_logs()
        if event.address == channels.contract.address
    ]


@pytest.mark.parametrize("caller", ["bob", "carol"])
def test_a_refund_is_of_what_is_unclaimed(
    channels: Channels,
    config: Config,
    alice: LocalAccount,
    bob: LocalAccount,
    request: pytest.FixtureRequest,
    caller: str,
) -> None:
    before = channels.opg.balanceOf(alice.address)
    receiver_side = request.getfixturevalue(caller).address
    channels.contract.claim([channels.claim(alice, config, 30).arguments], sender=bob.address)
    channels.contract.refund(config.arguments, 20, sender=receiver_side)
    refunded = next(log for log in channels.contract.get_logs() if type(log).__name__ == "Refunded")
    assert (refunded.channelId, refunded.sender, refunded.amount) == (channels.id(config), receiver_side, 20)
    channels.contract.refund(config.arguments, DEPOSIT, sender=receiver_side)
    assert channels.opg.balanceOf(alice.address) == before + 70
    assert channels.contract.channels(channels.id(config)) == (30, 30)
    channels.contract.settle(bob.address, config.token)
    assert channels.opg.balanceOf(bob.address) == 30


def test_a_channel_that_was_never_claimed_of_is_closed_and_opened_again(
    channels: Channels, config: Config, alice: LocalAccount, bob: LocalAccount
) -> None:
    channels.contract.refund(config.arguments, DEPOSIT, sender=bob.address)
    assert events(channels) == ["Refunded", "ChannelClosed"]
    channels.contract.deposit(*channels.authorized(alice, config, 5, salt=1))
    assert events(channels) == ["ChannelCreated", "Deposited"]


def test_nobody_else_refunds(
    channels: Channels, config: Config, alice: LocalAccount, bob: LocalAccount
) -> None:
    with refuses(channels.contract, "NotAuthorizedToRefund()"):
        channels.contract.refund(config.arguments, 1, sender=alice.address)
    with refuses(channels.contract, "ZeroRefund()"):
        channels.contract.refund(config.arguments, 0, sender=bob.address)


def test_a_word_for_a_refund_is_used_up(
    channels: Channels, config: Config, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount
) -> None:
    first = channels.refund(carol, config, 20, nonce=0)
    arguments, _, nonce, signature = first
    for bad in (channels.refund(bob, config, 20, nonce=0), (arguments, 21, nonce, signature)):
        with refuses(channels.contract, "InvalidSignature()"):
            channels.contract.refundWithSignature(*bad)
    with refuses(channels.contract, "InvalidRefundNonce()"):
        channels.contract.refundWithSignature(*channels.refund(carol, config, 20, nonce=1))
    channels.contract.refundWithSignature(*first, sender=alice.address)
    assert balance(channels, config) == 80
    with refuses(channels.contract, "InvalidRefundNonce()"):
        channels.contract.refundWithSignature(*first)


def test_a_word_is_used_up_by_any_refund_even_of_nothing(
    channels: Channels, config: Config, bob: LocalAccount, carol: LocalAccount
) -> None:
    waiting = channels.refund(carol, config, 20, nonce=0)
    channels.contract.refund(config.arguments, DEPOSIT, sender=bob.address)
    with refuses(channels.contract, "InvalidRefundNonce()"):
        channels.contract.refundWithSignature(*waiting)
    channels.contract.refundWithSignature(*channels.refund(carol, config, 20, nonce=1))
    assert channels.contract.get_logs() == []
    assert channels.contract.refundNonce(channels.id(config)) == 2


def test_a_payer_withdraws_after_the_delay(
    channels: Channels, config: Config, alice: LocalAccount, bob: LocalAccount, now: int
) -> None:
    before = channels.opg.balanceOf(alice.address)
    channels.contract.initiateWithdraw(config.arguments, 60, sender=alice.address)
    (announced,) = channels.contract.get_logs()
    assert (announced.channelId, announced.amount) == (channels.id(config), 60)
    assert announced.finalizeAfter == now + DELAY_S
    assert channels.contract.pendingWithdrawals(channels.id(config)) == (60, now)
    with refuses(channels.contract, "WithdrawalAlreadyPending()"):
        channels.contract.initiateWithdraw(config.arguments, 1, sender=alice.address)
    boa.env.evm.patch.timestamp = now + DELAY_S - 1
    with refuses(channels.contract, "WithdrawDelayNotElapsed()"):
        channels.contract.finalizeWithdraw(config.arguments, sender=alice.address)
    boa.env.evm.patch.timestamp = now + DELAY_S
    channels.contract.finalizeWithdraw(config.arguments, sender=alice.address)
    assert events(channels) == ["WithdrawFinalized"]
    assert channels.opg.balanceOf(alice.address) == before + 60
    assert channels.contract.pendingWithdrawals(channels.id(config)) == (0, 0)
    with refuses(channels.contract, "WithdrawalNotPending()"):
        channels.contract.finalizeWithdraw(config.arguments, sender=alice.address)
    with refuses(channels.contract, "ClaimExceedsBalance()"):
        channels.contract.claim([channels.claim(alice, config, 41).arguments], sender=bob.address)
    channels.contract.claim([channels.claim(alice, config, 40).arguments], sender=bob.address)


def test_what_is_claimed_in_time_is_not_withdrawn(
    channels: Channels, config: Config, alice: LocalAccount, bob: LocalAccount
) -> None:
    channels.contract.initiateWithdraw(config.arguments, DEPOSIT, sender=alice.address)
    channels.contract.claim([channels.claim(alice, config, 30).arguments], sender=bob.address)
    boa.env.time_travel(seconds=DELAY_S)
    channels.contract.finalizeWithdraw(config.arguments, sender=alice.address)
    assert channels.contract.channels(channels.id(config)) == (30, 30)
    channels.contract.settle(bob.address, config.token)
    assert channels.opg.balanceOf(bob.address) == 30


def test_a_channel_of_which_all_is_claimed_gives_nothing_back(
    channels: Channels, config: Config, alice: LocalAccount, bob: LocalAccount
) -> None:
    channels.contract.initiateWithdraw(config.arguments, 1, sender=alice.address)
    channels.contract.claim([channels.claim(alice, config, DEPOSIT).arguments], sender=bob.address)
    boa.env.time_travel(seconds=DELAY_S)
    channels.contract.finalizeWithdraw(config.arguments, sender=alice.address)
    (event,) = channels.contract.get_logs()
    assert (type(event).__name__, event.amount) == ("WithdrawFinalized", 0)
    assert channels.contract.pendingWithdrawals(channels.id(config)) == (0, 0)


def test_the_session_key_withdraws_to_the_payer(
    channels: Channels, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount
) -> None:
    config = channels.config(alice.address, bob.address, payer_authorizer=carol.address)
    channels.deposit(alice, config, DEPOSIT)
    before = channels.opg.balanceOf(alice.address)
    channels.contract.initiateWithdraw(config.arguments, DEPOSIT, sender=carol.address)
    boa.env.time_travel(seconds=DELAY_S)
    channels.contract.finalizeWithdraw(config.arguments, sender=carol.address)
    assert events(channels) == ["WithdrawFinalized", "ChannelClosed"]
    assert channels.opg.balanceOf(alice.address) == before + DEPOSIT


def test_nobody_else_withdraws_nor_more_than_there_is(
    channels: Channels, config: Config, alice: LocalAccount, bob: LocalAccount
) -> None:
    for caller, amount, error in (
        (bob, 1, "InvalidChannel()"),
        (alice, 0, "NothingToWithdraw()"),
        (alice, DEPOSIT + 1, "WithdrawAmountExceedsAvailable()"),
    ):
        with refuses(channels.contract, error):
            channels.contract.initiateWithdraw(config.arguments, amount, sender=caller.address)
    unopened = config.but(withdraw_delay=0)
    with refuses(channels.contract, "WithdrawAmountExceedsAvailable()"):
        channels.contract.initiateWithdraw(unopened.arguments, 1, sender=alice.address)
    with refuses(channels.contract, "NotAuthorizedToFinalizeWithdraw()"):
        channels.contract.finalizeWithdraw(config.arguments, sender=bob.address)


@pytest.mark.parametrize(("refunded", "pending"), [(59, 1), (60, 0), (61, 0)])
def test_what_is_refunded_meanwhile_is_not_withdrawn_again(
    channels: Channels,
    config: Config,
    alice: LocalAccount,
    bob: LocalAccount,
    now: int,
    refunded: int,
    pending: int,
) -> None:
    channels.contract.initiateWithdraw(config.arguments, 60, sender=alice.address)
    channels.contract.refund(config.arguments, refunded, sender=bob.address)
    since = now if pending else 0
    assert channels.contract.pendingWithdrawals(channels.id(config)) == (pending, since)
