"""x402 over HTTP, version 2 and what is left of version 1: headers and bodies, on the types of PyPI's ``x402``.

version 2   402 with PAYMENT-REQUIRED  ->  PAYMENT-SIGNATURE  ->  PAYMENT-RESPONSE
version 1   402 with the same as JSON  ->  X-PAYMENT          ->  X-PAYMENT-RESPONSE
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from pydantic import ValidationError
from x402.schemas import (
    PaymentPayload,
    PaymentRequired,
    PaymentRequirements,
    ResourceInfo,
    SettleResponse,
)
from x402.schemas.base import BaseX402Model
from x402.schemas.v1 import PaymentPayloadV1, PaymentRequiredV1, PaymentRequirementsV1

from assay.services.payments.x402.errors import PaymentMalformed
from assay.services.payments.x402.presented import SIGNATURE, V1_PAYMENT, Presented
from assay.services.payments.x402.v1_networks import in_v1, of_v1

Header = tuple[bytes, bytes]

MAX_HEADER: Final = 16 * 1024
"""Characters of a payment: a signature of a contract wallet takes some thousand."""

REQUEST_EXTENSION: Final = "assay-request"
"""``{"info": {"salt": "0x…"}}``: the payment's nonce names the request."""
BUDGET_EXTENSION: Final = "assay-budget"
"""``{"info": {"budgets": [...]}}``: the signed budgets out of which an agent pays, from the root down."""
IDENTIFIER_EXTENSION: Final = "payment-identifier"
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_-]{16,128}")
_SALT: Final = re.compile(r"0x[0-9a-fA-F]{64}")


def read_payment(headers: Mapping[str, str]) -> Presented:
    """The payment in a request's headers, in whichever of the two. Raises `PaymentMalformed`."""
    value = headers.get(SIGNATURE) or headers.get(V1_PAYMENT) or ""
    if len(value) > MAX_HEADER:
        raise PaymentMalformed(f"The payment is longer than {MAX_HEADER} characters.")
    try:
        payment = orjson.loads(base64.b64decode(value, validate=True))
    except ValueError:
        raise PaymentMalformed("The payment is not base64 of JSON.") from None
    version = payment.get("x402Version") if isinstance(payment, dict) else None
    read = {1: _read_v1, 2: _read_v2}.get(version) if type(version) is int else None
    if read is None:
        raise PaymentMalformed("The payment is of no version of x402 that this node knows.")
    try:
        return read(payment)
    except ValidationError:
        raise PaymentMalformed("The payment is no x402 PaymentPayload.") from None


def _read_v1(value: Mapping[str, Any]) -> Presented:
    payment = PaymentPayloadV1.model_validate(value)
    return Presented(1, payment.scheme, of_v1(payment.network), payment.payload)


def _read_v2(value: Mapping[str, Any]) -> Presented:
    payment = PaymentPayload.model_validate(value)
    extensions = payment.extensions or {}
    return Presented(
        version=2,
        scheme=payment.accepted.scheme,
        network=payment.accepted.network,
        payload=payment.payload,
        url="" if payment.resource is None else payment.resource.url,
        salt=_salt(_info(extensions, REQUEST_EXTENSION).get("salt")),
        budgets=_budgets(_info(extensions, BUDGET_EXTENSION).get("budgets")),
        identifier=_identifier(_info(extensions, IDENTIFIER_EXTENSION).get("id")),
    )


def _info(extensions: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What the payer says by an extension; nothing, if it does not use it."""
    extension = extensions.get(name, {})
    info = extension.get("info", {}) if isinstance(extension, dict) else None
    if not isinstance(info, dict):
        raise PaymentMalformed(f"The payment's extension {name} has no object `info`.")
    return info


def _salt(value: Any) -> bytes:
    if value is None:
        return b""
    if not isinstance(value, str) or not _SALT.fullmatch(value):
        raise PaymentMalformed("The salt of the payment's nonce is not 32 bytes in hexadecimal.")
    return bytes.fromhex(value[2:])


def _budgets(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise PaymentMalformed("The payment's budgets are no list.")
    return value


def _identifier(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or not _IDENTIFIER.fullmatch(value):
        raise PaymentMalformed("The payment's identifier is not 16 to 128 letters, digits, `-` or `_`.")
    return value


def write_required(url: str, accepts: Sequence[PaymentRequirements], error: str) -> Header:
    """The header of version 2 that says how to pay. ``error``: x402's code of what was wrong with what came.

    It declares no extensions, though a payment may use them: Python's x402 client needs further packages to read any.
    """
    required = PaymentRequired(
        error=error,
        resource=ResourceInfo(url=url, mime_type="application/json"),
        accepts=list(accepts),
    )
    return b"payment-required", base64.b64encode(_json(required))


def write_required_v1(url: str, accepts: Sequence[PaymentRequirements], error: str) -> bytes:
    """The body of version 1 that says the same: of what it knows, which is ``exact`` by EIP-3009."""
    return _json(
        PaymentRequiredV1(error=error, accepts=[_v1(url, each) for each in accepts if _is_known_to_v1(each)])
    )


def write_response(
    version: int, payer: str, network: str, amount: int | None, extra: Mapping[str, Any]
) -> Header:
    """The header that says that a payment was taken. The transaction comes with its batch, and has no hash yet."""
    response = SettleResponse(
        success=True,
        payer=payer,
        transaction="",
        network=network if version == 2 else in_v1(network),
        amount=None if amount is None else str(amount),
        extra=dict(extra) or None,
    )
    name = b"payment-response" if version == 2 else b"x-payment-response"
    return name, base64.b64encode(_json(response))


def _is_known_to_v1(demand: PaymentRequirements) -> bool:
    return demand.scheme == "exact" and demand.extra.get("assetTransferMethod") == "eip3009"


def _v1(url: str, demand: PaymentRequirements) -> PaymentRequirementsV1:
    return PaymentRequirementsV1(
        scheme=demand.scheme,
        network=in_v1(demand.network),
        max_amount_required=demand.amount,
        resource=url,
        description="",
        mime_type="application/json",
        pay_to=demand.pay_to,
        max_timeout_seconds=demand.max_timeout_seconds,
        asset=demand.asset,
        extra={"name": demand.extra["name"], "version": demand.extra["version"]},
    )


def _json(value: BaseX402Model) -> bytes:
    return value.model_dump_json(by_alias=True, exclude_none=True).encode()
