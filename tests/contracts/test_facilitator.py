"""Batches of payments with the root of what was paid for: in one transaction, and one bad payment spoils no other."""

from __future__ import annotations

from typing import Any

import boa
import pytest
from eth_account.signers.local import LocalAccount
from eth_utils import keccak
from tests.contracts.deploying import play
from tests.contracts.paying import MAXIMUM, Market
from tests.contracts.permit2_signing import PERMIT2
from tests.contracts.signing import TRANSFER_WITH_AUTHORIZATION, domain, sign

FOREVER = 2**256 - 1
ROOT = b"\x11" * 32


@pytest.fixture
def market(alice: LocalAccount, carol: LocalAccount, now: int) -> Market:
    """Alice's, who approved Permit2; Carol operates the facilitator."""
    market = Market.open(alice.address, carol.address)
    market.opg.approve(PERMIT2, FOREVER, sender=alice.address)
    return market


def refusals(market: Market) -> dict[int, bytes]:
    """The reasons of the payments that were refused, by their place in the batch."""
    logs = market.facilitator.get_logs()
    return {event.index: event.reason for event in logs if type(event).__name__ == "PaymentRefused"}


def test_payments_and_root_settle_together(
    market: Market, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount
) -> None:
    payments = [market.payment(alice, bob.address, amount, nonce=amount) for amount in (1, 2, 3)]
    made = market.facilitator.settle(payments, ROOT, 3, sender=carol.address)
    assert made == [True, True, True]
    assert market.opg.balanceOf(bob.address) == 6
    assert market.settlement.batch(ROOT).settler == market.facilitator.address


def test_a_bad_payment_spoils_no_other(
    market: Market, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount
) -> None:
    good = market.payment(alice, bob.address, 5, nonce=0)
    batch = [
        good,
        good,  # twice
        market.payment(bob, bob.address, 5, nonce=1, owner=alice.address),  # forged
        market.payment(alice, bob.address, MAXIMUM + 1, nonce=2),  # more than signed
        (good[0], b""),  # no call at all
        market.payment(carol, bob.address, 5, nonce=3),  # never approved Permit2
        market.payment(alice, bob.address, 7, nonce=4),
    ]
    made = market.facilitator.settle(batch, ROOT, 2, sender=carol.address)
    refused = refusals(market)
    assert made == [True, False, False, False, False, False, True]
    assert market.opg.balanceOf(bob.address) == 12
    assert list(refused) == [1, 2, 3, 4, 5]
    assert refused[1] == keccak(text="InvalidNonce()")[:4]
    assert refused[2] == keccak(text="InvalidSigner()")[:4]
    assert refused[3] == keccak(text="AmountExceedsPermitted()")[:4]
    assert b"insufficient allowance" in refused[5]


def test_a_payer_who_burns_all_gas_spoils_no_other(
    market: Market, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount
) -> None:
    glutton = play("Glutton")
    batch = [
        market.payment(bob, bob.address, 5, nonce=0, owner=glutton.address),
        market.payment(alice, bob.address, 5, nonce=0),
    ]
    made = market.facilitator.settle(batch, ROOT, 1, sender=carol.address, gas=1_000_000)
    assert made == [False, True]


def test_a_mean_operator_gets_no_payment_refused(
    market: Market, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount
) -> None:
    payment = market.payment(alice, bob.address, 5, nonce=0)
    with boa.reverts("too little gas"):
        market.facilitator.settle([payment], ROOT, 0, sender=carol.address, gas=250_000)


def test_no_root_no_payments(
    market: Market, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount
) -> None:
    first = market.payment(alice, bob.address, 5, nonce=0)
    second = market.payment(alice, bob.address, 5, nonce=1)
    market.facilitator.settle([first], ROOT, 1, sender=carol.address)
    with boa.reverts("settled already"):
        market.facilitator.settle([second], ROOT, 1, sender=carol.address)
    assert market.opg.balanceOf(bob.address) == 5
    assert market.facilitator.settle([second], bytes(32), 0, sender=carol.address) == [True]


def test_only_operators_settle(
    market: Market, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount
) -> None:
    payment = market.payment(alice, bob.address, 5, nonce=0)
    with boa.reverts("not an operator"):
        market.facilitator.settle([payment], ROOT, 1, sender=bob.address)
    with boa.reverts("not the owner"):
        market.facilitator.set_operator(bob.address, True, sender=carol.address)
    market.facilitator.set_operator(carol.address, False, sender=alice.address)
    with boa.reverts("not an operator"):
        market.facilitator.settle([payment], ROOT, 1, sender=carol.address)


def test_nobody_settles_in_the_facilitators_name(
    market: Market, alice: LocalAccount, bob: LocalAccount
) -> None:
    target, call = market.payment(alice, bob.address, 5, nonce=0)
    outcome = boa.env.execute_code(target, sender=bob.address, data=call)
    assert outcome.output == keccak(text="UnauthorizedFacilitator()")[:4]


def test_no_other_target_is_called(market: Market, carol: LocalAccount) -> None:
    for target in (PERMIT2, market.settlement.address, market.facilitator.address, carol.address):
        with boa.reverts("no such target"):
            market.facilitator.settle([(target, b"")], ROOT, 0, sender=carol.address)


def test_eip3009_settles_too(
    market: Market, alice: LocalAccount, bob: LocalAccount, carol: LocalAccount, now: int
) -> None:
    message: dict[str, Any] = {"to": bob.address, "value": 5, "validAfter": 0, "validBefore": now + 1}
    signature = sign(
        alice,
        domain(market.opg),
        TRANSFER_WITH_AUTHORIZATION,
        from_=alice.address,
        **message,
        nonce=bytes(32),
    )
    call = market.opg.transferWithAuthorization.prepare_calldata(
        alice.address, *message.values(), bytes(32), *signature.vrs
    )
    made = market.facilitator.settle([(market.opg.address, call)], ROOT, 1, sender=carol.address)
    assert made == [True]
    assert market.opg.balanceOf(bob.address) == 5
