"""Claims of what vouchers allow, and their way to the receiver."""

from __future__ import annotations

import boa
import pytest
from eth_account.signers.local import LocalAccount
from tests.contracts.channel_signing import VOUCHER, Channels, Config, domain
from tests.contracts.deploying import play
from tests.contracts.refusing import refuses
from tests.contracts.signing import sign

DEPOSIT = 100


@pytest.fixture
def config(channels: Channels, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount) -> Config:
    """Alice pays Bob, for whom Carol speaks."""
    config = channels.config(alice.address, bob.address, receiver_authorizer=carol.address)
    channels.deposit(alice, config, DEPOSIT)
    return config


def claimed(channels: Channels, config: Config) -> int:
    return int(channels.contract.channels(channels.id(config)).totalClaimed)


@pytest.mark.parametrize("caller", ["bob", "carol"])
def test_a_voucher_is_claimed_and_settled(
    channels: Channels,
    config: Config,
    alice: LocalAccount,
    bob: LocalAccount,
    request: pytest.FixtureRequest,
    caller: str,
) -> None:
    claimer = request.getfixturevalue(caller).address
    channels.contract.claim([channels.claim(alice, config, 30, 40).arguments], sender=claimer)
    (event,) = channels.contract.get_logs()
    assert (event.channelId, event.sender) == (channels.id(config), claimer)
    assert (event.claimAmount, event.newTotalClaimed) == (30, 30)
    assert channels.contract.channels(channels.id(config)) == (DEPOSIT, 30)
    assert channels.contract.receivers(bob.address, config.token) == (30, 0)
    channels.contract.settle(bob.address, config.token, sender=alice.address)
    settled = channels.contract.get_logs()[-1]
    assert (settled.receiver, settled.token, settled.sender) == (bob.address, config.token, alice.address)
    assert settled.amount == channels.opg.balanceOf(bob.address) == 30
    assert channels.contract.receivers(bob.address, config.token) == (30, 30)
    channels.contract.settle(bob.address, config.token)
    assert channels.contract.get_logs() == []
    assert channels.opg.balanceOf(bob.address) == 30


def test_vouchers_count_up_and_an_old_one_changes_nothing(
    channels: Channels, config: Config, alice: LocalAccount, bob: LocalAccount
) -> None:
    first, second = (channels.claim(alice, config, total) for total in (10, 25))
    for claim, total, events in (
        (first, 10, 1),
        (first, 10, 0),
        (second, 25, 1),
        (first, 25, 0),
        (second.but(total=11), 25, 0),
    ):
        channels.contract.claim([claim.arguments], sender=bob.address)
        assert len(channels.contract.get_logs()) == events
        assert claimed(channels, config) == total
    assert channels.contract.receivers(bob.address, config.token) == (25, 0)


def test_all_of_the_balance_and_no_more(
    channels: Channels, config: Config, alice: LocalAccount, bob: LocalAccount
) -> None:
    claim = channels.claim(alice, config, 40)
    with refuses(channels.contract, "ClaimExceedsCeiling()"):
        channels.contract.claim([claim.but(total=41).arguments], sender=bob.address)
    claim = channels.claim(alice, config, DEPOSIT, DEPOSIT + 1)
    with refuses(channels.contract, "ClaimExceedsBalance()"):
        channels.contract.claim([claim.but(total=DEPOSIT + 1).arguments], sender=bob.address)
    channels.contract.claim([claim.arguments], sender=bob.address)
    assert claimed(channels, config) == DEPOSIT


def test_a_signature_that_is_not_the_payers(
    channels: Channels, config: Config, alice: LocalAccount, bob: LocalAccount
) -> None:
    good = channels.claim(alice, config, 30)
    other = config.but(salt=b"\x01" * 32)
    signature = sign(alice, domain(), VOUCHER, channelId=channels.id(config), maxClaimableAmount=30)
    elsewhere = sign(
        alice, domain(chainId=8_453), VOUCHER, channelId=channels.id(config), maxClaimableAmount=30
    )
    for bad in (
        good.but(maximum=31),
        good.but(signature=channels.voucher(bob, config, 30)),
        good.but(signature=channels.voucher(alice, other, 30)),
        good.but(signature=elsewhere.packed),
        good.but(signature=signature.mirrored.packed),
        good.but(signature=signature.compact),
        good.but(signature=good.signature + b"\0"),
        good.but(signature=b""),
    ):
        with refuses(channels.contract, "InvalidSignature()"):
            channels.contract.claim([bad.arguments], sender=bob.address)
    channels.contract.claim([good.arguments], sender=bob.address)


def test_a_session_key_signs_and_its_owner_does_not(
    channels: Channels, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount
) -> None:
    config = channels.config(alice.address, bob.address, payer_authorizer=carol.address)
    channels.deposit(alice, config, DEPOSIT)
    good = channels.claim(carol, config, 30)
    signature = sign(carol, domain(), VOUCHER, channelId=channels.id(config), maxClaimableAmount=30)
    for bad in (channels.voucher(alice, config, 30), signature.mirrored.packed, signature.compact, b""):
        with refuses(channels.contract, "InvalidSignature()"):
            channels.contract.claim([good.but(signature=bad).arguments], sender=bob.address)
    channels.contract.claim([good.arguments], sender=bob.address)


def test_a_session_key_that_is_a_contract_signs_nothing(
    channels: Channels, alice: LocalAccount, bob: LocalAccount
) -> None:
    wallet = play("Wallet", alice.address)
    config = channels.config(alice.address, bob.address, payer_authorizer=wallet.address)
    channels.deposit(alice, config, DEPOSIT)
    with refuses(channels.contract, "InvalidSignature()"):
        channels.contract.claim([channels.claim(alice, config, 30).arguments], sender=bob.address)


def test_a_payer_that_is_a_contract_signs_by_itself(
    channels: Channels, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount
) -> None:
    wallet = play("Wallet", carol.address)
    purse = play("Purse")
    channels.opg.transfer(purse.address, DEPOSIT, sender=alice.address)
    config = channels.config(wallet.address, bob.address)
    channels.contract.deposit(config.arguments, DEPOSIT, purse.address, b"")
    good = channels.claim(carol, config, 30)
    with refuses(channels.contract, "InvalidSignature()"):
        channels.contract.claim(
            [good.but(signature=channels.voucher(alice, config, 30)).arguments], sender=bob.address
        )
    channels.contract.claim([good.but(signature=good.signature + b"more").arguments], sender=bob.address)
    assert claimed(channels, config) == 30


def test_nobody_else_claims(
    channels: Channels, config: Config, alice: LocalAccount, bob: LocalAccount
) -> None:
    claim = channels.claim(alice, config, 30)
    with refuses(channels.contract, "NotAuthorizedToClaim()"):
        channels.contract.claim([claim.arguments], sender=alice.address)
    of_alice = channels.config(bob.address, alice.address)
    with refuses(channels.contract, "NotAuthorizedToClaim()"):
        channels.contract.claim(
            [claim.arguments, channels.claim(bob, of_alice, 0).arguments], sender=bob.address
        )


def test_one_bad_claim_fails_the_batch(
    channels: Channels, config: Config, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount
) -> None:
    good = channels.claim(alice, config, 30)
    unopened = channels.claim(alice, config.but(salt=b"\x01" * 32), 30)
    for batch, error in (
        ([good, unopened], "ClaimExceedsBalance()"),
        ([good, good.but(total=31)], "ClaimExceedsCeiling()"),
        ([], "EmptyBatch()"),
    ):
        with refuses(channels.contract, error):
            channels.contract.claim([claim.arguments for claim in batch], sender=bob.address)
        with refuses(channels.contract, error):
            channels.contract.claimWithSignature(*channels.batch(carol, batch))
    assert claimed(channels, config) == 0


def test_anybody_brings_the_word_of_who_speaks_for_the_receivers(
    channels: Channels, config: Config, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount
) -> None:
    other = config.but(receiver=alice.address, salt=b"\x01" * 32)
    channels.deposit(alice, other, DEPOSIT)
    claims = [channels.claim(alice, config, 30, 40), channels.claim(alice, other, 5)]
    batch, signature = channels.batch(carol, claims)
    for changed in (batch[:1], batch[::-1], [claims[0].but(total=31).arguments, batch[1]]):
        with refuses(channels.contract, "InvalidSignature()"):
            channels.contract.claimWithSignature(changed, signature)
    with refuses(channels.contract, "InvalidSignature()"):
        channels.contract.claimWithSignature(*channels.batch(bob, claims))
    channels.contract.claimWithSignature(batch, signature, sender=bob.address)
    assert (claimed(channels, config), claimed(channels, other)) == (30, 5)


def test_a_batch_has_one_who_speaks(
    channels: Channels, config: Config, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount
) -> None:
    other = config.but(receiver_authorizer=bob.address)
    channels.deposit(alice, other, DEPOSIT)
    claims = [channels.claim(alice, config, 30), channels.claim(alice, other, 5)]
    with refuses(channels.contract, "NotReceiverAuthorizer()"):
        channels.contract.claimWithSignature(*channels.batch(carol, claims))


def test_who_speaks_may_be_a_contract(
    channels: Channels, config: Config, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount
) -> None:
    wallet = play("Wallet", bob.address)
    config = config.but(receiver_authorizer=wallet.address)
    channels.deposit(alice, config, DEPOSIT)
    claims = [channels.claim(alice, config, 30)]
    with refuses(channels.contract, "InvalidSignature()"):
        channels.contract.claimWithSignature(*channels.batch(carol, claims))
    channels.contract.claimWithSignature(*channels.batch(bob, claims))


def test_a_hundred_claims_in_one_batch(channels: Channels, alice: LocalAccount, bob: LocalAccount) -> None:
    purse = play("Purse")
    channels.opg.transfer(purse.address, 101, sender=alice.address)
    claims = []
    for number in range(101):
        config = channels.config(alice.address, bob.address, salt=number.to_bytes(32))
        channels.contract.deposit(config.arguments, 1, purse.address, b"")
        claims.append(channels.claim(alice, config, 1).arguments)
    with boa.reverts():
        channels.contract.claim(claims, sender=bob.address)
    channels.contract.claim(claims[:100], sender=bob.address)
    assert channels.contract.receivers(bob.address, channels.opg.address).totalClaimed == 100


def test_nothing_was_ever_claimed_for_a_stranger(channels: Channels, carol: LocalAccount) -> None:
    channels.contract.settle(carol.address, channels.opg.address)
    assert channels.contract.receivers(carol.address, channels.opg.address) == (0, 0)
    assert channels.contract.channels(bytes(32)) == (0, 0)
