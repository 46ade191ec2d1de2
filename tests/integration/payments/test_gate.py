"""The stock x402 client pays at the gate by each rail, and what it signed can be collected on the chain."""

from __future__ import annotations

import pytest
from tests.integration.payments.conftest import PAYEE, Payer, Town, asked, paid
from tests.unit.services.payments.memory_books import MemoryBooks
from x402.http.utils import decode_payment_response_header

from assay.engines.chain.bindings.facilitator import Facilitator
from assay.services.payments.payment import State
from assay.services.payments.till import Till
from assay.services.payments.x402.gate import Gate
from assay.services.payments.x402.market import Market

RAILS = [("upto", "permit2"), ("exact", "permit2"), ("exact", "eip3009")]


@pytest.mark.parametrize(("scheme", "method"), RAILS)
async def test_a_call_is_paid(
    till: Till,
    gate: Gate,
    books: MemoryBooks,
    market: Market,
    payer: Payer,
    town: Town,
    scheme: str,
    method: str,
) -> None:
    payload = await payer.sign(await asked(till), scheme, method)
    reservation = await till.reserve(paid(payload))
    assert reservation.maximum == 1000
    claim = reservation.claim(400, capped=False)
    rate = market.rate()
    signed = int(payload.accepted.amount)
    assert claim.rail == scheme
    assert claim.asset == market.terms.asset
    assert claim.amount == (rate.units(400) if scheme == "upto" else signed)

    reservation.commit(400, log_index=3)
    reservation.release()
    response = decode_payment_response_header(dict(reservation.headers())[b"payment-response"].decode())
    assert response.success
    assert (response.payer, response.amount) == (payer.wallet.address, str(claim.amount))

    await gate.flush()
    payment = await books.find(bytes.fromhex(claim.reference))
    assert payment is not None
    assert (payment.state, payment.amount, payment.log_index) == (State.SERVED, claim.amount, 3)
    assert await books.next_index() == 4

    rail = gate.rail_of(payment)
    assert rail is not None
    assert not await rail.is_spent(payment)
    call = rail.collect(payment)
    assert call is not None
    before = await town.chain.read(town.token.balanceOf(PAYEE))
    await collect(town, call)
    assert await town.chain.read(town.token.balanceOf(PAYEE)) - before == claim.amount
    assert await rail.is_spent(payment)


async def collect(town: Town, call: tuple[str, bytes]) -> None:
    facilitator = town.deployments.at(Facilitator)
    if not await town.chain.read(facilitator.is_operator(town.sender.account.address)):
        await town.sender.transact(facilitator.set_operator(town.sender.account.address, True))
    await town.sender.transact(facilitator.settle([call], bytes(32), 0))
