"""What keeps an enclave alive and enabled, and what is said of it afterwards."""

from __future__ import annotations

import boa
import pytest
from eth_account.signers.local import LocalAccount
from tests.contracts.deploying import play
from tests.contracts.registering import EPOCH, LIVENESS, MINIMUM, WITHDRAWAL_DELAY, Enclave, Registry

ENCLAVE = Enclave.named("enclave")


@pytest.fixture
def registry(alice: LocalAccount, bob: LocalAccount, carol: LocalAccount, now: int) -> Registry:
    """With an enclave of Bob's that Carol operates."""
    registry = Registry.open(alice.address)
    registry.register(bob, ENCLAVE, operator=carol)
    return registry


def states(registry: Registry) -> tuple[bool, bool, int]:
    """Whether the enclave is active, whether it is enabled, and how many are listed as active."""
    contract = registry.contract
    return (
        contract.isTEEActive(ENCLAVE.id),
        contract.isTEEEnabled(ENCLAVE.id),
        len(contract.getActiveTEEs(0)),
    )


def test_who_falls_silent_is_neither_active_nor_enabled_in_the_end(registry: Registry) -> None:
    boa.env.time_travel(seconds=LIVENESS)
    assert states(registry) == (True, True, 1)
    boa.env.time_travel(seconds=1)
    assert states(registry) == (False, True, 0)
    boa.env.time_travel(seconds=EPOCH - LIVENESS - 2)
    assert states(registry) == (False, True, 0)
    assert registry.contract.getTEE(ENCLAVE.id).enabled
    boa.env.time_travel(seconds=1)
    assert states(registry) == (False, False, 0)
    assert not registry.contract.getTEE(ENCLAVE.id).enabled
    assert registry.contract.getEnabledTEEs(0) == []
    assert registry.contract.getTEEsByType(0) == [ENCLAVE.id]


def test_a_heartbeat_that_anybody_brings_keeps_it_so(registry: Registry, carol: LocalAccount) -> None:
    boa.env.time_travel(seconds=EPOCH - 1)
    signed_at = boa.env.timestamp - 5
    registry.beat(carol, ENCLAVE, signed_at)
    (event,) = registry.contract.get_logs()
    assert (event.teeId, event.timestamp, event.until) == (ENCLAVE.id, signed_at, signed_at + EPOCH)
    assert states(registry) == (True, True, 1)
    assert registry.contract.getTEE(ENCLAVE.id).lastHeartbeatAt == signed_at
    boa.env.time_travel(seconds=EPOCH - 5)
    assert states(registry) == (False, False, 0)


def test_a_heartbeat_counts_once_and_none_after_a_later_one(registry: Registry, carol: LocalAccount) -> None:
    boa.env.time_travel(seconds=100)
    now = boa.env.timestamp
    registry.beat(carol, ENCLAVE, now - 10)
    for earlier in (now - 10, now - 11, now - 100):
        with boa.reverts("not later than the last heartbeat"):
            registry.beat(carol, ENCLAVE, earlier)
    registry.beat(carol, ENCLAVE, now - 9)


def test_a_heartbeat_is_of_about_now(registry: Registry, carol: LocalAccount) -> None:
    boa.env.time_travel(seconds=2 * LIVENESS)
    now = boa.env.timestamp
    with boa.reverts("too old"):
        registry.beat(carol, ENCLAVE, now - LIVENESS - 1)
    with boa.reverts("from the future"):
        registry.beat(carol, ENCLAVE, now + 61)
    registry.beat(carol, ENCLAVE, now - LIVENESS)
    registry.beat(carol, ENCLAVE, now + 60)


def test_only_its_operator_signs_heartbeats_for_this_registry_and_chain(
    registry: Registry, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount
) -> None:
    boa.env.time_travel(seconds=10)
    now, other = boa.env.timestamp, Enclave.named("other")
    good = registry.signed(carol, ENCLAVE, now)
    for signature in (
        registry.signed(bob, ENCLAVE, now).packed,
        registry.signed(carol, ENCLAVE, now - 1).packed,
        registry.signed(carol, other, now).packed,
        registry.signed(carol, ENCLAVE, now, chainId=8453).packed,
        registry.signed(carol, ENCLAVE, now, verifyingContract=alice.address).packed,
        good.mirrored.packed,
        good.packed[:-1],
        b"",
    ):
        with boa.reverts("invalid signature"):
            registry.contract.heartbeat(ENCLAVE.id, now, signature)
    registry.contract.heartbeat(ENCLAVE.id, now, good.packed)


def test_nobody_signs_for_an_enclave_without_an_operator(registry: Registry, bob: LocalAccount) -> None:
    boa.env.time_travel(seconds=10)
    registry.contract.update(ENCLAVE.id, "0x" + "00" * 20, ENCLAVE.service, sender=bob.address)
    for signature in (bytes(65), b"\xff" * 65, b""):
        with boa.reverts("invalid signature"):
            registry.contract.heartbeat(ENCLAVE.id, boa.env.timestamp, signature)


def test_a_new_operator_takes_over(registry: Registry, bob: LocalAccount, carol: LocalAccount) -> None:
    boa.env.time_travel(seconds=10)
    before = registry.signed(carol, ENCLAVE, boa.env.timestamp)
    registry.contract.update(ENCLAVE.id, bob.address, ENCLAVE.service, sender=bob.address)
    with boa.reverts("invalid signature"):
        registry.contract.heartbeat(ENCLAVE.id, boa.env.timestamp, before.packed)
    registry.beat(bob, ENCLAVE, boa.env.timestamp)


def test_a_wallet_operates(registry: Registry, bob: LocalAccount, carol: LocalAccount) -> None:
    wallet = play("Wallet", carol.address)
    registry.contract.update(ENCLAVE.id, wallet.address, ENCLAVE.service, sender=bob.address)
    boa.env.time_travel(seconds=10)
    registry.beat(carol, ENCLAVE, boa.env.timestamp)
    boa.env.time_travel(seconds=1)
    with boa.reverts("invalid signature"):
        registry.beat(bob, ENCLAVE, boa.env.timestamp)


def test_who_retired_or_fell_silent_is_enabled_by_its_owner_and_not_by_heartbeats(
    registry: Registry, bob: LocalAccount, carol: LocalAccount
) -> None:
    boa.env.time_travel(seconds=10)
    ahead = boa.env.timestamp + 30
    unused = registry.signed(carol, ENCLAVE, ahead)
    registry.contract.retire(ENCLAVE.id, sender=bob.address)
    assert states(registry) == (False, False, 0)
    with boa.reverts("not enabled"):
        registry.contract.heartbeat(ENCLAVE.id, ahead, unused.packed)
    with boa.reverts("not open"):
        registry.contract.retire(ENCLAVE.id, sender=bob.address)
    boa.env.time_travel(seconds=40)
    registry.contract.enable(ENCLAVE.id, sender=bob.address)
    assert states(registry) == (True, True, 1)
    with boa.reverts("not later than the last heartbeat"):
        registry.contract.heartbeat(ENCLAVE.id, ahead, unused.packed)
    with boa.reverts("open already"):
        registry.contract.enable(ENCLAVE.id, sender=bob.address)
    boa.env.time_travel(seconds=EPOCH)
    with boa.reverts("not enabled"):
        registry.beat(carol, ENCLAVE, boa.env.timestamp)
    registry.contract.enable(ENCLAVE.id, sender=bob.address)
    assert states(registry) == (True, True, 1)


def test_a_heartbeat_from_ahead_is_not_good_a_second_time(
    registry: Registry, bob: LocalAccount, carol: LocalAccount
) -> None:
    boa.env.time_travel(seconds=10)
    ahead = boa.env.timestamp + 60
    registry.beat(carol, ENCLAVE, ahead)
    registry.contract.retire(ENCLAVE.id, sender=bob.address)
    registry.contract.enable(ENCLAVE.id, sender=bob.address)
    with boa.reverts("not later than the last heartbeat"):
        registry.beat(carol, ENCLAVE, ahead)
    assert registry.contract.getTEE(ENCLAVE.id).lastHeartbeatAt == ahead


def test_old_receipts_verify_for_ever(registry: Registry, bob: LocalAccount) -> None:
    """Enabled, retired, enabled, silent, and long after."""
    began = boa.env.timestamp
    boa.env.time_travel(seconds=100)
    registry.contract.retire(ENCLAVE.id, sender=bob.address)
    boa.env.time_travel(seconds=100)
    registry.contract.enable(ENCLAVE.id, sender=bob.address)
    expected = {-1: False, 0: True, 99: True, 100: False, 199: False, 200: True}
    for later in (0, EPOCH, 20 * EPOCH):
        boa.env.time_travel(seconds=later)
        for second, enabled in expected.items():
            assert registry.contract.wasEnabledAt(ENCLAVE.id, began + second) is enabled, (later, second)
    registry.contract.withdraw(ENCLAVE.id, sender=bob.address)
    assert registry.contract.wasEnabledAt(ENCLAVE.id, began)
    assert registry.contract.wasEnabledAt(ENCLAVE.id, began + 200 + EPOCH - 1)
    assert not registry.contract.wasEnabledAt(ENCLAVE.id, began + 200 + EPOCH)


def test_nothing_is_promised_of_seconds_to_come(registry: Registry) -> None:
    now = boa.env.timestamp
    assert registry.contract.wasEnabledAt(ENCLAVE.id, now)
    assert not registry.contract.wasEnabledAt(ENCLAVE.id, now + 1)
    assert not registry.contract.wasEnabledAt(ENCLAVE.id, 2**256 - 1)


def test_another_epoch_is_for_heartbeats_to_come(
    registry: Registry, alice: LocalAccount, carol: LocalAccount
) -> None:
    until = registry.contract.standing(ENCLAVE.id).enabledUntil
    registry.contract.set_epoch(3600, sender=alice.address)
    assert registry.contract.standing(ENCLAVE.id).enabledUntil == until
    boa.env.time_travel(seconds=10)
    registry.beat(carol, ENCLAVE, boa.env.timestamp)
    assert registry.contract.standing(ENCLAVE.id).enabledUntil == boa.env.timestamp + 3600


def test_a_stake_comes_back_whole_and_late(
    registry: Registry, bob: LocalAccount, carol: LocalAccount
) -> None:
    registry.fund(carol, 7)
    registry.contract.stake(ENCLAVE.id, 7, sender=carol.address)
    assert registry.contract.stake_of(ENCLAVE.id) == MINIMUM + 7
    with boa.reverts("too early"):
        registry.contract.withdraw(ENCLAVE.id, sender=bob.address)
    boa.env.time_travel(seconds=10)
    registry.contract.retire(ENCLAVE.id, sender=bob.address)
    assert registry.contract.standing(ENCLAVE.id).withdrawableFrom == boa.env.timestamp + WITHDRAWAL_DELAY
    boa.env.time_travel(seconds=WITHDRAWAL_DELAY - 1)
    with boa.reverts("too early"):
        registry.contract.withdraw(ENCLAVE.id, sender=bob.address)
    boa.env.time_travel(seconds=1)
    registry.contract.withdraw(ENCLAVE.id, sender=bob.address)
    assert registry.opg.balanceOf(bob.address) == MINIMUM + 7
    with boa.reverts("nothing staked"):
        registry.contract.withdraw(ENCLAVE.id, sender=bob.address)
    with boa.reverts("stake below the minimum"):
        registry.contract.enable(ENCLAVE.id, sender=bob.address)
    registry.contract.stake(ENCLAVE.id, MINIMUM, sender=bob.address)
    registry.contract.enable(ENCLAVE.id, sender=bob.address)
    assert states(registry) == (True, True, 1)


def test_a_minimum_that_rises_is_for_those_who_come(
    registry: Registry, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount
) -> None:
    registry.contract.set_minimum_stake(2 * MINIMUM, sender=alice.address)
    boa.env.time_travel(seconds=10)
    registry.beat(carol, ENCLAVE, boa.env.timestamp)
    assert states(registry) == (True, True, 1)
    other = Enclave.named("other")
    registry.prepare(bob, other, 2 * MINIMUM)
    with boa.reverts("stake below the minimum"):
        registry.enter(bob, other, stake=2 * MINIMUM - 1)
    registry.enter(bob, other, stake=2 * MINIMUM)
    registry.contract.retire(ENCLAVE.id, sender=bob.address)
    with boa.reverts("stake below the minimum"):
        registry.contract.enable(ENCLAVE.id, sender=bob.address)


def test_without_a_stake_there_is_no_entry(registry: Registry, bob: LocalAccount) -> None:
    other = Enclave.named("other")
    registry.prepare(bob, other)
    registry.opg.transfer(registry.contract.address, 1, sender=bob.address)
    with boa.reverts("insufficient balance"):
        registry.enter(bob, other)
    assert registry.contract.getTEEsByType(0) == [ENCLAVE.id]
