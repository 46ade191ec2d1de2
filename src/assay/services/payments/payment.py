"""A payment by signature: what a payer has signed, and how far it has come.

    (nothing) -> RESERVED -> SERVED -> SETTLED
                    |          |
                    +----------+--> EXPIRED

A payment is taken before any work is done for it, and is never taken again: no way leads back to nothing. The
receipt in the log is what makes a reserved payment a served one; the books only follow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from assay.trust.metering import PaymentError


class State(StrEnum):
    """How far a payment has come."""

    RESERVED = "reserved"
    """Its maximum is set aside; work may be under way."""
    SERVED = "served"
    """A receipt in the log charges it; the money is still to come."""
    SETTLED = "settled"
    """The money has come."""
    EXPIRED = "expired"
    """It will never be charged: nothing was delivered, or it could not be collected."""


@dataclass(frozen=True, slots=True)
class Authorization:
    """What a payer has signed, and a rail has checked. Amounts in the asset's smallest units."""

    key: bytes
    """32 bytes that name this authorization on its chain: no other has them."""
    rail: str
    source: str
    """Where the money comes from, whose sums are kept: a payer with an asset, or a channel."""
    payer: str
    """The address that pays."""
    asset: str
    """CAIP-19."""
    maximum: int
    request: bytes
    """SHA-256 of the request that it is for."""
    identifier: str
    """The payer's own name for the purchase (x402's ``payment-identifier``), or nothing."""
    signed: bytes
    """What the payer signed, as JSON: enough to collect the money later."""
    expires_at: int
    """Unix seconds, after which nothing can be collected."""


@dataclass(frozen=True, slots=True)
class Payment:
    """An authorization in the books."""

    authorization: Authorization
    state: State
    amount: int = 0
    """What the receipt charges."""
    log_index: int = -1
    transaction: bytes = b""
    """Hash of the transaction by which the money came."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What one source has to stand for, in the asset's smallest units."""

    reserved: int = 0
    """Maxima of the payments under way."""
    served: int = 0
    """Charged, and still to come."""
    settled: int = 0
    """Charged, and come."""
    lost: int = 0
    """Charged, and never to come: its payer is lent so much less from then on."""

    @property
    def charged(self) -> int:
        return self.served + self.settled


Admit: TypeAlias = Callable[[Tally], None]
"""A rail's rule for one more payment out of a source; raises `PaymentError` to refuse. Asked while nobody else can
reserve from that source."""


class PaymentKnown(PaymentError):
    """The same authorization has been presented before; it pays once. ``payment`` is what became of it."""

    code = "payment_already_used"
    hint = "sign a new payment for each call; what was asked for before is under its receipt"

    def __init__(self, message: str, payment: Payment) -> None:
        super().__init__(message)
        self.payment = payment
