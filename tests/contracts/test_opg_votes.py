"""OPG's votes: ERC-5805 on the clock of ERC-6372."""

from __future__ import annotations

from typing import Any

import boa
from eth_account.signers.local import LocalAccount
from tests.contracts.signing import DELEGATION, domain, sign

SUPPLY = 10**9 * 10**18
ZERO = "0x" + "00" * 20


def test_clock_is_the_seconds_of_the_block(opg: Any) -> None:
    assert opg.clock() == boa.env.timestamp
    assert opg.CLOCK_MODE() == "mode=timestamp"


def test_a_balance_votes_once_delegated(opg: Any, alice: LocalAccount, bob: LocalAccount) -> None:
    assert opg.getVotes(alice.address) == 0
    opg.delegate(bob.address, sender=alice.address)
    changed, votes = opg.get_logs()
    assert (changed.delegator, changed.fromDelegate, changed.toDelegate) == (alice.address, ZERO, bob.address)
    assert (votes.delegate, votes.previousVotes, votes.newVotes) == (bob.address, 0, SUPPLY)
    assert opg.delegates(alice.address) == bob.address
    assert (opg.getVotes(alice.address), opg.getVotes(bob.address)) == (0, SUPPLY)


def test_votes_follow_the_balance(opg: Any, alice: LocalAccount, bob: LocalAccount) -> None:
    for holder in (alice, bob):
        opg.delegate(holder.address, sender=holder.address)
    opg.transfer(bob.address, 5, sender=alice.address)
    assert (opg.getVotes(alice.address), opg.getVotes(bob.address)) == (SUPPLY - 5, 5)


def test_past_votes_never_change(opg: Any, alice: LocalAccount, bob: LocalAccount) -> None:
    opg.delegate(alice.address, sender=alice.address)
    seen: dict[int, int] = {}
    for amount in range(1, 8):
        opg.transfer(bob.address, amount, sender=alice.address)
        opg.transfer(bob.address, amount, sender=alice.address)
        seen[boa.env.timestamp] = opg.getVotes(alice.address)
        boa.env.time_travel(seconds=10)
    for second, votes in seen.items():
        assert opg.getPastVotes(alice.address, second) == votes
        assert opg.getPastVotes(alice.address, second + 9) == votes
    assert opg.getPastVotes(alice.address, min(seen) - 1) == 0


def test_the_present_second_has_no_past(opg: Any, alice: LocalAccount, now: int) -> None:
    with boa.reverts("not over yet"):
        opg.getPastVotes(alice.address, now)
    with boa.reverts("not over yet"):
        opg.getPastTotalSupply(now)


def test_total_is_counted_from_the_first_second(opg: Any, now: int) -> None:
    boa.env.time_travel(seconds=1)
    assert (opg.getPastTotalSupply(now), opg.getPastTotalSupply(now - 1)) == (SUPPLY, 0)


def test_delegation_by_signature(opg: Any, alice: LocalAccount, bob: LocalAccount, now: int) -> None:
    signature = sign(alice, domain(opg), DELEGATION, delegatee=bob.address, nonce=0, expiry=now)
    opg.delegateBySig(bob.address, 0, now, *signature.vrs)
    assert opg.getVotes(bob.address) == SUPPLY
    with boa.reverts("invalid nonce"):
        opg.delegateBySig(bob.address, 0, now, *signature.vrs)


def test_delegation_by_a_bad_signature_is_refused(
    opg: Any, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount, now: int
) -> None:
    late = sign(alice, domain(opg), DELEGATION, delegatee=bob.address, nonce=0, expiry=now - 1)
    with boa.reverts("expired"):
        opg.delegateBySig(bob.address, 0, now - 1, *late.vrs)
    good = sign(alice, domain(opg), DELEGATION, delegatee=bob.address, nonce=0, expiry=now)
    with boa.reverts("invalid signature"):
        opg.delegateBySig(bob.address, 0, now, *good.mirrored.vrs)
    # Changed, it is the signature of somebody nobody knows, who holds nothing.
    opg.delegateBySig(carol.address, 0, now, *good.vrs)
    assert (opg.delegates(alice.address), opg.getVotes(carol.address)) == (ZERO, 0)


def test_permits_and_delegations_share_nonces(
    opg: Any, alice: LocalAccount, bob: LocalAccount, now: int
) -> None:
    signature = sign(alice, domain(opg), DELEGATION, delegatee=bob.address, nonce=0, expiry=now)
    opg.delegateBySig(bob.address, 0, now, *signature.vrs)
    assert opg.nonces(alice.address) == 1
