"""Entries of the registry: who may write them, and in which form clients read them."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import boa
import pytest
from build import ARTIFACTS
from eth_account.signers.local import LocalAccount
from eth_utils import keccak
from tests.contracts.registering import ANNOUNCED_FOR, EPOCH, MINIMUM, NO_OHTTP, OHTTP, Enclave, Registry

OHTTP_CONFIG = "(uint8,uint16,uint16,uint16,bytes,bytes,uint256)"
TEE = f"(address,address,string,bytes,bytes,bytes32,uint8,bool,uint256,uint256,{OHTTP_CONFIG})"
ZERO = "0x" + "00" * 20

ENCLAVE = Enclave.named("enclave")


@pytest.fixture
def registry(alice: LocalAccount, now: int) -> Registry:
    return Registry.open(alice.address)


def canonical(parameter: dict[str, Any]) -> str:
    if not parameter["type"].startswith("tuple"):
        return parameter["type"]
    return f"({','.join(map(canonical, parameter['components']))}){parameter['type'].removeprefix('tuple')}"


def test_clients_of_opengradients_registry_can_call_it() -> None:
    abi = json.loads((ARTIFACTS / "TEERegistry.json").read_text())["abi"]
    functions = {entry["name"]: entry for entry in abi if entry["type"] == "function"}
    for name, taken, answered in (
        ("getActiveTEEs", "uint8", f"{TEE}[]"),
        ("getEnabledTEEs", "uint8", "bytes32[]"),
        ("getTEEsByType", "uint8", "bytes32[]"),
        ("getTEE", "bytes32", TEE),
        ("isTEEActive", "bytes32", "bool"),
        ("isTEEEnabled", "bytes32", "bool"),
    ):
        assert list(map(canonical, functions[name]["inputs"])) == [taken], name
        assert list(map(canonical, functions[name]["outputs"])) == [answered], name
        assert functions[name]["stateMutability"] == "view"
    assert keccak(text="getActiveTEEs(uint8)")[:4].hex() == "4b6014da"


def test_an_enclave_is_listed_as_it_was_registered(
    registry: Registry, bob: LocalAccount, carol: LocalAccount
) -> None:
    registered = registry.register(bob, ENCLAVE, operator=carol)
    now = boa.env.timestamp
    assert registered == ENCLAVE.id == keccak(ENCLAVE.public_key)
    (listed,) = registry.contract.getActiveTEEs(0)
    assert tuple(listed) == (
        bob.address,
        ENCLAVE.payment_address,
        ENCLAVE.endpoint,
        ENCLAVE.public_key,
        ENCLAVE.certificate,
        ENCLAVE.pcr_hash,
        0,
        True,
        now,
        now,
        (*OHTTP, now),
    )
    assert registry.contract.getTEE(ENCLAVE.id) == listed
    assert registry.contract.getEnabledTEEs(0) == registry.contract.getTEEsByType(0) == [ENCLAVE.id]
    assert registry.contract.isTEEActive(ENCLAVE.id)
    assert registry.contract.isTEEEnabled(ENCLAVE.id)
    assert tuple(registry.contract.standing(ENCLAVE.id))[:4] == (carol.address, MINIMUM, now, now + EPOCH)


@pytest.mark.parametrize(
    "largest",
    [
        Enclave(b"k" * 600, tee_type=255, endpoint="h" * 256, certificate=b"\x30" * 2048),
        Enclave(b"k" * 600, ohttp=(255, *[65_535] * 3, b"p" * 160, b"c" * 256), endpoint="~" * 256),
        Enclave(b"k", endpoint="!", certificate=b"c", ohttp=NO_OHTTP, pcr_hash=bytes(32)),
    ],
)
def test_entries_of_every_size_are_read_back(registry: Registry, bob: LocalAccount, largest: Enclave) -> None:
    registry.register(bob, largest)
    entry = registry.contract.getTEE(largest.id)
    assert (entry.publicKey, entry.pcrHash, entry.teeType) == largest.identity
    assert entry.paymentAddress == largest.payment_address
    assert (entry.endpoint, entry.tlsCertificate) == (largest.endpoint, largest.certificate)
    assert tuple(entry.ohttpConfig)[:-1] == largest.ohttp


def test_nobody_is_there_who_did_not_register(registry: Registry) -> None:
    nobody = ENCLAVE.id
    assert registry.contract.getActiveTEEs(0) == registry.contract.getEnabledTEEs(0) == []
    assert registry.contract.getTEEsByType(0) == []
    assert registry.contract.isTEEActive(nobody) is False
    assert registry.contract.isTEEEnabled(nobody) is False
    assert registry.contract.wasEnabledAt(nobody, 0) is False
    assert registry.contract.wasEnabledAt(nobody, boa.env.timestamp) is False
    for call in (
        lambda: registry.contract.getTEE(nobody),
        lambda: registry.contract.stake(nobody, 1),
    ):
        with boa.reverts("no such enclave"):
            call()
    for call in (registry.contract.enable, registry.contract.retire, registry.contract.withdraw):
        with boa.reverts("not the enclave's owner"):
            call(nobody)
    with boa.reverts("not enabled"):
        registry.contract.heartbeat(nobody, boa.env.timestamp, bytes(65))


def test_types_have_lists_of_their_own(registry: Registry, bob: LocalAccount) -> None:
    validator = Enclave.named("validator", tee_type=1)
    registry.register(bob, ENCLAVE)
    registry.register(bob, validator)
    for tee_type, enclave in ((0, ENCLAVE), (1, validator)):
        assert [tee.publicKey for tee in registry.contract.getActiveTEEs(tee_type)] == [enclave.public_key]
        assert registry.contract.getTEEsByType(tee_type) == [enclave.id]
    assert registry.contract.getActiveTEEs(2) == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"endpoint": ""}, "no endpoint"),
        ({"endpoint": "https://a b"}, "endpoint is not plain ASCII"),
        ({"endpoint": "https://a\x7f"}, "endpoint is not plain ASCII"),
        ({"endpoint": "https://münchen.example"}, "endpoint is not plain ASCII"),
        ({"certificate": b""}, "no certificate"),
        ({"payment_address": ZERO}, "no payment address"),
    ],
)
def test_an_entry_that_clients_could_not_use_is_refused(
    registry: Registry, bob: LocalAccount, changed: dict[str, Any], reason: str
) -> None:
    bad = dataclasses.replace(ENCLAVE, **changed)
    registry.prepare(bob, ENCLAVE)
    with boa.reverts(reason):
        registry.enter(bob, bad)
    registry.enter(bob, ENCLAVE)
    with boa.reverts(reason):
        registry.contract.update(ENCLAVE.id, bob.address, bad.service, sender=bob.address)


def test_a_text_that_is_no_utf_8_is_refused(registry: Registry, bob: LocalAccount) -> None:
    """Clients decode a list whole: it would keep them from reading any of it."""
    wished = dataclasses.replace(ENCLAVE, endpoint="https://PLACE")
    registry.prepare(bob, wished)
    call = registry.contract.register.prepare_calldata(
        wished.identity, bob.address, wished.service, MINIMUM
    ).replace(b"PLACE", b"\xff\xfe\xfd\xfc\xfb")
    answer = boa.env.execute_code(to_address=registry.contract.address, sender=bob.address, data=call)
    assert answer.is_error
    assert b"endpoint is not plain ASCII" in answer.output


def test_an_empty_key_is_refused(registry: Registry, bob: LocalAccount) -> None:
    nobody = Enclave(b"")
    registry.prepare(bob, nobody)
    with boa.reverts("no public key"):
        registry.enter(bob, nobody)


def test_an_enclave_is_registered_once(registry: Registry, bob: LocalAccount, carol: LocalAccount) -> None:
    registry.register(bob, ENCLAVE)
    registry.prepare(carol, ENCLAVE)
    for owner in (bob, carol):
        with boa.reverts("registered already"):
            registry.enter(owner, ENCLAVE)
    boa.env.time_travel(seconds=EPOCH)
    with boa.reverts("registered already"):
        registry.enter(bob, ENCLAVE)


def test_who_first_sees_a_key_in_a_transaction_cannot_take_it(
    registry: Registry, bob: LocalAccount, carol: LocalAccount
) -> None:
    """Bob's registration waits to be included; Carol sees it, and pays to be before him."""
    registry.prepare(bob, ENCLAVE)
    registry.fund(carol, MINIMUM)
    with boa.reverts("not announced for long enough"):
        registry.enter(carol, ENCLAVE)
    registry.announce(carol, ENCLAVE)
    for seconds in (0, ANNOUNCED_FOR - 1):
        boa.env.time_travel(seconds=seconds)
        with boa.reverts("not announced for long enough"):
            registry.enter(carol, ENCLAVE)
    registry.enter(bob, ENCLAVE)
    assert registry.contract.getTEE(ENCLAVE.id).owner == bob.address


def test_an_announcement_is_not_made_younger(registry: Registry, bob: LocalAccount) -> None:
    registry.announce(bob, ENCLAVE)
    boa.env.time_travel(seconds=1)
    with boa.reverts("announced already"):
        registry.announce(bob, ENCLAVE)


def test_its_owner_moves_an_enclave(registry: Registry, bob: LocalAccount, carol: LocalAccount) -> None:
    registry.register(bob, ENCLAVE)
    registered_at = boa.env.timestamp
    boa.env.time_travel(seconds=60)
    moved = dataclasses.replace(
        ENCLAVE, endpoint="https://elsewhere.example", certificate=b"\x31" * 9, ohttp=NO_OHTTP
    )
    registry.contract.update(ENCLAVE.id, carol.address, moved.service, sender=bob.address)
    entry = registry.contract.getTEE(ENCLAVE.id)
    assert (entry.endpoint, entry.tlsCertificate) == (moved.endpoint, moved.certificate)
    assert tuple(entry.ohttpConfig) == (*NO_OHTTP, registered_at + 60)
    assert (entry.publicKey, entry.registeredAt) == (ENCLAVE.public_key, registered_at)
    assert registry.contract.standing(ENCLAVE.id).operator == carol.address


def test_nobody_else_touches_an_entry(registry: Registry, alice: LocalAccount, bob: LocalAccount) -> None:
    registry.register(bob, ENCLAVE)
    for call in (
        lambda: registry.contract.update(ENCLAVE.id, alice.address, ENCLAVE.service, sender=alice.address),
        lambda: registry.contract.retire(ENCLAVE.id, sender=alice.address),
        lambda: registry.contract.enable(ENCLAVE.id, sender=alice.address),
        lambda: registry.contract.withdraw(ENCLAVE.id, sender=alice.address),
    ):
        with boa.reverts("not the enclave's owner"):
            call()


def test_the_rules_are_set_by_the_owner_of_the_registry(
    registry: Registry, alice: LocalAccount, bob: LocalAccount
) -> None:
    for set_rule in (registry.contract.set_minimum_stake, registry.contract.set_epoch):
        with boa.reverts("not the owner"):
            set_rule(EPOCH, sender=bob.address)
        set_rule(2 * EPOCH, sender=alice.address)
    assert registry.contract.minimum_stake() == registry.contract.epoch() == 2 * EPOCH
    with boa.reverts("no such minimum"):
        registry.contract.set_minimum_stake(0, sender=alice.address)
    for epoch in (3599, 30 * 86_400 + 1):
        with boa.reverts("no such epoch"):
            registry.contract.set_epoch(epoch, sender=alice.address)
