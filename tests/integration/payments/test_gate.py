"""The stock x402 client pays at the gate by each rail, and what it signed can be collected on the chain."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from tests.integration.payments.conftest import (
    PAYEE,
    Payer,
    Town,
    asked,
    demanded,
    open_gate,
    paid,
    purchase,
    reason,
    refused,
)
from x402.http.utils import decode_payment_response_header, encode_payment_signature_header
from x402.mechanisms.evm.exact import client as client_of_eip3009
from x402.mechanisms.evm.exact import permit2_utils as client_of_permit2
from x402.mechanisms.evm.exact.v1.client import ExactEvmSchemeV1
from x402.schemas.v1 import PaymentPayloadV1, PaymentRequiredV1, PaymentRequirementsV1

from assay.engines.chain.bindings.facilitator import Facilitator
from assay.engines.chain.chain import Chain
from assay.engines.chain.rpc import Rpc
from assay.services.payments.books.sqlite import SqliteBooks
from assay.services.payments.payment import State
from assay.services.payments.till import Till
from assay.services.payments.x402.binding import request_nonce
from assay.services.payments.x402.errors import PaymentsUnavailable
from assay.services.payments.x402.gate import Gate
from assay.services.payments.x402.holdings import Holdings
from assay.services.payments.x402.market import Market
from assay.trust.metering import PaymentError

RAILS = [("upto", "permit2"), ("exact", "permit2"), ("exact", "eip3009")]


@pytest.mark.parametrize(("scheme", "method"), RAILS)
async def test_a_call_is_paid(
    till: Till,
    gate: Gate,
    books: SqliteBooks,
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
    await town.sender.transact(facilitator.settle([call], bytes(32), 0))


async def test_version_1(till: Till, payer: Payer) -> None:
    """Asked by a body, paid by X-PAYMENT, confirmed by X-PAYMENT-RESPONSE."""
    with pytest.raises(PaymentError) as refusal:
        await till.reserve(purchase())
    (demand,) = PaymentRequiredV1.model_validate_json(refusal.value.document).accepts
    payment = ExactEvmSchemeV1(payer.wallet).create_payment_payload(as_on_base(demand))
    wrapped = PaymentPayloadV1(scheme="exact", network=demand.network, payload=payment)
    # Version 1 knows no chain of one's own, and signs for the one it thinks it is on.
    assert demand.network == "eip155:31337"
    header = encode_payment_signature_header(wrapped)
    assert reason(await refused(till, purchase(headers={"x-payment": header}))).endswith("_signature")

    signed = await payer.sign(await asked(till), "exact", "eip3009")
    wrapped = PaymentPayloadV1(scheme="exact", network=demand.network, payload=signed.payload)
    header = encode_payment_signature_header(wrapped)
    reservation = await till.reserve(purchase(headers={"x-payment": header}))
    assert b"x-payment-response" in dict(reservation.headers())


def as_on_base(demand: PaymentRequirementsV1) -> PaymentRequirementsV1:
    return demand.model_copy(update={"network": "base"})


async def test_a_placeholder_for_a_key_is_refused_in_the_dialect(till: Till) -> None:
    """An SDK that wants a key reads the body its way; the header asks all the same."""
    refusal = await refused(till, purchase(credential="0x0"))
    assert not refusal.document
    assert len(demanded(refusal).accepts) == 3


@pytest.mark.parametrize("method", ["permit2", "eip3009"])
async def test_a_nonce_that_names_the_request(
    till: Till, payer: Payer, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    required, salt = await asked(till), bytes(range(32))
    assert required.resource is not None
    body = hashlib.sha256(purchase().body).digest()
    named = request_nonce("POST", required.resource.url, body, salt)
    payer.extensions = {"assay-request": {"info": {"salt": "0x" + salt.hex()}}}
    random = await payer.sign(required, "exact", method)
    assert reason(await refused(till, paid(random))) == "invalid_assay_request_binding"

    monkeypatch.setattr(client_of_permit2, "create_permit2_nonce", lambda: str(int.from_bytes(named)))
    monkeypatch.setattr(client_of_eip3009, "create_nonce", lambda: "0x" + named.hex())
    await till.reserve(paid(await payer.sign(required, "exact", method)))


async def test_a_chain_that_does_not_answer(
    till: Till, payer: Payer, market: Market, books: SqliteBooks
) -> None:
    payment = paid(await payer.sign(await asked(till), "upto", "permit2"))
    async with Rpc("http://127.0.0.1:9") as nobody:
        unseen = Holdings(Chain(nobody, 31337, bytes(32)), market.terms.token)
        with pytest.raises(PaymentsUnavailable, match="chain_unreachable") as refusal:
            await open_gate(replace(market, holdings=unseen), books).reserve(payment)
    assert dict(refusal.value.headers)[b"retry-after"]
