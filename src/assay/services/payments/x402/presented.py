"""A payment as it came, whichever version of x402 it came in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

SIGNATURE: Final = "payment-signature"
"""The header of version 2."""
V1_PAYMENT: Final = "x-payment"


def is_presented(headers: Mapping[str, str]) -> bool:
    """Whether a request comes with a payment, of either version."""
    return SIGNATURE in headers or V1_PAYMENT in headers


@dataclass(frozen=True, slots=True)
class Presented:
    """What somebody presents as a payment. Nothing of it is believed yet."""

    version: int
    scheme: str
    network: str
    payload: Mapping[str, Any]
    """The scheme's own part: what was signed, and the signature."""
    url: str = ""
    """By which the payer knows what it pays for; empty if it does not say."""
    salt: bytes = b""
    """Of a nonce that names the request (`assay.services.payments.x402.binding`); empty for any other nonce."""
    budgets: Sequence[Any] = ()
    """Out of which budget the payer means to pay, as JSON (extension ``assay-budget``), or nothing."""
    identifier: str = ""
    """The payer's own name for the purchase (extension ``payment-identifier``), or nothing."""
