"""What the gateway needs of payments: reserve before work, commit after, release when nothing was done.

The gateway is given a `Meter` and does not know the rails behind it; the rails know nothing of gateways.
"""

from __future__ import annotations

from typing import Protocol

from assay.errors import AssayError
from assay.trust.receipts.predicate import PaymentClaim


class PaymentError(AssayError):
    """The call is not paid for."""

    code = "payment_refused"


class CredentialRefused(PaymentError):
    """No key, or one that opens no account."""

    code = "invalid_api_key"
    hint = "send a key made by `assay up` as `Authorization: Bearer` or `x-api-key`; `assay env` prints it"


class BudgetSpent(PaymentError):
    """The account cannot cover what the call may cost."""

    code = "insufficient_balance"
    hint = "deposit, ask for fewer tokens (`max_tokens`), or choose a cheaper model"


class ReservationSpent(PaymentError):
    """The answer has come to what was reserved for it, and ends there."""

    code = "budget_spent"
    hint = "allow a longer answer with `max_tokens`, which reserves more"


class Reservation(Protocol):
    """Money set aside for one call. Exactly one of `commit` and `release` ends it; a second call does nothing."""

    payment: PaymentClaim
    maximum: int
    """Micro-USD: the most that the call is charged, whatever it comes to."""

    def commit(self, cost: int, log_index: int) -> None:
        """Charge ``cost`` micro-USD, at most `maximum`, for the receipt at ``log_index``; the rest is free again."""

    def release(self) -> None:
        """Nothing was delivered: charge nothing."""


class Meter(Protocol):
    """One way to pay."""

    async def reserve(self, credential: str, maximum: int) -> Reservation:
        """Set aside up to ``maximum`` micro-USD. Raises `CredentialRefused` or `BudgetSpent`."""
