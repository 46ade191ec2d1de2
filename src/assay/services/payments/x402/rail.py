"""What a way to pay by signature does. `Gate` asks for payments by every rail it is given, in their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from x402.schemas import PaymentRequirements

from assay.engines.chain.library import Address
from assay.services.payments.payment import Admit, Authorization, Payment
from assay.services.payments.x402.order import Order
from assay.services.payments.x402.presented import Presented

MAX_SIGNATURE: Final = 768
"""Bytes: a call with a longer one does not fit into a batch of the `Facilitator`."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A payment that is good for one call, as far as it can be known without the books."""

    authorization: Authorization
    admit: Admit
    maximum: int
    """Micro-USD: what the call may come to at most, for it is all that was signed for."""
    charge: Callable[[int], int]
    """What a cost of so many micro-USD, at most `maximum`, comes to in the asset's smallest units."""
    agent: Address | None = None
    """Whose key has signed, if it is not the payer's own."""
    told: Callable[[int | None], Mapping[str, Any]] = lambda _: {}
    """What the response says besides, of what was charged; None while that is not known."""


class Rail(Protocol):
    """One scheme, by one way to move the money."""

    name: str
    """What receipts call it, and x402 its scheme."""

    def demand(self, order: Order) -> PaymentRequirements:
        """What pays for this order. Raises `RateStale`."""

    def takes(self, presented: Presented) -> bool:
        """Whether a payment is of this kind, good or not."""

    async def check(self, presented: Presented, order: Order) -> Checked:
        """Raises `PaymentError` in its many forms for a payment that is not good for this order."""

    def collects(self, payment: Payment) -> bool:
        """Whether a payment in the books came by this rail."""

    def collect(self, payment: Payment) -> tuple[Address, bytes] | None:
        """What the `Facilitator` contract is to call for the money of a served payment; None if nothing is due."""

    async def is_spent(self, payment: Payment) -> bool:
        """Whether the chain has the payment's nonce as used: the money came, or its payer has taken it back.

        Raises `PaymentsUnavailable`.
        """
