"""What a payer signs, and what it refuses: whatever is asked, no more than is allowed goes to nobody but the payee."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.apps.client.paying.agents import KEY, SIGNER, payer_of, purse_of
from tests.unit.apps.client.paying.demands import (
    BY_EIP3009,
    BY_PERMIT2,
    PRICE,
    TERMS,
    UPTO,
    header,
    required,
)

from assay.apps.client.paying.asked import Asked
from assay.apps.client.paying.errors import DemandMalformed, NoWayToPay, PayeeUntrusted
from assay.engines.chain.account import Account
from assay.engines.chain.canonical import X402_EXACT_PROXY, X402_UPTO_PROXY
from assay.engines.chain.signature import recover
from assay.engines.wallets.mandate import Mandate
from assay.engines.wallets.purse import BudgetPurse
from assay.engines.wallets.tally import Tally
from assay.services.payments.x402.binding import request_nonce
from assay.services.payments.x402.eip3009 import AuthorizedTransfer
from assay.services.payments.x402.permit2 import PermitTransfer
from assay.services.payments.x402.wire import read_payment
from assay.trust.metering import PaymentError
from assay.trust.payments.errors import PerCallExceeded
from assay.trust.receipts.payee import Payee

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
STRANGER = Account(bytes([4]) * 32).address
PAYEES = (Payee.on("11" * 32, TERMS.chain_id, TERMS.payee),)
PER_CALL = 5 * 10**17
ASKED = Asked("POST", "http://node:8402/v1/chat/completions", b'{"model":"tiny"}', "node", "tiny")


@pytest.fixture(scope="module")
def tally(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tally]:
    with Tally(tmp_path_factory.mktemp("tally") / "budgets.sqlite") as tally:
        yield tally


@pytest.fixture
def purse(tally: Tally) -> BudgetPurse:
    """Somebody who may spend `PER_CALL` at once, and has not spent anything."""
    return purse_of(KEY, TERMS.asset, tally, per_call=PER_CALL, salt=os.urandom(32).hex())


def held(purse: BudgetPurse) -> int:
    return purse.spent(NOW).held


def signed(value: Any, purse: BudgetPurse, asked: Asked = ASKED) -> PermitTransfer | AuthorizedTransfer:
    """What the payer signs, as a gate reads it; the signature is checked."""
    payment = payer_of(purse, NOW).pay(header(value), asked, PAYEES)
    payload = read_payment({"payment-signature": payment.header}).payload
    kind = PermitTransfer if "permit2Authorization" in payload else AuthorizedTransfer
    transfer: PermitTransfer | AuthorizedTransfer = kind.read(payload)  # type: ignore[attr-defined]
    return transfer


def test_the_best_way_is_taken(purse: BudgetPurse) -> None:
    transfer = signed(required(BY_EIP3009, BY_PERMIT2, UPTO), purse)
    assert isinstance(transfer, PermitTransfer)
    assert (transfer.spender, transfer.facilitator) == (X402_UPTO_PROXY, TERMS.facilitator)
    assert (transfer.payee, transfer.token, transfer.amount) == (TERMS.payee, TERMS.token, PRICE)
    assert transfer.deadline == AT + 3600
    assert recover(transfer.digest(TERMS), transfer.signature) == SIGNER.address
    assert held(purse) == PRICE


def test_exact_over_permit2_names_no_facilitator(purse: BudgetPurse) -> None:
    transfer = signed(required(BY_EIP3009, BY_PERMIT2), purse)
    assert isinstance(transfer, PermitTransfer)
    assert (transfer.spender, transfer.facilitator) == (X402_EXACT_PROXY, None)
    assert recover(transfer.digest(TERMS), transfer.signature) == SIGNER.address


def test_exact_over_eip3009(purse: BudgetPurse) -> None:
    transfer = signed(required(BY_EIP3009), purse)
    assert isinstance(transfer, AuthorizedTransfer)
    assert (transfer.payee, transfer.amount) == (TERMS.payee, PRICE)
    assert recover(transfer.digest(TERMS), transfer.signature) == SIGNER.address


@pytest.mark.parametrize(
    ("mounted", "known_as"),
    [("", "/v1/chat/completions"), ("/mounted/here", "/v1/chat/completions")],
)
def test_the_nonce_names_the_request(mounted: str, known_as: str, purse: BudgetPurse) -> None:
    asked = replace(ASKED, url=f"https://node{mounted}/v1/chat/completions?beta=true")
    payment = payer_of(purse, NOW).pay(header(required(UPTO)), asked, PAYEES)
    presented = read_payment({"payment-signature": payment.header})
    assert presented.url == f"https://node{known_as}?beta=true"
    body = hashlib.sha256(asked.body).digest()
    nonce = request_nonce("POST", presented.url, body, presented.salt)
    assert PermitTransfer.read(presented.payload).nonce == int.from_bytes(nonce)


def test_the_budget_is_shown_to_the_node(purse: BudgetPurse) -> None:
    payment = payer_of(purse, NOW).pay(header(required(UPTO)), ASKED, PAYEES)
    shown = read_payment({"payment-signature": payment.header}).budgets
    assert Mandate.from_json(shown) == purse.mandate


def test_no_two_payments_are_one(purse: BudgetPurse) -> None:
    assert len({signed(required(UPTO), purse).signature for _ in range(3)}) == 3


def test_nothing_is_signed_for_longer_than_an_hour(purse: BudgetPurse) -> None:
    transfer = signed(required({**UPTO, "maxTimeoutSeconds": 10**9}), purse)
    assert isinstance(transfer, PermitTransfer)
    assert transfer.deadline == AT + 3600


REFUSED: list[tuple[dict[str, Any], type[PaymentError]]] = [
    ({"amount": str(PER_CALL + 1)}, PerCallExceeded),
    ({"amount": str(2**256)}, DemandMalformed),
    ({"amount": "-1"}, DemandMalformed),
    ({"amount": "1e3"}, DemandMalformed),
    ({"amount": "0x10"}, DemandMalformed),
    ({"payTo": STRANGER}, PayeeUntrusted),
    ({"payTo": "0x12"}, DemandMalformed),
    ({"asset": STRANGER}, NoWayToPay),
    ({"network": "eip155:8453"}, NoWayToPay),
    ({"network": "eip155:031337"}, DemandMalformed),
    ({"network": "solana:mainnet"}, NoWayToPay),
    ({"scheme": "subscription"}, NoWayToPay),
    ({"extra": {**UPTO["extra"], "assetTransferMethod": "erc7710"}}, NoWayToPay),
    ({"extra": {"assetTransferMethod": "permit2"}}, DemandMalformed),
]


@pytest.mark.parametrize(("change", "error"), REFUSED)
def test_nothing_else_is_signed(
    change: dict[str, Any], error: type[PaymentError], purse: BudgetPurse
) -> None:
    with pytest.raises(error):
        signed(required({**UPTO, **change}), purse)
    assert not held(purse)


@pytest.mark.parametrize("value", [None, [], {}, {"x402Version": 2}, required(UPTO, x402Version=3), "0"])
def test_what_is_no_demand(value: Any, purse: BudgetPurse) -> None:
    with pytest.raises(DemandMalformed):
        signed(value, purse)


def test_what_is_not_even_base64(purse: BudgetPurse) -> None:
    with pytest.raises(DemandMalformed):
        payer_of(purse, NOW).pay("!", ASKED, PAYEES)


def _leaves(value: Any, set_: Callable[[Any], None]) -> Iterator[Callable[[Any], None]]:
    """A setter for each place in a JSON value."""
    if isinstance(value, dict | list):
        for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):

            def set_item(new: Any, key: Any = key) -> None:
                value[key] = new

            yield from _leaves(item, set_item)
    else:
        yield set_


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.text(max_size=20),
    st.integers(0, 2**257).map(str),
    st.sampled_from([STRANGER, STRANGER.lower(), TERMS.token, X402_EXACT_PROXY, "eip155:1", "exact", "upto"]),
    st.sampled_from(["permit2", "eip3009", "erc7710", "0x", TERMS.payee.lower()]),
)


@given(st.data())
def test_whatever_is_asked_no_more_than_is_allowed_goes_to_the_payee_alone(
    tally: Tally, data: st.DataObject
) -> None:
    asked_for = orjson.loads(orjson.dumps(required(UPTO, BY_PERMIT2, BY_EIP3009)))
    for _ in range(data.draw(st.integers(1, 3))):
        data.draw(st.sampled_from(list(_leaves(asked_for, lambda new: None))))(data.draw(ANYTHING))
    purse = purse_of(KEY, TERMS.asset, tally, per_call=PER_CALL, salt=os.urandom(32).hex())
    try:
        transfer = signed(asked_for, purse)
    except PaymentError:
        assert not held(purse)
        return
    assert transfer.amount <= PER_CALL
    assert held(purse) == transfer.amount
    assert transfer.payee == TERMS.payee
    if isinstance(transfer, PermitTransfer):
        assert transfer.token == TERMS.token
        assert transfer.spender in (X402_UPTO_PROXY, X402_EXACT_PROXY)
        assert transfer.deadline <= AT + 3600
        assert recover(transfer.digest(TERMS), transfer.signature) == SIGNER.address
    else:
        assert transfer.valid_before <= AT + 3600
