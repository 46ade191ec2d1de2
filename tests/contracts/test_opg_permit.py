"""OPG's approval by signature: EIP-2612 as eth-account signs it, and what a thief may try."""

from __future__ import annotations

from typing import Any

import boa
import pytest
from eth_account.signers.local import LocalAccount
from tests.contracts.deploying import play
from tests.contracts.signing import PERMIT, Signature, domain, sign

ZERO = "0x" + "00" * 20


def permitted(
    opg: Any, owner: LocalAccount, spender: str, value: int, deadline: int, nonce: int = 0, **changed: Any
) -> Signature:
    """The permit signed by its owner, for a domain with ``changed`` fields."""
    return sign(
        owner,
        domain(opg, **changed),
        PERMIT,
        owner=owner.address,
        spender=spender,
        value=value,
        nonce=nonce,
        deadline=deadline,
    )


def test_permit_sets_the_allowance_whoever_brings_it(
    opg: Any, alice: LocalAccount, bob: LocalAccount, now: int
) -> None:
    signature = permitted(opg, alice, bob.address, 7, now)
    opg.permit(alice.address, bob.address, 7, now, *signature.vrs)
    (event,) = opg.get_logs()
    assert (event.owner, event.spender, event.value) == (alice.address, bob.address, 7)
    assert opg.allowance(alice.address, bob.address) == 7
    assert opg.nonces(alice.address) == 1


def test_permit_works_once(opg: Any, alice: LocalAccount, bob: LocalAccount, now: int) -> None:
    signature = permitted(opg, alice, bob.address, 7, now)
    opg.permit(alice.address, bob.address, 7, now, *signature.vrs)
    with boa.reverts("invalid signature"):
        opg.permit(alice.address, bob.address, 7, now, *signature.vrs)


def test_permits_are_used_in_order(opg: Any, alice: LocalAccount, bob: LocalAccount, now: int) -> None:
    second = permitted(opg, alice, bob.address, 7, now, nonce=1)
    with boa.reverts("invalid signature"):
        opg.permit(alice.address, bob.address, 7, now, *second.vrs)


def test_permit_expires(opg: Any, alice: LocalAccount, bob: LocalAccount, now: int) -> None:
    signature = permitted(opg, alice, bob.address, 7, now - 1)
    with boa.reverts("expired"):
        opg.permit(alice.address, bob.address, 7, now - 1, *signature.vrs)


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "OPGG"},
        {"version": "2"},
        {"chainId": 8453},
        {"verifyingContract": "0x" + "11" * 20},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_permit_for_another_domain_is_refused(
    opg: Any, alice: LocalAccount, bob: LocalAccount, now: int, changed: dict[str, Any]
) -> None:
    signature = permitted(opg, alice, bob.address, 7, now, **changed)
    with boa.reverts("invalid signature"):
        opg.permit(alice.address, bob.address, 7, now, *signature.vrs)


def test_what_was_signed_cannot_be_changed(
    opg: Any, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount, now: int
) -> None:
    signature = permitted(opg, alice, bob.address, 7, now)
    for call in (
        (alice.address, carol.address, 7, now),
        (alice.address, bob.address, 8, now),
        (alice.address, bob.address, 7, now + 1),
        (carol.address, bob.address, 7, now),
    ):
        with boa.reverts("invalid signature"):
            opg.permit(*call, *signature.vrs)


def test_mirrored_signature_is_refused(opg: Any, alice: LocalAccount, bob: LocalAccount, now: int) -> None:
    signature = permitted(opg, alice, bob.address, 7, now)
    with boa.reverts("invalid signature"):
        opg.permit(alice.address, bob.address, 7, now, *signature.mirrored.vrs)


@pytest.mark.parametrize("v", [0, 1, 26, 29, 255])
def test_zero_address_never_signed(opg: Any, bob: LocalAccount, now: int, v: int) -> None:
    with boa.reverts("invalid signature"):
        opg.permit(ZERO, bob.address, 7, now, v, bytes(32), bytes(32))


def test_contract_wallet_permits(opg: Any, alice: LocalAccount, bob: LocalAccount, now: int) -> None:
    wallet = play("Wallet", alice.address)
    message = {"owner": wallet.address, "spender": bob.address, "value": 7, "nonce": 0, "deadline": now}
    signature = sign(alice, domain(opg), PERMIT, **message)
    opg.permit(wallet.address, bob.address, 7, now, *signature.vrs)
    assert opg.allowance(wallet.address, bob.address) == 7
