"""Every attack that was published on x402, or that we have made on its own server: each is refused before any work."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest
from tests.integration.payments.conftest import (
    PAYEE,
    Clock,
    Payer,
    Town,
    asked,
    paid,
    purchase,
    reason,
    refused,
)
from x402.http.utils import encode_payment_signature_header
from x402.schemas import PaymentPayload

from assay.engines.chain.account import Account
from assay.engines.chain.bindings.permit2 import Permit2
from assay.engines.chain.canonical import PERMIT2
from assay.engines.chain.local import CHAIN_ID
from assay.engines.chain.typed_data import Domain, hash_struct
from assay.services.payments.books.sqlite import SqliteBooks
from assay.services.payments.payment import State
from assay.services.payments.till import Till
from assay.services.payments.x402.gate import Gate
from assay.services.payments.x402.market import Market
from assay.trust.metering import PaymentError
from assay.trust.receipts.rate import UNITS, Rate

RAILS = [("upto", "permit2"), ("exact", "permit2"), ("exact", "eip3009")]
by_every_rail = pytest.mark.parametrize(("scheme", "method"), RAILS)


@by_every_rail
async def test_twelve_concurrent_copies_run_once(till: Till, payer: Payer, scheme: str, method: str) -> None:
    payload = await payer.sign(await asked(till), scheme, method)
    results = await asyncio.gather(*(till.reserve(paid(payload)) for _ in range(12)), return_exceptions=True)
    refusals = [result for result in results if isinstance(result, PaymentError)]
    assert len(refusals) == 11
    assert {refusal.code for refusal in refusals} == {"payment_already_used"}


@by_every_rail
@pytest.mark.parametrize(
    "other",
    [
        {"target": "/v1/embeddings"},
        {"target": "/v1/chat/completions?n=2"},
        {"body": b'{"model":"model","messages":[1]}'},
        {"body": b'{"model":"dearer","messages":[]}'},
    ],
    ids=["cross-resource", "cross-query", "cross-body", "cross-model"],
)
async def test_substitution(
    till: Till, payer: Payer, scheme: str, method: str, other: dict[str, Any]
) -> None:
    payload = await payer.sign(await asked(till), scheme, method)
    assert reason(await refused(till, paid(payload, **other))).endswith("_mismatch")
    await till.reserve(paid(payload))  # and what it is signed for it still pays


async def test_each_rail_asks_for_an_amount_of_its_own(till: Till) -> None:
    """So what is signed for one rail means nothing to another."""
    required = await asked(till)
    assert len({each.amount for each in required.accepts}) == len(required.accepts) == 3


async def test_concurrent_maxima_overdraw_no_balance(
    till: Till, make_payer: Callable[..., Awaitable[Payer]], market: Market
) -> None:
    payer = await make_payer(market.rate().units(2500))  # two maxima of 1000 micro-USD, and half of a third
    required = await asked(till)
    payments = [paid(await payer.sign(required, "upto", "permit2")) for _ in range(4)]
    results = await asyncio.gather(*map(till.reserve, payments), return_exceptions=True)
    refusals = [result for result in results if isinstance(result, PaymentError)]
    assert [reason(refusal) for refusal in refusals] == ["permit2_insufficient_balance"] * 2


async def test_concurrent_maxima_overdraw_no_allowance(
    till: Till, make_payer: Callable[..., Awaitable[Payer]], market: Market
) -> None:
    payer = await make_payer(approved=market.rate().units(2500))
    required = await asked(till)
    payments = [paid(await payer.sign(required, "exact", "permit2")) for _ in range(4)]
    results = await asyncio.gather(*map(till.reserve, payments), return_exceptions=True)
    refusals = [result for result in results if isinstance(result, PaymentError)]
    assert [refusal.code for refusal in refusals] == ["permit2_allowance_required"] * 2


async def test_what_is_released_can_be_reserved_again(
    till: Till, gate: Gate, make_payer: Callable[..., Awaitable[Payer]], market: Market
) -> None:
    payer = await make_payer(market.rate().units(1500))
    required = await asked(till)
    first = await till.reserve(paid(await payer.sign(required, "upto", "permit2")))
    second = paid(await payer.sign(required, "upto", "permit2"))
    await refused(till, second)
    first.release()
    await gate.flush()
    await till.reserve(second)


@by_every_rail
async def test_replay_after_completion(
    till: Till, gate: Gate, payer: Payer, scheme: str, method: str
) -> None:
    payload = await payer.sign(await asked(till), scheme, method)
    (await till.reserve(paid(payload))).commit(10, 0)
    await gate.flush()
    assert (await refused(till, paid(payload))).code == "payment_already_used"


@by_every_rail
async def test_replay_after_failure(till: Till, gate: Gate, payer: Payer, scheme: str, method: str) -> None:
    payload = await payer.sign(await asked(till), scheme, method)
    (await till.reserve(paid(payload))).release()
    assert (await refused(till, paid(payload))).code == "payment_already_used"
    await gate.flush()
    assert (await refused(till, paid(payload))).code == "payment_already_used"


async def test_replay_after_a_crash(
    till: Till, gate: Gate, books: SqliteBooks, payer: Payer, market: Market
) -> None:
    """The node dies with one receipt in the log and one call under way: the log says which is charged."""
    required = await asked(till)
    answered = await till.reserve(paid(await payer.sign(required, "upto", "permit2")))
    dropped = await till.reserve(paid(await payer.sign(required, "exact", "eip3009")))
    claims = [answered.claim(700, capped=False), dropped.claim(0, capped=False)]
    assert await gate.reconcile([(0, claims[0], 700)]) == 1
    states = [(await books.find(bytes.fromhex(claim.reference))) for claim in claims]
    assert [payment.state for payment in states if payment] == [State.SERVED, State.EXPIRED]
    assert await gate.reconcile([(0, claims[0], 700)]) == 0, "once is enough"


def respelt(value: str) -> list[str]:
    """The same payment in other bytes."""
    payment = orjson.loads(base64.b64decode(value))
    spaced = base64.b64encode(orjson.dumps(payment, option=orjson.OPT_INDENT_2)).decode()
    more = base64.b64encode(orjson.dumps({**payment, "resource": {"url": "http://elsewhere/"}})).decode()
    low = base64.b64encode(base64.b64decode(value).replace(b'"from":"0x', b'"from" : "0x')).decode()
    return [spaced, more, low]


@by_every_rail
async def test_mutated_header_bytes_of_one_payment(
    till: Till, payer: Payer, scheme: str, method: str
) -> None:
    value = encode_payment_signature_header(await payer.sign(await asked(till), scheme, method))
    await till.reserve(purchase(headers={"payment-signature": value}))
    for other in respelt(value):
        assert other != value
        again = await refused(till, purchase(headers={"payment-signature": other}))
        assert again.code == "payment_already_used"


@by_every_rail
async def test_the_other_signature_of_the_same_payment(
    till: Till, payer: Payer, scheme: str, method: str
) -> None:
    payload = await payer.sign(await asked(till), scheme, method)
    signature = bytes.fromhex(payload.payload["signature"][2:])
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    s = order - int.from_bytes(signature[32:64])
    mirrored = signature[:32] + s.to_bytes(32) + bytes([55 - signature[64]])
    other = payload.model_copy(update={"payload": {**payload.payload, "signature": "0x" + mirrored.hex()}})
    await till.reserve(paid(payload))
    refusal = await refused(till, paid(other))
    if method == "permit2":
        assert refusal.code == "payment_already_used"
    else:
        assert reason(refusal) == "invalid_exact_evm_payload_signature", "the token takes one signature only"


@by_every_rail
async def test_wrong_chain(till: Till, payer: Payer, scheme: str, method: str) -> None:
    required = await asked(till)
    elsewhere = [each.model_copy(update={"network": "eip155:8453"}) for each in required.accepts]
    payload = await payer.sign(required.model_copy(update={"accepts": elsewhere}), scheme, method)
    assert reason(await refused(till, paid(payload))) == "network_mismatch"
    here = payload.accepted.model_copy(update={"network": "eip155:31337"})
    disguised = payload.model_copy(update={"accepted": here})
    assert reason(await refused(till, paid(disguised))).endswith("_signature")


@by_every_rail
async def test_expired(till: Till, payer: Payer, clock: Clock, scheme: str, method: str) -> None:
    payload = await payer.sign(await asked(till), scheme, method)
    clock.ahead = timedelta(seconds=3600 - 590)
    assert reason(await refused(till, paid(payload))) in (
        "permit2_deadline_expired",
        "invalid_exact_evm_payload_authorization_valid_before",
    )


@by_every_rail
async def test_future(till: Till, payer: Payer, clock: Clock, scheme: str, method: str) -> None:
    payload = await payer.sign(await asked(till), scheme, method)
    later = str(int(clock().timestamp()) + 60)
    signed = orjson.loads(orjson.dumps(payload.payload))
    if method == "permit2":
        signed["permit2Authorization"]["witness"]["validAfter"] = later
    else:
        signed["authorization"]["validAfter"] = later
    refusal = await refused(till, paid(payload.model_copy(update={"payload": signed})))
    assert reason(refusal) in (
        "permit2_not_yet_valid",
        "invalid_exact_evm_payload_authorization_valid_after",
    )


@by_every_rail
async def test_signed_by_somebody_else(
    till: Till, payer: Payer, make_payer: Callable[..., Awaitable[Payer]], scheme: str, method: str
) -> None:
    thief = await make_payer()
    payload = await thief.sign(await asked(till), scheme, method)
    raw = orjson.dumps(payload.payload).replace(thief.wallet.address.encode(), payer.wallet.address.encode())
    stolen = payload.model_copy(update={"payload": orjson.loads(raw)})
    assert reason(await refused(till, paid(stolen))).endswith("_signature")


@by_every_rail
async def test_for_another_payee(till: Till, payer: Payer, scheme: str, method: str) -> None:
    required = await asked(till)
    mine = [each.model_copy(update={"pay_to": payer.wallet.address}) for each in required.accepts]
    payload = await payer.sign(required.model_copy(update={"accepts": mine}), scheme, method)
    assert reason(await refused(till, paid(payload))).endswith("recipient_mismatch")


async def test_settled_by_somebody_else(till: Till, payer: Payer) -> None:
    required = await asked(till)
    upto = required.accepts[0]
    mine = upto.model_copy(update={"extra": upto.extra | {"facilitatorAddress": payer.wallet.address}})
    payload = await payer.sign(required.model_copy(update={"accepts": [mine]}), "upto", "permit2")
    assert reason(await refused(till, paid(payload))) == "upto_facilitator_mismatch"


@pytest.mark.parametrize("scheme", ["upto", "exact"])
async def test_a_nonce_that_the_payer_took_back(till: Till, payer: Payer, town: Town, scheme: str) -> None:
    payload = await payer.sign(await asked(till), scheme, "permit2")
    nonce = int(payload.payload["permit2Authorization"]["nonce"])
    await payer.transact(Permit2(PERMIT2).invalidateUnorderedNonces(nonce >> 8, 1 << (nonce & 255)))
    assert reason(await refused(till, paid(payload))) == "permit2_invalid_nonce"


async def test_an_authorization_that_was_used_already(till: Till, payer: Payer, town: Town) -> None:
    """Anybody may make the transfer; then it is paid, and opens its call, once."""
    payload = await payer.sign(await asked(till), "exact", "eip3009")
    signed = payload.payload["authorization"]
    await town.sender.transact(
        town.token.transferWithAuthorization(
            signed["from"],
            signed["to"],
            int(signed["value"]),
            int(signed["validAfter"]),
            int(signed["validBefore"]),
            bytes.fromhex(signed["nonce"][2:]),
            bytes.fromhex(payload.payload["signature"][2:]),
        )
    )
    assert (await till.reserve(paid(payload))).maximum == 1000
    assert reason(await refused(till, paid(payload))) == "payment_already_used"


async def test_an_authorization_that_was_taken_back(till: Till, payer: Payer, town: Town) -> None:
    """A nonce that is used without money having come, though the payee got the same from the payer otherwise."""
    payload = await payer.sign(await asked(till), "exact", "eip3009")
    signed = payload.payload["authorization"]
    nonce = bytes.fromhex(signed["nonce"][2:])
    await payer.transact(town.token.transfer(PAYEE, int(signed["value"])))
    cancel = hash_struct(
        "CancelAuthorization(address authorizer,bytes32 nonce)",
        ("address", "bytes32"),
        (payer.wallet.address, nonce),
    )
    digest = Domain("OPG", CHAIN_ID, town.token.address, "1").digest(cancel)
    word = Account(bytes(payer.wallet.key)).sign_digest(digest)
    await payer.transact(town.token.cancelAuthorization(payer.wallet.address, nonce, word))
    assert reason(await refused(till, paid(payload))) == "invalid_exact_evm_nonce_already_used"


async def test_a_payer_delegated_to_code_that_answers_nothing(till: Till, payer: Payer, town: Town) -> None:
    """EIP-7702: Permit2 then asks the delegate, which does not know; the token itself still knows the key."""
    required = await asked(till)
    by_permit2 = await payer.sign(required, "upto", "permit2")
    delegation = "0xef0100" + town.token.address[2:].lower()
    await town.chain.rpc.call("anvil_setCode", payer.wallet.address, delegation)
    refusal = await refused(till, paid(by_permit2))
    assert reason(refusal) == "invalid_permit2_signature"
    assert "EIP-7702" in refusal.message
    assert "EIP-3009" in refusal.hint
    await till.reserve(paid(await payer.sign(required, "exact", "eip3009")))


async def test_a_wallet_that_answers_for_itself(till: Till, payer: Payer, town: Town) -> None:
    """Code that answers `isValidSignature` with its selector, whatever it is asked (ERC-1271)."""
    required = await asked(till)
    payload = await payer.sign(required, "upto", "permit2")
    yes = "0x631626ba7e60e01b60005260206000f3"  # PUSH4 selector, SHL 224, MSTORE 0, RETURN 32
    await town.chain.rpc.call("anvil_setCode", payer.wallet.address, yes)
    junk = payload.model_copy(update={"payload": {**payload.payload, "signature": "0x00"}})
    await till.reserve(paid(junk))


async def test_shared_cache_headers(till: Till, payer: Payer) -> None:
    refusal = await refused(till, purchase())
    reservation = await till.reserve(paid(await payer.sign(await asked(till), "upto", "permit2")))
    for headers in (refusal.headers, reservation.headers()):
        said = dict(headers)
        assert said[b"cache-control"] == b"private, no-store"
        assert b"payment-signature" in said[b"vary"]


async def test_an_identifier_pays_once(till: Till, payer: Payer) -> None:
    payer.extensions = {"payment-identifier": {"info": {"required": False, "id": "order-of-november-24"}}}
    required = await asked(till)
    await till.reserve(paid(await payer.sign(required, "upto", "permit2")))
    again = await refused(till, paid(await payer.sign(required, "upto", "permit2")))
    assert again.code == "payment_already_used"


async def test_a_payer_floods(till: Till, gate: Gate, payer: Payer) -> None:
    required = await asked(till)
    payments = [paid(await payer.sign(required, "upto", "permit2")) for _ in range(32)]
    held = [await till.reserve(payment) for payment in payments]
    busy = await refused(till, paid(await payer.sign(required, "upto", "permit2")))
    assert busy.code == "payer_busy"
    assert dict(busy.headers)[b"retry-after"]
    held.pop().release()
    await till.reserve(paid(await payer.sign(required, "upto", "permit2")))


async def test_nobody_owes_more_than_is_lent(till: Till, payer: Payer) -> None:
    """Ten dollars: half of it served and not settled, and as much wanted again."""
    what = {"maximum": 6_000_000}
    required = await asked(till, purchase(**what))
    await till.reserve(paid(await payer.sign(required, "upto", "permit2"), **what))
    owing = await refused(till, paid(await payer.sign(required, "upto", "permit2"), **what))
    assert owing.code == "payer_unsettled"
    assert dict(owing.headers)[b"retry-after"]


async def test_more_than_is_ever_lent(till: Till, payer: Payer) -> None:
    what = {"maximum": 11_000_000}
    payload = await payer.sign(await asked(till, purchase(**what)), "upto", "permit2")
    assert reason(await refused(till, paid(payload, **what))) == "exceeds_unsettled_limit"


@pytest.mark.parametrize("price", [50_000, 200_000])
async def test_the_price_changes_between_demand_and_payment(
    till: Till, payer: Payer, market: Market, price: int
) -> None:
    """What was asked for is taken; what it is worth now is what the call may come to."""
    before = market.rate()
    payload = await payer.sign(await asked(till), "upto", "permit2")
    market.exchange.take(Rate(before.asset, price, "the tests"))
    reservation = await till.reserve(paid(payload))
    assert reservation.maximum == min(1000, 1000 * price // before.micro_usd)
    claim = reservation.claim(reservation.maximum, capped=True)
    assert claim.amount == market.rate().units(reservation.maximum) <= int(payload.accepted.amount)

    payload = await payer.sign(await asked(till), "exact", "eip3009")
    market.exchange.take(Rate(before.asset, 90_000, "the tests"))
    market.exchange.take(Rate(before.asset, 80_000, "the tests"))
    assert reason(await refused(till, paid(payload))).endswith("value_mismatch"), "two changes are too many"


async def test_twice_what_is_needed_is_not_what_was_asked(till: Till, payer: Payer) -> None:
    required = await asked(till)
    more = required.accepts[0].model_copy(update={"amount": str(2 * UNITS)})
    payload: PaymentPayload = await payer.sign(
        required.model_copy(update={"accepts": [more]}), "upto", "permit2"
    )
    assert reason(await refused(till, paid(payload))) == "permit2_amount_mismatch"


async def test_no_approval_is_412_and_says_how_to_fix_it(
    till: Till, make_payer: Callable[..., Awaitable[Payer]]
) -> None:
    payer = await make_payer(approved=0)
    refusal = await refused(till, paid(await payer.sign(await asked(till), "upto", "permit2")))
    assert refusal.code == "permit2_allowance_required"
    assert "approve(0x000000000022D473030F116dDEE9F6B43aC78BA3" in refusal.hint
    assert reason(refusal) == "permit2_allowance_required"
