"""The proxies of x402's schemes `exact` and `upto`, over our Permit2, all at their canonical addresses."""

from __future__ import annotations

from typing import Any

import boa
import pytest
from eth_account.signers.local import LocalAccount
from tests.contracts.deploying import lay, play
from tests.contracts.permit2_signing import (
    EXACT_PROXY,
    EXACT_WITNESS,
    PERMIT2,
    UPTO_PROXY,
    UPTO_WITNESS,
    Permit,
)
from tests.contracts.refusing import refuses
from tests.contracts.signing import PERMIT, domain, sign

FOREVER = 2**256 - 1
ZERO = "0x" + "00" * 20
MAXIMUM = 100


@pytest.fixture
def permit2(opg: Any) -> Any:
    return lay("Permit2", PERMIT2)


@pytest.fixture
def approved(opg: Any, alice: LocalAccount) -> None:
    """Alice approved Permit2."""
    opg.approve(PERMIT2, FOREVER, sender=alice.address)


@pytest.fixture
def exact(permit2: Any) -> Any:
    return lay("X402ExactPermit2Proxy", EXACT_PROXY)


@pytest.fixture
def upto(permit2: Any) -> Any:
    return lay("X402UptoPermit2Proxy", UPTO_PROXY)


@pytest.fixture
def permit(opg: Any, now: int) -> Permit:
    return Permit([(opg.address, MAXIMUM)], EXACT_PROXY, nonce=7, deadline=now)


@pytest.fixture
def to_bob(bob: LocalAccount, now: int) -> dict[str, Any]:
    """The witness of `exact`: Bob is paid, from now on."""
    return {"to": bob.address, "validAfter": now}


@pytest.fixture
def by_carol(bob: LocalAccount, carol: LocalAccount, now: int) -> dict[str, Any]:
    """The witness of `upto`: Bob is paid what Carol says."""
    return {"to": bob.address, "facilitator": carol.address, "validAfter": now}


@pytest.fixture
def approval(opg: Any, alice: LocalAccount, now: int) -> tuple[Any, ...]:
    """Alice's approval of Permit2 by signature, as the proxies take it."""
    message = {"owner": alice.address, "spender": PERMIT2, "value": MAXIMUM, "nonce": 0, "deadline": now}
    signature = sign(alice, domain(opg), PERMIT, **message)
    return MAXIMUM, now, signature.r, signature.s, signature.v


@pytest.mark.usefixtures("approved")
def test_exact_pays_the_payee_all_of_it_whoever_settles(
    exact: Any, permit: Permit, to_bob: dict[str, Any], opg: Any, alice: LocalAccount, carol: LocalAccount
) -> None:
    signature = permit.sign_with(alice, EXACT_WITNESS, to_bob).packed
    exact.settle(permit.arguments, alice.address, tuple(to_bob.values()), signature, sender=carol.address)
    assert [type(event).__name__ for event in exact.get_logs()][-1] == "Settled"
    assert opg.balanceOf(to_bob["to"]) == MAXIMUM


@pytest.mark.usefixtures("approved")
def test_exact_cannot_be_turned_to_another_payee_or_time(
    exact: Any, permit: Permit, to_bob: dict[str, Any], alice: LocalAccount, carol: LocalAccount, now: int
) -> None:
    signature = permit.sign_with(alice, EXACT_WITNESS, to_bob).packed
    for witness in ((carol.address, now), (to_bob["to"], 0)):
        with refuses(exact, "InvalidSigner()"):
            exact.settle(permit.arguments, alice.address, witness, signature)


@pytest.mark.usefixtures("approved")
def test_a_payment_settles_once(
    exact: Any, permit: Permit, to_bob: dict[str, Any], permit2: Any, alice: LocalAccount
) -> None:
    signature = permit.sign_with(alice, EXACT_WITNESS, to_bob).packed
    call = (permit.arguments, alice.address, tuple(to_bob.values()), signature)
    exact.settle(*call)
    with refuses(exact, "InvalidNonce()"):
        exact.settle(*call)
    # What one who was overtaken looks at: this payment is made.
    assert permit2.nonceBitmap(alice.address, 0) == 1 << permit.nonce


@pytest.mark.usefixtures("approved")
def test_exact_refuses_by_name(
    exact: Any, permit: Permit, alice: LocalAccount, bob: LocalAccount, now: int
) -> None:
    token = permit.tokens[0][0]
    for amount, owner, to, valid_after, error in (
        (0, alice.address, bob.address, now, "InvalidAmount()"),
        (1, ZERO, bob.address, now, "InvalidOwner()"),
        (1, alice.address, ZERO, now, "InvalidDestination()"),
        (1, alice.address, bob.address, now + 1, "PaymentTooEarly()"),
    ):
        other = permit.but(tokens=[(token, amount)])
        signature = other.sign_with(alice, EXACT_WITNESS, {"to": to, "validAfter": valid_after}).packed
        with refuses(exact, error):
            exact.settle(other.arguments, owner, (to, valid_after), signature)


def test_exact_without_approval_pays_nothing(
    exact: Any, permit: Permit, to_bob: dict[str, Any], permit2: Any, alice: LocalAccount
) -> None:
    signature = permit.sign_with(alice, EXACT_WITNESS, to_bob).packed
    with boa.reverts("insufficient allowance"):
        exact.settle(permit.arguments, alice.address, tuple(to_bob.values()), signature)
    assert permit2.nonceBitmap(alice.address, 0) == 0


def test_approval_comes_with_the_payment(
    exact: Any,
    permit: Permit,
    to_bob: dict[str, Any],
    approval: tuple[Any, ...],
    opg: Any,
    alice: LocalAccount,
    now: int,
) -> None:
    signature = permit.sign_with(alice, EXACT_WITNESS, to_bob).packed
    call = (permit.arguments, alice.address, tuple(to_bob.values()), signature)
    with refuses(exact, "Permit2612AmountMismatch()"):
        exact.settleWithPermit((MAXIMUM + 1, *approval[1:]), *call)
    # Whoever brings the approval first changes nothing.
    value, deadline, r, s, v = approval
    opg.permit(alice.address, PERMIT2, value, deadline, v, r, s)
    exact.settleWithPermit(approval, *call)
    assert [type(event).__name__ for event in exact.get_logs()][-1] == "SettledWithPermit"
    assert opg.balanceOf(to_bob["to"]) == MAXIMUM


@pytest.mark.usefixtures("approved")
@pytest.mark.parametrize("amount", [1, MAXIMUM])
def test_upto_pays_what_the_facilitator_says(
    upto: Any,
    permit: Permit,
    by_carol: dict[str, Any],
    opg: Any,
    alice: LocalAccount,
    carol: LocalAccount,
    amount: int,
) -> None:
    permit = permit.but(spender=UPTO_PROXY)
    signature = permit.sign_with(alice, UPTO_WITNESS, by_carol).packed
    call = (permit.arguments, amount, alice.address, tuple(by_carol.values()), signature)
    upto.settle(*call, sender=carol.address)
    assert opg.balanceOf(by_carol["to"]) == amount
    with refuses(upto, "InvalidNonce()"):
        upto.settle(*call, sender=carol.address)


@pytest.mark.usefixtures("approved")
def test_upto_refuses_more_nothing_and_anybody_else(
    upto: Any,
    permit: Permit,
    by_carol: dict[str, Any],
    alice: LocalAccount,
    bob: LocalAccount,
    carol: LocalAccount,
    now: int,
) -> None:
    permit = permit.but(spender=UPTO_PROXY)
    signature = permit.sign_with(alice, UPTO_WITNESS, by_carol).packed
    witness = tuple(by_carol.values())
    for amount, caller, named, error in (
        (MAXIMUM + 1, carol, witness, "AmountExceedsPermitted()"),
        (0, carol, witness, "InvalidAmount()"),
        (1, bob, witness, "UnauthorizedFacilitator()"),
        (1, bob, (bob.address, bob.address, now), "InvalidSigner()"),
    ):
        with refuses(upto, error):
            upto.settle(permit.arguments, amount, alice.address, named, signature, sender=caller.address)


def test_upto_with_approval(
    upto: Any,
    permit: Permit,
    by_carol: dict[str, Any],
    approval: tuple[Any, ...],
    opg: Any,
    alice: LocalAccount,
    carol: LocalAccount,
) -> None:
    permit = permit.but(spender=UPTO_PROXY)
    signature = permit.sign_with(alice, UPTO_WITNESS, by_carol).packed
    call = (permit.arguments, 5, alice.address, tuple(by_carol.values()), signature)
    upto.settleWithPermit(approval, *call, sender=carol.address)
    assert opg.balanceOf(by_carol["to"]) == 5


@pytest.mark.usefixtures("approved")
def test_a_payment_for_one_scheme_does_not_settle_by_the_other(
    exact: Any,
    upto: Any,
    permit: Permit,
    to_bob: dict[str, Any],
    by_carol: dict[str, Any],
    alice: LocalAccount,
    carol: LocalAccount,
) -> None:
    for_exact = permit.sign_with(alice, EXACT_WITNESS, to_bob).packed
    with refuses(upto, "InvalidSigner()"):
        upto.settle(
            permit.arguments, 1, alice.address, tuple(by_carol.values()), for_exact, sender=carol.address
        )
    for_upto = permit.but(spender=UPTO_PROXY).sign_with(alice, UPTO_WITNESS, by_carol).packed
    with refuses(exact, "InvalidSigner()"):
        exact.settle(permit.arguments, alice.address, tuple(to_bob.values()), for_upto)


def test_calls_are_those_of_the_canonical_proxies(exact: Any, upto: Any) -> None:
    assert upto.settle.method_id == bytes.fromhex("ff11e7b4")
    for proxy in (exact, upto):
        assert proxy.PERMIT2() == PERMIT2
        assert proxy.WITNESS_TYPE_STRING().startswith("Witness witness)TokenPermissions(")


def test_a_token_that_calls_back_is_refused(
    upto: Any, permit: Permit, by_carol: dict[str, Any], alice: LocalAccount, now: int
) -> None:
    token = play("Reentrant")
    named = by_carol | {"facilitator": token.address}
    permit = permit.but(spender=UPTO_PROXY, tokens=[(token.address, MAXIMUM)])
    other = permit.but(nonce=8)
    again = other.sign_with(alice, UPTO_WITNESS, named).packed
    call = upto.settle.prepare_calldata(other.arguments, 1, alice.address, tuple(named.values()), again)
    token.call_back(UPTO_PROXY, call)
    signature = permit.sign_with(alice, UPTO_WITNESS, by_carol).packed
    witness = tuple(by_carol.values())
    upto.settle(permit.arguments, 1, alice.address, witness, signature, sender=by_carol["facilitator"])
    assert (token.moved(), token.refused()) == (1, True)
