"""OPG's transfer by signature (EIP-3009): both kinds of signature, by keys, contract wallets and EIP-7702 accounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import boa
import pytest
from eth_account.signers.local import LocalAccount
from tests.contracts.deploying import play
from tests.contracts.signing import (
    CANCEL_AUTHORIZATION,
    RECEIVE_WITH_AUTHORIZATION,
    TRANSFER_WITH_AUTHORIZATION,
    Signature,
    domain,
    sign,
)

ZERO = "0x" + "00" * 20
NONCE = b"\x2a" * 32

Given = Callable[[Signature], tuple[Any, ...]]
AS_VRS: Given = lambda signature: signature.vrs  # noqa: E731
AS_BYTES: Given = lambda signature: (signature.packed,)  # noqa: E731
both_kinds = pytest.mark.parametrize("given", [AS_VRS, AS_BYTES], ids=["v, r, s", "bytes"])


@dataclass(frozen=True, slots=True)
class Authorization:
    """What is signed, in the order of the call."""

    sender: str
    receiver: str
    value: int
    valid_after: int
    valid_before: int
    nonce: bytes = NONCE

    @property
    def arguments(self) -> tuple[Any, ...]:
        return self.sender, self.receiver, self.value, self.valid_after, self.valid_before, self.nonce

    def signed(self, opg: Any, key: LocalAccount, types: Any, **changed: Any) -> Signature:
        sender, to, value, after, before, nonce = self.arguments
        return sign(
            key,
            domain(opg, **changed),
            types,
            from_=sender,
            to=to,
            value=value,
            validAfter=after,
            validBefore=before,
            nonce=nonce,
        )


@pytest.fixture
def authorization(alice: LocalAccount, bob: LocalAccount, now: int) -> Authorization:
    return Authorization(alice.address, bob.address, 7, now - 1, now + 1)


@both_kinds
def test_anybody_may_bring_a_transfer(
    opg: Any, authorization: Authorization, alice: LocalAccount, carol: LocalAccount, given: Given
) -> None:
    signature = authorization.signed(opg, alice, TRANSFER_WITH_AUTHORIZATION)
    opg.transferWithAuthorization(*authorization.arguments, *given(signature), sender=carol.address)
    used, moved = opg.get_logs()
    assert (used.authorizer, used.nonce) == (alice.address, NONCE)
    assert (moved.receiver, moved.value) == (authorization.receiver, 7)
    assert opg.balanceOf(authorization.receiver) == 7
    assert opg.authorizationState(alice.address, NONCE) is True


@both_kinds
def test_only_the_receiver_may_bring_a_receipt(
    opg: Any, authorization: Authorization, alice: LocalAccount, carol: LocalAccount, given: Given
) -> None:
    signature = authorization.signed(opg, alice, RECEIVE_WITH_AUTHORIZATION)
    with boa.reverts("not the receiver"):
        opg.receiveWithAuthorization(*authorization.arguments, *given(signature), sender=carol.address)
    opg.receiveWithAuthorization(*authorization.arguments, *given(signature), sender=authorization.receiver)
    assert opg.balanceOf(authorization.receiver) == 7


def test_a_receipt_is_no_transfer(opg: Any, authorization: Authorization, alice: LocalAccount) -> None:
    signature = authorization.signed(opg, alice, RECEIVE_WITH_AUTHORIZATION)
    with boa.reverts("invalid signature"):
        opg.transferWithAuthorization(*authorization.arguments, *signature.vrs)


@both_kinds
def test_an_authorization_works_once(
    opg: Any, authorization: Authorization, alice: LocalAccount, given: Given
) -> None:
    signature = authorization.signed(opg, alice, TRANSFER_WITH_AUTHORIZATION)
    opg.transferWithAuthorization(*authorization.arguments, *given(signature))
    for again in (AS_VRS, AS_BYTES):
        with boa.reverts("authorization used or cancelled"):
            opg.transferWithAuthorization(*authorization.arguments, *again(signature))


def test_what_was_signed_cannot_be_changed(
    opg: Any, authorization: Authorization, alice: LocalAccount, carol: LocalAccount
) -> None:
    signature = authorization.signed(opg, alice, TRANSFER_WITH_AUTHORIZATION)
    for changed in (
        replace(authorization, sender=carol.address),
        replace(authorization, receiver=carol.address),
        replace(authorization, value=8),
        replace(authorization, valid_after=0),
        replace(authorization, valid_before=authorization.valid_before + 1),
        replace(authorization, nonce=bytes(32)),
    ):
        with boa.reverts("invalid signature"):
            opg.transferWithAuthorization(*changed.arguments, *signature.vrs)


@pytest.mark.parametrize(
    "changed",
    [{"name": "OPGG"}, {"version": "2"}, {"chainId": 8453}, {"verifyingContract": "0x" + "11" * 20}],
    ids=lambda changed: next(iter(changed)),
)
def test_another_domain_is_refused(
    opg: Any, authorization: Authorization, alice: LocalAccount, changed: dict[str, Any]
) -> None:
    signature = authorization.signed(opg, alice, TRANSFER_WITH_AUTHORIZATION, **changed)
    with boa.reverts("invalid signature"):
        opg.transferWithAuthorization(*authorization.arguments, *signature.vrs)


def test_both_bounds_of_its_time_are_outside(
    opg: Any, authorization: Authorization, alice: LocalAccount, now: int
) -> None:
    for early_or_late, reason in (
        (replace(authorization, valid_after=now), "not valid yet"),
        (replace(authorization, valid_before=now), "expired"),
    ):
        signature = early_or_late.signed(opg, alice, TRANSFER_WITH_AUTHORIZATION)
        with boa.reverts(reason):
            opg.transferWithAuthorization(*early_or_late.arguments, *signature.vrs)


@both_kinds
def test_mirrored_signature_is_refused(
    opg: Any, authorization: Authorization, alice: LocalAccount, given: Given
) -> None:
    mirrored = authorization.signed(opg, alice, TRANSFER_WITH_AUTHORIZATION).mirrored
    with boa.reverts("invalid signature"):
        opg.transferWithAuthorization(*authorization.arguments, *given(mirrored))


@pytest.mark.parametrize("length", [0, 1, 64, 66, 1024])
def test_bytes_that_are_no_signature_are_refused(opg: Any, authorization: Authorization, length: int) -> None:
    for sender in (authorization.sender, ZERO):
        changed = replace(authorization, sender=sender)
        with boa.reverts("invalid signature"):
            opg.transferWithAuthorization(*changed.arguments, b"\x1b" * length)


def test_longer_bytes_than_any_wallet_needs_are_refused(opg: Any, authorization: Authorization) -> None:
    with boa.reverts():
        opg.transferWithAuthorization(*authorization.arguments, bytes(1025))


@both_kinds
def test_cancelled_stays_cancelled(
    opg: Any, authorization: Authorization, alice: LocalAccount, carol: LocalAccount, given: Given
) -> None:
    transfer = authorization.signed(opg, alice, TRANSFER_WITH_AUTHORIZATION)
    cancel = sign(alice, domain(opg), CANCEL_AUTHORIZATION, authorizer=alice.address, nonce=NONCE)
    with boa.reverts("invalid signature"):
        opg.cancelAuthorization(carol.address, NONCE, *given(cancel))
    opg.cancelAuthorization(alice.address, NONCE, *given(cancel))
    (event,) = opg.get_logs()
    assert (event.authorizer, event.nonce) == (alice.address, NONCE)
    with boa.reverts("authorization used or cancelled"):
        opg.transferWithAuthorization(*authorization.arguments, *transfer.vrs)
    with boa.reverts("authorization used or cancelled"):
        opg.cancelAuthorization(alice.address, NONCE, *given(cancel))


@both_kinds
def test_contract_wallet_pays(
    opg: Any, authorization: Authorization, alice: LocalAccount, bob: LocalAccount, given: Given
) -> None:
    wallet = play("Wallet", alice.address)
    opg.transfer(wallet.address, 7, sender=alice.address)
    from_wallet = replace(authorization, sender=wallet.address)
    forged = from_wallet.signed(opg, bob, TRANSFER_WITH_AUTHORIZATION)
    with boa.reverts("invalid signature"):
        opg.transferWithAuthorization(*from_wallet.arguments, *given(forged))
    signature = from_wallet.signed(opg, alice, TRANSFER_WITH_AUTHORIZATION)
    opg.transferWithAuthorization(*from_wallet.arguments, *given(signature))
    assert opg.balanceOf(bob.address) == 7


@both_kinds
@pytest.mark.parametrize("delegate", ["Silent", "Wallet"])
def test_account_delegated_by_eip7702_pays_with_its_key(
    opg: Any,
    authorization: Authorization,
    alice: LocalAccount,
    bob: LocalAccount,
    given: Given,
    delegate: str,
) -> None:
    arguments = (bob.address,) if delegate == "Wallet" else ()
    boa.env.set_code(alice.address, boa.env.get_code(play(delegate, *arguments).address))
    signature = authorization.signed(opg, alice, TRANSFER_WITH_AUTHORIZATION)
    opg.transferWithAuthorization(*authorization.arguments, *given(signature))
    assert opg.balanceOf(bob.address) == 7


def test_a_wallet_that_answers_nonsense_has_not_signed(opg: Any, authorization: Authorization) -> None:
    for name in ("Silent", "Yes"):
        changed = replace(authorization, sender=play(name).address)
        with boa.reverts("invalid signature"):
            opg.transferWithAuthorization(*changed.arguments, b"\x1b" * 65)
