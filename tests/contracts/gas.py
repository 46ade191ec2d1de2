"""What calls cost, as whole transactions: ``scripts/contracts gas`` writes ``contracts/gas.json`` anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boa
from build import CONTRACTS
from eth_utils import keccak
from tests.contracts.channel_signing import DELAY_S, Channels
from tests.contracts.conftest import CHAIN_ID, NEW_YEAR_2027, person
from tests.contracts.deploying import deploy, initcode
from tests.contracts.paying import Market
from tests.contracts.permit2_signing import (
    EXACT_PROXY,
    EXACT_WITNESS,
    PERMIT2,
    UPTO_PROXY,
    UPTO_WITNESS,
    Permit,
)
from tests.contracts.registering import ANNOUNCED_FOR, EPOCH, MINIMUM, SEATS, Enclave, Registry
from tests.contracts.signing import PERMIT, TRANSFER_WITH_AUTHORIZATION, domain, sign

SNAPSHOT = CONTRACTS / "gas.json"


def measured() -> dict[str, dict[str, int]]:
    """Gas by contract and call."""
    return {contract: _on_a_new_machine(calls) for contract, calls in _CALLS.items()}


def _on_a_new_machine(calls: Callable[[], dict[str, int]]) -> dict[str, int]:
    # Ending a transaction forgets the point that a test would go back to, so the tests' machine will not do.
    with boa.swap_env(boa.Env()):
        # Addresses are data, and zeros in data are cheaper: whoever deploys is the same on every machine.
        boa.env.eoa = person("deployer").address
        boa.env.evm.patch.chain_id = CHAIN_ID
        boa.env.evm.patch.timestamp = NEW_YEAR_2027
        return calls()


def _opg() -> dict[str, int]:
    alice, bob, carol, now = person("alice"), person("bob"), person("carol"), boa.env.timestamp
    opg = deploy("OPG", alice.address)
    gas = {"deploy": _creation("OPG", alice.address)}
    gas["transfer to a new holder"] = _call(opg, "transfer", bob.address, 1, sender=alice.address)
    gas["transfer"] = _call(opg, "transfer", bob.address, 1, sender=alice.address)
    gas["approve"] = _call(opg, "approve", carol.address, 5, sender=alice.address)
    gas["transferFrom"] = _call(opg, "transferFrom", alice.address, bob.address, 1, sender=carol.address)
    permit = {"owner": alice.address, "spender": bob.address, "value": 1, "deadline": now}
    signature = sign(alice, domain(opg), PERMIT, **permit, nonce=0)
    gas["permit"] = _call(opg, "permit", *permit.values(), *signature.vrs, sender=carol.address)
    for number, kind in enumerate(("v, r, s", "bytes")):
        terms = {"to": bob.address, "value": 1, "validAfter": 0, "validBefore": now + 1}
        nonce = number.to_bytes(32)
        signed = sign(
            alice, domain(opg), TRANSFER_WITH_AUTHORIZATION, from_=alice.address, **terms, nonce=nonce
        )
        given = signed.vrs if kind == "v, r, s" else (signed.packed,)
        arguments = (alice.address, *terms.values(), nonce, *given)
        gas[f"transferWithAuthorization, {kind}"] = _call(
            opg, "transferWithAuthorization", *arguments, sender=carol.address
        )
    gas["delegate"] = _call(opg, "delegate", alice.address, sender=alice.address)
    gas["delegate again"] = _call(opg, "delegate", bob.address, sender=alice.address)
    boa.env.time_travel(seconds=1)
    opg.delegate(carol.address, sender=bob.address)
    gas["transfer between delegators"] = _call(opg, "transfer", bob.address, 1, sender=alice.address)
    return gas


def _faucet() -> dict[str, int]:
    alice, bob = person("alice"), person("bob")
    opg = deploy("OPG", alice.address)
    terms = (opg.address, 10**18, 10**16, 86_400)
    faucet = deploy("Faucet", *terms)
    opg.transfer(faucet.address, 10**18, sender=alice.address)
    boa.env.set_balance(faucet.address, 10**16)
    return {
        "deploy": _creation("Faucet", *terms),
        "help": _call(faucet, "help", bob.address, sender=alice.address),
    }


def _settlement() -> dict[str, int]:
    alice = person("alice").address
    settlement = deploy("Settlement", alice)
    settlement.set_settler(alice, True, sender=alice)
    settle = _call(settlement, "settle", b"\x11" * 32, 1000, sender=alice)
    return {"deploy": _creation("Settlement", alice), "settle": settle}


def _permit2() -> dict[str, int]:
    alice, bob, carol = person("alice"), person("bob").address, person("carol").address
    market = _market()
    permit = Permit([(market.opg.address, 2)], carol, nonce=1, deadline=boa.env.timestamp)
    call = (permit.arguments, (bob, 1), alice.address, permit.sign(alice).packed)
    return {"permitTransferFrom": _call(market.permit2, "permitTransferFrom", *call, sender=carol)}


def _exact() -> dict[str, int]:
    alice, bob, now = person("alice"), person("bob").address, boa.env.timestamp
    market = _market()
    permit = Permit([(market.opg.address, 2)], EXACT_PROXY, nonce=1, deadline=now)
    signature = permit.sign_with(alice, EXACT_WITNESS, {"to": bob, "validAfter": now}).packed
    call = (permit.arguments, alice.address, (bob, now), signature)
    return {"settle": _call(market.exact, "settle", *call, sender=bob)}


def _upto() -> dict[str, int]:
    alice, bob, now = person("alice"), person("bob").address, boa.env.timestamp
    market = _market()
    permit = Permit([(market.opg.address, 2)], UPTO_PROXY, nonce=1, deadline=now)
    witness = {"to": bob, "facilitator": bob, "validAfter": now}
    signature = permit.sign_with(alice, UPTO_WITNESS, witness).packed
    call = (permit.arguments, 1, alice.address, tuple(witness.values()), signature)
    return {"settle": _call(market.upto, "settle", *call, sender=bob)}


def _facilitator() -> dict[str, int]:
    """Whole batches with a root; no payer's word of nonces is in use yet.

    Nonces in a row share words of 256. Those that name a request are hashes, and those of x402's clients random: a
    word each.
    """
    gas = {"deploy": _creation("Facilitator", *[person("alice").address] * 3)}
    one, many = [person("alice")] * 40, [person(f"payer {number}") for number in range(40)]
    cases = (
        ("settle 1", one[:1], False),
        ("settle 40 of one payer", one, False),
        ("settle 40 of one payer, hashes as nonces", one, True),
        ("settle 40 of 8 payers, hashes as nonces", many[:8] * 5, True),
        ("settle 40 payers", many, False),
        ("settle 40 payers, hashes as nonces", many, True),
    )
    for word, (name, payers, spread) in enumerate(cases, 1):
        market = _market()
        for payer in set(many):
            market.opg.transfer(payer.address, 100, sender=person("alice").address)
            market.opg.approve(PERMIT2, 2**256 - 1, sender=payer.address)
        payments = [
            market.payment(
                payer, person("bob").address, 1, nonce=_hash(name, place) if spread else 256 * word + place
            )
            for place, payer in enumerate(payers)
        ]
        batch = (payments, b"\x11" * 32, len(payments))
        gas[name] = _call(market.facilitator, "settle", *batch, sender=person("carol").address)
        assert market.opg.balanceOf(person("bob").address) == 1 + len(payments)
    return gas


def _hash(name: str, place: int) -> int:
    return int.from_bytes(keccak(text=f"{name}, {place}"))


def _channels() -> dict[str, int]:
    """By keys' signatures, for a receiver who has been paid before."""
    alice, bob = person("alice"), person("bob")
    channels = Channels.open(alice.address)
    channels.opg.transfer(bob.address, 1, sender=alice.address)
    opened = [channels.config(alice.address, bob.address, salt=number.to_bytes(32)) for number in range(100)]
    first, second, *others = opened

    def call(name: str, *arguments: Any, sender: str = bob.address) -> int:
        return _call(channels.contract, name, *arguments, sender=sender)

    gas = {
        "open": call("deposit", *channels.authorized(alice, first, 10)),
        "open by Permit2": call("deposit", *channels.permitted(alice, second, 10, nonce=1)),
        "top up": call("deposit", *channels.authorized(alice, first, 10, salt=1)),
    }
    for config in others:
        channels.deposit(alice, config, 10)
    for total, size in enumerate((1, 40, 100), start=1):
        claims = [channels.claim(alice, config, total) for config in opened[:size]]
        gas[f"claim {size}"] = call("claim", [claim.arguments for claim in claims])
    claims = [channels.claim(alice, config, 4) for config in opened[:40]]
    gas["claimWithSignature 40"] = call("claimWithSignature", *channels.batch(bob, claims))
    gas["settle"] = call("settle", bob.address, first.token)
    gas["refundWithSignature"] = call("refundWithSignature", *channels.refund(bob, first, 1, nonce=0))
    gas["initiateWithdraw"] = call("initiateWithdraw", first.arguments, 1, sender=alice.address)
    boa.env.time_travel(seconds=DELAY_S)
    gas["finalizeWithdraw"] = call("finalizeWithdraw", first.arguments, sender=alice.address)
    return gas


def _registry() -> dict[str, int]:
    """Enclaves of the usual size: a key of RSA with 2048 bits, a certificate of 500 bytes."""
    alice, enclave, last = person("alice"), Enclave.named("enclave"), Enclave.named("last")
    registry = Registry.open(alice.address)
    gas = {"deploy": _creation("TEERegistry", alice.address, registry.opg.address, MINIMUM, EPOCH)}
    gas["announce"] = _call(registry.contract, "announce", b"\x11" * 32, sender=alice.address)
    registry.prepare(alice, enclave)
    call = (alice.address, enclave.service)
    gas["register"] = _call(
        registry.contract, "register", enclave.identity, *call, MINIMUM, sender=alice.address
    )
    boa.env.time_travel(seconds=10)
    beat = (enclave.id, boa.env.timestamp, registry.signed(alice, enclave, boa.env.timestamp).packed)
    gas["heartbeat"] = _call(registry.contract, "heartbeat", *beat, sender=alice.address)
    gas["update"] = _call(registry.contract, "update", enclave.id, *call, sender=alice.address)
    crowd = [Enclave.named(f"enclave {number}") for number in range(1, SEATS)]
    for one in (*crowd, last):
        registry.fund(alice, MINIMUM)
        registry.announce(alice, one)
    boa.env.time_travel(seconds=ANNOUNCED_FOR)
    for one in crowd:
        registry.enter(alice, one)
    gas["getActiveTEEs, 64 of them"] = _call(registry.contract, "getActiveTEEs", 0, sender=alice.address)
    gas["register in a full list"] = _call(
        registry.contract, "register", last.identity, *call, MINIMUM + 1, sender=alice.address
    )
    return gas


def _market() -> Market:
    """Alice pays, whose first word of nonces is in use, and Bob has been paid before."""
    alice, bob, carol = (person(name).address for name in ("alice", "bob", "carol"))
    market = Market.open(alice, carol)
    market.opg.transfer(bob, 1, sender=alice)
    market.opg.approve(PERMIT2, 2**256 - 1, sender=alice)
    market.permit2.invalidateUnorderedNonces(0, 1, sender=alice)
    return market


def _call(contract: Any, name: str, *arguments: Any, sender: str) -> int:
    """The gas of a transaction with all storage cold, less its refund (EIP-2929, EIP-3529)."""
    _next_transaction()
    getattr(contract, name)(*arguments, sender=sender)
    computation = contract._computation
    used = _intrinsic(bytes(computation.msg.data)) + computation.get_gas_used()
    return used - min(computation.get_gas_refund(), used // 5)


def _creation(name: str, *arguments: Any) -> int:
    """The gas of a transaction that makes a contract (EIP-170's deposit is in what runs, EIP-3860's words are not)."""
    _next_transaction()
    code = initcode(name, *arguments)
    _, computation = boa.env.deploy(bytecode=code)
    return _intrinsic(code) + 32_000 + 2 * -(-len(code) // 32) + computation.get_gas_used()


def _intrinsic(data: bytes) -> int:
    """What a transaction costs before anything runs (EIP-2028)."""
    zeros = data.count(0)
    return 21_000 + 4 * zeros + 16 * (len(data) - zeros)


def _next_transaction() -> None:
    """All storage is cold, and what the last transaction wrote is what the next one finds."""
    boa.env.evm.vm.state.lock_changes()
    boa.env.evm.reset_access_counters()


_CALLS = {
    "BatchSettlement": _channels,
    "Facilitator": _facilitator,
    "Faucet": _faucet,
    "OPG": _opg,
    "Permit2": _permit2,
    "Settlement": _settlement,
    "TEERegistry": _registry,
    "X402ExactPermit2Proxy": _exact,
    "X402UptoPermit2Proxy": _upto,
}

if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(measured(), indent=2) + "\n")
