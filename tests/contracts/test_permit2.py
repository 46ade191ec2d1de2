"""Permit2's SignatureTransfer at the canonical address: what is signed moves, once, and nothing else does."""

from __future__ import annotations

from typing import Any

import boa
import pytest
from eth_account.signers.local import LocalAccount
from eth_utils import keccak
from tests.contracts.deploying import deploy, lay, play
from tests.contracts.permit2_signing import EXACT_WITNESS, PERMIT2, Permit
from tests.contracts.refusing import refuses
from tests.contracts.signing import Signature
from tests.contracts.test_opg_domain import separator

FOREVER = 2**256 - 1
WITNESS_TYPE = (
    "Witness witness)TokenPermissions(address token,uint256 amount)Witness(address to,uint256 validAfter)"
)


@pytest.fixture
def permit2(opg: Any, alice: LocalAccount) -> Any:
    """Permit2, approved by Alice."""
    opg.approve(PERMIT2, FOREVER, sender=alice.address)
    return lay("Permit2", PERMIT2)


@pytest.fixture
def permit(opg: Any, carol: LocalAccount, now: int) -> Permit:
    """Up to seven OPG for Carol, this second."""
    return Permit([(opg.address, 7)], carol.address, nonce=2**200 + 3, deadline=now)


def test_domain_is_permit2s(permit2: Any) -> None:
    domain = {"name": "Permit2", "chainId": 31_337, "verifyingContract": PERMIT2}
    assert permit2.DOMAIN_SEPARATOR() == separator(domain)


def test_spender_moves_up_to_the_amount_signed(
    permit2: Any, permit: Permit, opg: Any, alice: LocalAccount, bob: LocalAccount
) -> None:
    call = (permit.arguments, (bob.address, 5), alice.address, permit.sign(alice).packed)
    permit2.permitTransferFrom(*call, sender=permit.spender)
    assert opg.balanceOf(bob.address) == 5
    assert permit2.nonceBitmap(alice.address, 2**192) == 1 << 3


def test_a_nonce_is_used_once(permit2: Any, permit: Permit, alice: LocalAccount, bob: LocalAccount) -> None:
    signature = permit.sign(alice)
    call = (permit.arguments, (bob.address, 1), alice.address)
    permit2.permitTransferFrom(*call, signature.packed, sender=permit.spender)
    for again in (signature, signature.mirrored):
        with refuses(permit2, "InvalidNonce()"):
            permit2.permitTransferFrom(*call, again.packed, sender=permit.spender)


def test_nonces_are_used_in_any_order(
    permit2: Any, permit: Permit, opg: Any, alice: LocalAccount, bob: LocalAccount
) -> None:
    for nonce in (FOREVER, 0, 255, 256, 1):
        other = permit.but(nonce=nonce)
        call = (other.arguments, (bob.address, 1), alice.address, other.sign(alice).packed)
        permit2.permitTransferFrom(*call, sender=permit.spender)
    assert opg.balanceOf(bob.address) == 5


def test_a_nonce_taken_back_is_worth_nothing(
    permit2: Any, permit: Permit, alice: LocalAccount, bob: LocalAccount
) -> None:
    permit2.invalidateUnorderedNonces(permit.nonce >> 8, 1 << 3, sender=alice.address)
    (event,) = permit2.get_logs()
    assert (event.owner, event.word, event.mask) == (alice.address, permit.nonce >> 8, 8)
    call = (permit.arguments, (bob.address, 1), alice.address, permit.sign(alice).packed)
    with refuses(permit2, "InvalidNonce()"):
        permit2.permitTransferFrom(*call, sender=permit.spender)


def test_more_than_signed_is_refused(
    permit2: Any, permit: Permit, alice: LocalAccount, bob: LocalAccount
) -> None:
    call = (permit.arguments, (bob.address, 8), alice.address, permit.sign(alice).packed)
    with refuses(permit2, "InvalidAmount(uint256)", 7):
        permit2.permitTransferFrom(*call, sender=permit.spender)


def test_expired_is_refused(
    permit2: Any, permit: Permit, alice: LocalAccount, bob: LocalAccount, now: int
) -> None:
    late = permit.but(deadline=now - 1)
    call = (late.arguments, (bob.address, 1), alice.address, late.sign(alice).packed)
    with refuses(permit2, "SignatureExpired(uint256)", now - 1):
        permit2.permitTransferFrom(*call, sender=permit.spender)


def test_anybody_but_the_spender_is_refused(
    permit2: Any, permit: Permit, alice: LocalAccount, bob: LocalAccount
) -> None:
    call = (permit.arguments, (bob.address, 7), alice.address, permit.sign(alice).packed)
    with refuses(permit2, "InvalidSigner()"):
        permit2.permitTransferFrom(*call, sender=bob.address)


def test_what_was_signed_cannot_be_changed(
    permit2: Any, permit: Permit, opg: Any, alice: LocalAccount, bob: LocalAccount, now: int
) -> None:
    signature = permit.sign(alice).packed
    for changed in (
        permit.but(tokens=[(opg.address, 8)]),
        permit.but(tokens=[(bob.address, 7)]),
        permit.but(nonce=permit.nonce + 1),
        permit.but(deadline=now + 1),
    ):
        with refuses(permit2, "InvalidSigner()"):
            permit2.permitTransferFrom(
                changed.arguments, (bob.address, 1), alice.address, signature, sender=permit.spender
            )


@pytest.mark.parametrize(
    "changed",
    [{"name": "Permit3"}, {"chainId": 8453}, {"verifyingContract": "0x" + "11" * 20}, {"version": "1"}],
    ids=lambda changed: next(iter(changed)),
)
def test_another_domain_is_refused(
    permit2: Any, permit: Permit, alice: LocalAccount, bob: LocalAccount, changed: dict[str, Any]
) -> None:
    call = (permit.arguments, (bob.address, 1), alice.address, permit.sign(alice, **changed).packed)
    with refuses(permit2, "InvalidSigner()"):
        permit2.permitTransferFrom(*call, sender=permit.spender)


def test_compact_signature_counts(
    permit2: Any, permit: Permit, opg: Any, alice: LocalAccount, bob: LocalAccount
) -> None:
    for nonce in range(4):  # both parities come up
        other = permit.but(nonce=nonce)
        signature = other.sign(alice).compact
        permit2.permitTransferFrom(
            other.arguments, (bob.address, 1), alice.address, signature, sender=permit.spender
        )
    assert opg.balanceOf(bob.address) == 4


@pytest.mark.parametrize(
    ("signature", "error"),
    [
        (b"", "InvalidSignatureLength()"),
        (bytes(63), "InvalidSignatureLength()"),
        (bytes(66), "InvalidSignatureLength()"),
        (bytes(64), "InvalidSignature()"),
        (bytes(65), "InvalidSignature()"),
    ],
    ids=["0", "63", "66", "64 zeros", "65 zeros"],
)
def test_what_is_no_signature_is_refused(
    permit2: Any, permit: Permit, alice: LocalAccount, bob: LocalAccount, signature: bytes, error: str
) -> None:
    for owner in (alice.address, "0x" + "00" * 20):
        with refuses(permit2, error):
            permit2.permitTransferFrom(
                permit.arguments, (bob.address, 1), owner, signature, sender=permit.spender
            )


def test_contract_wallet_answers_for_itself(
    permit2: Any, permit: Permit, opg: Any, alice: LocalAccount, bob: LocalAccount
) -> None:
    wallet = play("Wallet", alice.address)
    opg.transfer(wallet.address, 7, sender=alice.address)
    opg.approve(PERMIT2, FOREVER, sender=wallet.address)
    for key, refused in ((bob, True), (alice, False)):
        call = (permit.arguments, (bob.address, 7), wallet.address, permit.sign(key).packed)
        if refused:
            with refuses(permit2, "InvalidContractSignature()"):
                permit2.permitTransferFrom(*call, sender=permit.spender)
        else:
            permit2.permitTransferFrom(*call, sender=permit.spender)
    assert opg.balanceOf(bob.address) == 7


def test_key_of_an_account_delegated_by_eip7702_counts_for_nothing(
    permit2: Any, permit: Permit, alice: LocalAccount, bob: LocalAccount
) -> None:
    """As with the canonical Permit2: such a payer needs a delegate that knows ERC-1271, or EIP-3009."""
    boa.env.set_code(alice.address, boa.env.get_code(play("Silent").address))
    call = (permit.arguments, (bob.address, 1), alice.address, permit.sign(alice).packed)
    with refuses(permit2, "InvalidContractSignature()"):
        permit2.permitTransferFrom(*call, sender=permit.spender)


def test_a_token_that_is_no_contract_is_refused(
    permit2: Any, permit: Permit, alice: LocalAccount, bob: LocalAccount
) -> None:
    nothing = permit.but(tokens=[("0x" + "22" * 20, 7)])
    call = (nothing.arguments, (bob.address, 1), alice.address, nothing.sign(alice).packed)
    with boa.reverts():
        permit2.permitTransferFrom(*call, sender=permit.spender)


def witnessed(permit: Permit, alice: LocalAccount, bob: LocalAccount) -> tuple[bytes, Signature]:
    """The struct hash of a witness, and Alice's signature of the permit with it."""
    message = {"to": bob.address, "validAfter": 1}
    typehash = keccak(text="Witness(address to,uint256 validAfter)")
    witness = keccak(typehash + bytes.fromhex(bob.address[2:]).rjust(32, b"\0") + (1).to_bytes(32))
    return witness, permit.sign_with(alice, EXACT_WITNESS, message)


def test_witness_is_part_of_what_is_signed(
    permit2: Any, permit: Permit, opg: Any, alice: LocalAccount, bob: LocalAccount
) -> None:
    witness, signature = witnessed(permit, alice, bob)
    start, end = (permit.arguments, (bob.address, 7), alice.address), signature.packed
    for wrong in ((bytes(32), WITNESS_TYPE), (witness, WITNESS_TYPE.replace("validAfter", "validSince"))):
        with refuses(permit2, "InvalidSigner()"):
            permit2.permitWitnessTransferFrom(*start, *wrong, end, sender=permit.spender)
    with refuses(permit2, "InvalidSigner()"):
        permit2.permitTransferFrom(*start, end, sender=permit.spender)
    permit2.permitWitnessTransferFrom(*start, witness, WITNESS_TYPE, end, sender=permit.spender)
    assert opg.balanceOf(bob.address) == 7


@pytest.fixture
def batch(opg: Any, alice: LocalAccount, permit: Permit) -> Permit:
    """Two tokens of Alice's for Carol."""
    other = deploy("OPG", alice.address)
    other.approve(PERMIT2, FOREVER, sender=alice.address)
    return permit.but(tokens=[(opg.address, 7), (other.address, 9)], batch=True)


def test_a_batch_moves_all_its_tokens(
    permit2: Any, batch: Permit, opg: Any, alice: LocalAccount, bob: LocalAccount
) -> None:
    details = [(bob.address, 7), (batch.spender, 9)]
    call = (batch.arguments, details, alice.address, batch.sign(alice).packed)
    permit2.permitTransferFrom(*call, sender=batch.spender)
    assert opg.balanceOf(bob.address) == 7
    with refuses(permit2, "InvalidNonce()"):
        permit2.permitTransferFrom(*call, sender=batch.spender)


def test_a_batch_with_witness(
    permit2: Any, batch: Permit, opg: Any, alice: LocalAccount, bob: LocalAccount
) -> None:
    witness, signature = witnessed(batch, alice, bob)
    start = (batch.arguments, [(bob.address, 7), (bob.address, 0)], alice.address)
    with refuses(permit2, "InvalidSigner()"):
        permit2.permitWitnessTransferFrom(
            *start, bytes(32), WITNESS_TYPE, signature.packed, sender=batch.spender
        )
    permit2.permitWitnessTransferFrom(*start, witness, WITNESS_TYPE, signature.packed, sender=batch.spender)
    assert opg.balanceOf(bob.address) == 7


def test_a_batch_that_does_not_fit_is_refused(
    permit2: Any, batch: Permit, alice: LocalAccount, bob: LocalAccount
) -> None:
    signature = batch.sign(alice).packed
    for details, error in (
        ([(bob.address, 7)], ("LengthMismatch()",)),
        ([(bob.address, 7), (bob.address, 10)], ("InvalidAmount(uint256)", 9)),
    ):
        with refuses(permit2, *error):
            permit2.permitTransferFrom(
                batch.arguments, details, alice.address, signature, sender=batch.spender
            )


def test_an_expired_batch_is_refused(
    permit2: Any, batch: Permit, alice: LocalAccount, bob: LocalAccount, now: int
) -> None:
    late = batch.but(deadline=now - 1)
    call = (late.arguments, [(bob.address, 7), (bob.address, 9)], alice.address, late.sign(alice).packed)
    with refuses(permit2, "SignatureExpired(uint256)", now - 1):
        permit2.permitTransferFrom(*call, sender=batch.spender)


@pytest.mark.parametrize("count", [0, 32])
def test_batches_of_any_size_up_to_the_largest(
    permit2: Any, permit: Permit, opg: Any, alice: LocalAccount, bob: LocalAccount, count: int
) -> None:
    batch = permit.but(tokens=[(opg.address, 1)] * count, batch=True)
    call = (batch.arguments, [(bob.address, 1)] * count, alice.address, batch.sign(alice).packed)
    permit2.permitTransferFrom(*call, sender=batch.spender)
    assert opg.balanceOf(bob.address) == count


def test_unknown_calls_are_refused(permit2: Any) -> None:
    for data in (b"", b"\x01", b"\xde\xad\xbe\xef" + bytes(640)):
        assert boa.env.execute_code(PERMIT2, data=data).is_error
