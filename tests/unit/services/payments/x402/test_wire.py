"""x402's headers and bodies: the stock package reads what we write, and we what it writes, and nothing else."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from x402.http.utils import (
    decode_payment_required_header,
    decode_payment_response_header,
    encode_payment_signature_header,
)
from x402.schemas import PaymentPayload, PaymentRequired, PaymentRequirements
from x402.schemas.v1 import PaymentPayloadV1, PaymentRequiredV1

from assay.services.payments.x402 import wire
from assay.services.payments.x402.errors import PaymentMalformed
from assay.services.payments.x402.presented import Presented

ADDRESS = "0x" + "Ab" * 20
WORDS = st.text(st.characters(codec="utf-8"), max_size=20)
AMOUNTS = st.integers(0, 2**256 - 1).map(str)


def requirements(scheme: str = "exact", method: str = "eip3009", **changed: Any) -> PaymentRequirements:
    demand: dict[str, Any] = {
        "scheme": scheme,
        "network": "eip155:8453",
        "asset": ADDRESS,
        "amount": "123456789012345678901",
        "pay_to": ADDRESS,
        "max_timeout_seconds": 3600,
        "extra": {"name": "OPG", "version": "1", "assetTransferMethod": method},
    }
    return PaymentRequirements(**demand | changed)


PAYLOAD = PaymentPayload(payload={"signature": "0x00"}, accepted=requirements())


def header(payload: PaymentPayload | PaymentPayloadV1) -> dict[str, str]:
    return {"payment-signature": encode_payment_signature_header(payload)}


def spelt(value: Any) -> dict[str, str]:
    return {"payment-signature": base64.b64encode(orjson.dumps(value)).decode()}


@given(st.lists(st.builds(requirements, amount=AMOUNTS, network=WORDS), max_size=4), WORDS, WORDS)
def test_a_demand_is_read_by_the_stock_package(
    accepts: list[PaymentRequirements], url: str, error: str
) -> None:
    name, value = wire.write_required(url, accepts, error)
    required = decode_payment_required_header(value.decode())
    assert name == b"payment-required"
    assert isinstance(required, PaymentRequired)
    assert required.accepts == accepts
    assert required.error == error
    assert required.resource is not None
    assert required.resource.url == url


def test_a_demand_of_every_rail_fits_a_header_that_no_proxy_drops() -> None:
    extra = {"facilitatorAddress": ADDRESS}
    rails = [("upto", "permit2"), ("exact", "permit2"), ("exact", "eip3009"), ("batch-settlement", "eip3009")]
    accepts = [requirements(*rail) for rail in rails]
    accepts[0].extra.update(extra)
    _, value = wire.write_required("https://gateway.example.org/v1/chat/completions", accepts, "reason")
    assert len(value) < 2048


@given(
    st.dictionaries(WORDS, WORDS, max_size=3),
    st.builds(requirements, scheme=WORDS, network=WORDS),
    st.none() | st.from_regex(r"\A[A-Za-z0-9_-]{16,128}\Z"),
    st.none() | st.binary(min_size=32, max_size=32),
)
def test_a_payment_is_read_as_the_stock_package_writes_it(
    payload: dict[str, str], accepted: PaymentRequirements, identifier: str | None, salt: bytes | None
) -> None:
    extensions: dict[str, Any] = {}
    if identifier is not None:
        extensions["payment-identifier"] = {"info": {"required": True, "id": identifier}}
    if salt is not None:
        extensions["assay-request"] = {"info": {"salt": "0x" + salt.hex()}}
    written = PaymentPayload(payload=payload, accepted=accepted, extensions=extensions or None)
    assert wire.read_payment(header(written)) == Presented(
        version=2,
        scheme=accepted.scheme,
        network=accepted.network,
        payload=payload,
        salt=salt or b"",
        identifier=identifier or "",
    )


def test_version_1_on_base() -> None:
    written = PaymentPayloadV1(scheme="exact", network="base", payload={"signature": "0x00"})
    value = encode_payment_signature_header(written)
    assert wire.read_payment({"x-payment": value}) == Presented(
        1, "exact", "eip155:8453", {"signature": "0x00"}
    )


def test_version_1_is_asked_for_what_it_knows() -> None:
    accepts = [requirements("upto", "permit2"), requirements("exact", "permit2"), requirements()]
    body = wire.write_required_v1("http://node/", accepts, "why")
    required = PaymentRequiredV1.model_validate_json(body)
    (only,) = required.accepts
    assert required.error == "why"
    assert (only.scheme, only.network, only.max_amount_required) == ("exact", "base", accepts[2].amount)
    assert only.extra == {"name": "OPG", "version": "1"}


@pytest.mark.parametrize(("version", "name"), [(1, b"x-payment-response"), (2, b"payment-response")])
@pytest.mark.parametrize("amount", [None, 0, 2**200])
def test_a_response_is_read_by_the_stock_package(version: int, name: bytes, amount: int | None) -> None:
    written, value = wire.write_response(version, ADDRESS, "eip155:31337", amount, {})
    response = decode_payment_response_header(value.decode())
    assert written == name
    assert response.success
    assert (response.payer, response.transaction) == (ADDRESS, "")
    assert response.amount == (None if amount is None else str(amount))


@given(
    st.text(st.characters(codec="latin-1"), max_size=300)
    | st.binary().map(lambda b: base64.b64encode(b).decode())
)
def test_anything_else_is_malformed(value: str) -> None:
    with pytest.raises(PaymentMalformed):
        wire.read_payment({"payment-signature": value})


AS_JSON = PAYLOAD.model_dump(mode="json", by_alias=True)


@pytest.mark.parametrize(
    "value",
    [
        [],
        None,
        7,
        {},
        {**AS_JSON, "x402Version": 3},
        {**AS_JSON, "x402Version": "2"},
        {**AS_JSON, "x402Version": None},
        {**AS_JSON, "payload": []},
        {**AS_JSON, "accepted": None},
        {**AS_JSON, "extensions": {"assay-request": {"info": []}}},
        {**AS_JSON, "extensions": {"assay-request": {"info": 7}}},
        {**AS_JSON, "extensions": {"assay-request": 7}},
        {**AS_JSON, "extensions": {"assay-request": {"info": {"salt": "0x00"}}}},
        {**AS_JSON, "extensions": {"assay-request": {"info": {"salt": ""}}}},
        {**AS_JSON, "extensions": {"payment-identifier": {"info": {"id": "short"}}}},
        {**AS_JSON, "extensions": {"payment-identifier": {"info": {"id": ["x" * 20]}}}},
        {"x402Version": 1, "scheme": "exact", "network": "base"},
    ],
)
def test_a_payment_of_another_shape_is_malformed(value: Any) -> None:
    with pytest.raises(PaymentMalformed):
        wire.read_payment(spelt(value))


def test_what_only_repeats_the_nodes_words_says_nothing() -> None:
    echoed = {**AS_JSON, "extensions": {"payment-identifier": {"info": {"required": False}}, "other": 1}}
    assert wire.read_payment(spelt(echoed)).identifier == ""


def test_a_payment_that_is_too_long() -> None:
    with pytest.raises(PaymentMalformed, match="longer"):
        wire.read_payment(spelt({**AS_JSON, "payload": {"signature": "0x" + "00" * 8192}}))
