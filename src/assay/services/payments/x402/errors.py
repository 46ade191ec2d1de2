"""Why a payment is not taken. ``reason`` is what x402 calls it, for programs that know x402 and not us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.trust.metering import PaymentError


class PaymentRequired(PaymentError):
    """Nobody has paid for this call yet; the response says how to."""

    code = "payment_required"
    hint = "send an API key, or sign one of the payments that the header PAYMENT-REQUIRED asks for"


class PaymentMalformed(PaymentError):
    """What came as a payment is none."""

    code = "payment_malformed"
    hint = "PAYMENT-SIGNATURE is base64 of an x402 PaymentPayload"


class PaymentInvalid(PaymentError):
    """A payment that is not signed for this call, this payee, this chain or this time."""

    code = "payment_invalid"
    hint = "sign what the header PAYMENT-REQUIRED of this very response asks for"

    told: Mapping[str, Any] = {}
    """``scheme``, and the ``extra`` that its demand says besides, so that its payer can do better; or nothing."""

    def __init__(self, reason: str, message: str, *, hint: str | None = None) -> None:
        """``reason``: x402's code."""
        super().__init__(f"{message} [{reason}]", hint=hint)
        self.reason = reason


class NonceUsed(PaymentInvalid):
    """The chain has the payment's nonce as used: somebody has made it, or its payer has taken it back."""


class AllowanceRequired(PaymentInvalid):
    """The payer's tokens are not open to Permit2, by which they would be moved."""

    code = "permit2_allowance_required"


class PayerBusy(PaymentError):
    """One payer has too many calls under way."""

    code = "payer_busy"
    hint = "wait for an answer before the next call"
    headers = ((b"retry-after", b"1"),)


class PayerUnsettled(PaymentError):
    """One payer owes as much as the node lends before any of it has come."""

    code = "payer_unsettled"
    hint = "wait until what was served is settled on the chain, or pay from a channel or an account"
    headers = ((b"retry-after", b"15"),)


class PaymentsUnavailable(PaymentError):
    """The chain by which a payment would be checked does not answer."""

    code = "payments_unavailable"
    hint = "try again, or pay from an account: calls by API key go on"
    headers = ((b"retry-after", b"5"),)


class RateStale(PaymentError):
    """The node does not know what a token is worth now."""

    code = "rate_stale"
    hint = "pay from an account, or ask again when the node has a fresh price"
    headers = ((b"retry-after", b"30"),)
