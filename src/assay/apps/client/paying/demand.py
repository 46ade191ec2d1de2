"""What a gateway asks for: the ways to pay in a 402 that a client of ours knows how to sign."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError
from x402.schemas import PaymentRequired, PaymentRequirements

from assay.apps.client.paying.errors import DemandMalformed
from assay.services.payments.x402 import eip3009, permit2
from assay.services.payments.x402.fields import address, number
from assay.services.payments.x402.terms import Terms

CHANNEL: Final = "batch-settlement"
UPTO: Final = "upto"
EXACT: Final = "exact"
_PREFERRED: Final = (
    (CHANNEL, eip3009.METHOD),
    (UPTO, permit2.METHOD),
    (EXACT, permit2.METHOD),
    (EXACT, eip3009.METHOD),
)
"""Over a channel and by ``upto`` a call costs what it comes to, by ``exact`` what it might have."""
_EIP155: Final = "eip155:"
_NOBODY: Final = "0x" + "00" * 20


@dataclass(frozen=True, slots=True)
class Demand:
    """One way to pay for one request."""

    accepted: PaymentRequirements
    """As the gateway put it, to be given back to it."""
    scheme: str
    method: str
    """x402's ``assetTransferMethod``."""
    terms: Terms
    amount: int
    """The most that it takes, in the asset's smallest units."""
    seconds: int
    """How long the payment has to be good for."""

    @property
    def account(self) -> str:
        """Who gets the money: CAIP-10, in lower case."""
        return f"{self.terms.network}:{self.terms.payee.lower()}"


@dataclass(frozen=True, slots=True)
class Required:
    """What a 402 says."""

    url: str
    """By which the gateway knows the request, as far as it can tell; empty if it does not say."""
    demands: Sequence[Demand]
    """The ways to pay that are known here, the best one first."""


def read_required(header: str) -> Required:
    """Raises `DemandMalformed`."""
    try:
        required = PaymentRequired.model_validate_json(base64.b64decode(header, validate=True))
        if required.x402_version != 2:
            raise DemandMalformed("The gateway asks for payment by another version of x402.")
        known = [_read(each) for each in required.accepts if _is_known(each)]
    except (binascii.Error, ValidationError, LookupError, TypeError, ValueError, AttributeError):
        raise DemandMalformed("What the gateway asks for is no x402 PaymentRequired.") from None
    known.sort(key=lambda demand: _PREFERRED.index((demand.scheme, demand.method)))
    return Required("" if required.resource is None else required.resource.url, known)


def read_reason(header: str) -> str:
    """x402's code of what was wrong with a payment; empty if the header has none."""
    try:
        return PaymentRequired.model_validate_json(base64.b64decode(header)).error or ""
    except (binascii.Error, ValidationError):
        return ""


def _is_known(accepted: PaymentRequirements) -> bool:
    return accepted.network.startswith(_EIP155) and _kind(accepted) in _PREFERRED


def _kind(accepted: PaymentRequirements) -> tuple[str, str]:
    """Scheme and method, which is EIP-3009 if it is not said."""
    return accepted.scheme, str(accepted.extra.get("assetTransferMethod", eip3009.METHOD))


def _read(accepted: PaymentRequirements) -> Demand:
    """Raises `LookupError`, `TypeError` or `ValueError`."""
    scheme, method = _kind(accepted)
    terms = Terms(
        chain_id=number(accepted.network.removeprefix(_EIP155)),
        token=address(accepted.asset),
        payee=address(accepted.pay_to),
        facilitator=address(accepted.extra["facilitatorAddress"] if scheme == UPTO else _NOBODY),
        name=str(accepted.extra.get("name", "")),
        version=str(accepted.extra.get("version", "")),
    )
    return Demand(accepted, scheme, method, terms, number(accepted.amount), accepted.max_timeout_seconds)
