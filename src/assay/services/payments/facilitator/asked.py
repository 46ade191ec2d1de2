"""What a merchant asks of a facilitator, in either version of x402, read by PyPI's types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError
from x402.schemas import PaymentPayload, PaymentRequirements
from x402.schemas.v1 import PaymentPayloadV1, PaymentRequirementsV1

from assay.engines.chain.library import Address
from assay.services.payments.facilitator.errors import AskedNothing
from assay.services.payments.x402.errors import PaymentMalformed
from assay.services.payments.x402.fields import address, number, reading
from assay.services.payments.x402.v1_networks import of_v1


@dataclass(frozen=True, slots=True)
class Asked:
    """A payment, and what its merchant requires of it. Nothing of either is believed yet."""

    version: int
    scheme: str
    network: str
    """CAIP-2."""
    network_name: str
    """As the merchant calls it, who is to be answered in the same words."""
    payee: Address
    token: Address
    amount: int
    """What is to be paid, in the token's smallest units."""
    domain: tuple[str, str] | None
    """Name and version under which the token's holders sign, if the merchant says so."""
    presented: tuple[str, str]
    """Scheme and network of which the payment says it is."""
    payload: Mapping[str, Any]
    """The scheme's own part: what was signed, and the signature."""


def read_asked(body: bytes) -> Asked:
    """Raises `AskedNothing`."""
    try:
        question = orjson.loads(body)
        version = question["x402Version"]
        read = {1: _read_v1, 2: _read_v2}[version]
        return read(question["paymentPayload"], question["paymentRequirements"])
    except (ValueError, LookupError, TypeError, ValidationError, PaymentMalformed):
        raise AskedNothing("This is no question of x402 about a payment.") from None


def _read_v1(payment: Any, requirements: Any) -> Asked:
    paid, required = (
        PaymentPayloadV1.model_validate(payment),
        PaymentRequirementsV1.model_validate(requirements),
    )
    with reading():
        return Asked(
            version=1,
            scheme=required.scheme,
            network=of_v1(required.network),
            network_name=required.network,
            payee=address(required.pay_to),
            token=address(required.asset),
            amount=number(required.max_amount_required),
            domain=_domain(required.extra),
            presented=(paid.scheme, of_v1(paid.network)),
            payload=paid.payload,
        )


def _read_v2(payment: Any, requirements: Any) -> Asked:
    paid, required = PaymentPayload.model_validate(payment), PaymentRequirements.model_validate(requirements)
    with reading():
        return Asked(
            version=2,
            scheme=required.scheme,
            network=required.network,
            network_name=required.network,
            payee=address(required.pay_to),
            token=address(required.asset),
            amount=number(required.amount),
            domain=_domain(required.extra),
            presented=(paid.accepted.scheme, paid.accepted.network),
            payload=paid.payload,
        )


def _domain(extra: Mapping[str, Any] | None) -> tuple[str, str] | None:
    name, version = (extra or {}).get("name"), (extra or {}).get("version")
    return (name, version) if isinstance(name, str) and isinstance(version, str) else None
