"""How long the lists are, and who gets into one that is full."""

from __future__ import annotations

from collections.abc import Iterator

import boa
import pytest
from eth_account.signers.local import LocalAccount
from tests.contracts.conftest import person
from tests.contracts.registering import ANNOUNCED_FOR, EPOCH, MINIMUM, SEATS, Enclave, Registry


def enclave(number: int) -> Enclave:
    return Enclave.named(f"enclave {number}")


@pytest.fixture(scope="module")
def full() -> tuple[Registry, int]:
    """Whose list of type 0 is full of Bob's: each staked one more than the one before, enclave 0 the minimum.

    With the second at which it was.
    """
    bob, registry = person("bob"), Registry.open(person("alice").address)
    for number in range(SEATS):
        registry.fund(bob, MINIMUM + number)
        registry.announce(bob, enclave(number))
    boa.env.time_travel(seconds=ANNOUNCED_FOR)
    for number in range(SEATS):
        registry.enter(bob, enclave(number), stake=MINIMUM + number)
    return registry, boa.env.timestamp


@pytest.fixture
def registry(full: tuple[Registry, int], now: int) -> Iterator[Registry]:
    registry, since = full
    with boa.env.anchor():
        boa.env.evm.patch.timestamp = since + 1
        yield registry


def listed(registry: Registry) -> list[bytes]:
    return registry.contract.getEnabledTEEs(0)


def test_a_full_list_is_read_in_one_call(registry: Registry) -> None:
    everyone = [enclave(number) for number in range(SEATS)]
    active = registry.contract.getActiveTEEs(0)
    assert [tee.publicKey for tee in active] == [one.public_key for one in everyone]
    assert listed(registry) == registry.contract.getTEEsByType(0) == [one.id for one in everyone]
    assert registry.contract._computation.get_gas_used() < 30_000_000, "what nodes let a call take"


def test_whoever_stakes_more_than_the_least_gets_in(
    registry: Registry, bob: LocalAccount, carol: LocalAccount
) -> None:
    newcomer = Enclave.named("newcomer")
    registry.prepare(carol, newcomer, MINIMUM + 1)
    with boa.reverts("stake below all who are listed"):
        registry.enter(carol, newcomer, stake=MINIMUM)
    registry.enter(carol, newcomer, stake=MINIMUM + 1)
    displaced = enclave(0)
    assert displaced.id not in listed(registry)
    assert newcomer.id in listed(registry)
    assert len(listed(registry)) == len(registry.contract.getActiveTEEs(0)) == SEATS
    assert not registry.contract.isTEEEnabled(displaced.id)
    assert registry.contract.wasEnabledAt(displaced.id, boa.env.timestamp - 1), "its receipts stay good"
    assert not registry.contract.wasEnabledAt(displaced.id, boa.env.timestamp)
    assert registry.contract.getTEE(displaced.id).owner == bob.address
    assert registry.contract.getTEEsByType(0) == [enclave(number).id for number in range(1, SEATS)] + [
        newcomer.id
    ]
    assert registry.contract.registrations(0) == SEATS + 1
    assert registry.contract.registration(0, 0) == displaced.id


def test_of_those_who_staked_the_same_the_first_in_the_list_goes(
    registry: Registry, bob: LocalAccount, carol: LocalAccount
) -> None:
    first, second = Enclave.named("first"), Enclave.named("second")
    registry.register(carol, first, stake=MINIMUM + 1)
    registry.register(carol, second, stake=MINIMUM + 2)
    assert listed(registry) == [second.id] + [enclave(number).id for number in range(1, SEATS)]


def test_a_list_grows_only_if_nobody_in_it_has_ended(
    alice: LocalAccount, bob: LocalAccount, now: int
) -> None:
    registry, first, second, third = Registry.open(alice.address), *map(enclave, range(3))
    registry.register(bob, first)
    registry.register(bob, second)
    registry.contract.retire(first.id, sender=bob.address)
    registry.register(bob, third)
    assert listed(registry) == [third.id, second.id]


def test_a_stake_is_added_to_get_in_again(registry: Registry, bob: LocalAccount, carol: LocalAccount) -> None:
    newcomer, displaced = Enclave.named("newcomer"), enclave(0)
    registry.register(carol, newcomer, stake=MINIMUM + 1)
    with boa.reverts("stake below all who are listed"):
        registry.contract.enable(displaced.id, sender=bob.address)
    registry.fund(bob, 2)
    registry.contract.stake(displaced.id, 2, sender=bob.address)
    registry.contract.enable(displaced.id, sender=bob.address)
    assert displaced.id in listed(registry)
    assert len(listed(registry)) == len(set(listed(registry))) == SEATS


def test_who_has_ended_makes_room_whatever_it_staked(
    registry: Registry, bob: LocalAccount, carol: LocalAccount
) -> None:
    last, newcomer = enclave(SEATS - 1), Enclave.named("newcomer")
    registry.contract.retire(last.id, sender=bob.address)
    assert len(listed(registry)) == SEATS - 1
    registry.register(carol, newcomer)
    assert listed(registry) == [enclave(number).id for number in range(SEATS - 1)] + [newcomer.id]
    assert registry.contract.isTEEEnabled(enclave(0).id), "nobody else had to go"
    boa.env.time_travel(seconds=EPOCH)
    assert listed(registry) == []
    registry.contract.enable(last.id, sender=bob.address)
    registry.contract.enable(newcomer.id, sender=carol.address)
    assert sorted(listed(registry)) == sorted([last.id, newcomer.id])


def test_a_list_is_full_by_itself(registry: Registry, carol: LocalAccount) -> None:
    validator = Enclave.named("validator", tee_type=1)
    registry.register(carol, validator)
    assert registry.contract.getEnabledTEEs(1) == [validator.id]
    assert len(listed(registry)) == SEATS
