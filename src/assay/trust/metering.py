"""What the gateway needs of payments: reserve before work, commit after, release when nothing was done.

The gateway is given a `Meter` and does not know the rails behind it; the rails know nothing of gateways.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from assay.errors import AssayError
from assay.trust.receipts.predicate import PaymentClaim


class PaymentError(AssayError):
    """The call is not paid for."""

    code = "payment_refused"
    document: bytes = b""
    """JSON that an HTTP response has as its body, where a standard of payments says so and no dialect of models."""


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


@dataclass(frozen=True, slots=True)
class Purchase:
    """A call that wants to be paid for, as it was asked, before anything is done for it."""

    credential: str
    """The API key that came with it, or nothing."""
    method: str
    target: str
    """Path and query."""
    headers: Mapping[str, str]
    """By their lower-case names."""
    body: bytes
    model: str
    maximum: int
    """Micro-USD that it may come to."""


class Reservation(Protocol):
    """Money set aside for one call. Exactly one of `commit` and `release` ends it; a second call does nothing."""

    maximum: int
    """Micro-USD: the most that the call is charged, whatever it comes to."""

    def claim(self, cost: int, capped: bool) -> PaymentClaim:
        """What the receipt says of a payment of ``cost`` micro-USD, at most `maximum`."""

    def commit(self, cost: int, log_index: int) -> None:
        """Charge ``cost`` micro-USD, for the receipt at ``log_index``; the rest is free again."""

    def release(self) -> None:
        """Nothing was delivered: charge nothing."""

    def headers(self) -> Iterable[tuple[bytes, bytes]]:
        """What the answer's head says of the payment as far as it has come."""


class Meter(Protocol):
    """Ways to pay."""

    async def reserve(self, purchase: Purchase) -> Reservation:
        """Set aside what a call may come to. Raises `PaymentError` in its many forms."""

    async def admit(self, credential: str) -> None:
        """Let in who may ask for what costs nothing. Raises `CredentialRefused`."""
