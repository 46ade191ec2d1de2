"""What all rails over one chain share: what is asked for, and what makes a signed amount the right one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from x402.schemas import PaymentRequirements

from assay.services.payments.x402.binding import AmountBinding, is_for
from assay.services.payments.x402.errors import PaymentInvalid
from assay.services.payments.x402.exchange import Exchange
from assay.services.payments.x402.holdings import Holdings
from assay.services.payments.x402.order import Order
from assay.services.payments.x402.presented import Presented
from assay.services.payments.x402.terms import TIMEOUT_S, Terms
from assay.trust.receipts.rate import Rate

UNSETTLED = 10_000_000
"""Micro-USD that one payer may owe before any of it has come, unless it lies in escrow."""


@dataclass(frozen=True, slots=True)
class Market:
    """Terms, prices, and the chain to look at."""

    terms: Terms
    exchange: Exchange
    amounts: AmountBinding
    holdings: Holdings
    clock: Callable[[], datetime]
    unsettled: int = UNSETTLED

    def rate(self) -> Rate:
        """The rate in force. Raises `RateStale`."""
        return self.exchange.rate(self.clock())

    def now(self) -> int:
        """Unix seconds."""
        return int(self.clock().timestamp())

    def demand(self, order: Order, scheme: str, method: str, **extra: Any) -> PaymentRequirements:
        """What pays for an order. ``method``: x402's ``assetTransferMethod``. Raises `RateStale`."""
        named = {"name": self.terms.name, "version": self.terms.version, "assetTransferMethod": method}
        return PaymentRequirements(
            scheme=scheme,
            network=self.terms.network,
            asset=self.terms.token,
            amount=str(self._amount(self.rate(), order, scheme, method)),
            pay_to=self.terms.payee,
            max_timeout_seconds=TIMEOUT_S,
            extra=named | extra,
        )

    def is_demanded(self, amount: int, order: Order, scheme: str, method: str) -> bool:
        """Whether a payer was asked for this amount, for this very request. Raises `RateStale`."""
        rates = self.exchange.demanded(self.clock())
        return any(amount == self._amount(rate, order, scheme, method) for rate in rates)

    def _amount(self, rate: Rate, order: Order, scheme: str, method: str) -> int:
        least, terms = rate.units(order.purchase.maximum), self.terms
        return self.amounts.amount(least, order, scheme, method, terms.asset, terms.payee)

    def check_network(self, presented: Presented) -> None:
        """Raises `PaymentInvalid`."""
        refuse_unless(
            presented.network == self.terms.network,
            "network_mismatch",
            f"The payment is for another chain than {self.terms.network}.",
        )

    def check_bound(self, presented: Presented, order: Order, nonce: bytes) -> None:
        """A payer that says that its nonce names the request is taken at its word. Raises `PaymentInvalid`."""
        refuse_unless(
            not presented.salt or is_for(order, presented.url, presented.salt, nonce),
            "invalid_assay_request_binding",
            "The payment's nonce names another request than this.",
        )


def refuse_unless(holds: bool, reason: str, message: str, *, hint: str | None = None) -> None:
    """One rule of a payment. Raises `PaymentInvalid`."""
    if not holds:
        raise PaymentInvalid(reason, message, hint=hint)
