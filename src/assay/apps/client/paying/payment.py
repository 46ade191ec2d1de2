"""One payment on its way: signed, sent, and held against the receipt that says what was charged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from assay.apps.client.paying.demand import read_reason
from assay.apps.client.paying.errors import PaymentNotTaken, not_taken
from assay.apps.client.paying.signing import Signature
from assay.services.payments.channel.rail import NAME as CHANNEL
from assay.trust.payments.asset import spell
from assay.trust.receipts.predicate import PaymentClaim
from assay.trust.receipts.statement import Statement
from assay.trust.verdict import Check

CHECK: Final = "payment"
_MISCOUNTED: Final = "invalid_batch_settlement_evm_cumulative_amount_mismatch"
_BUSY: Final = frozenset({"invalid_batch_settlement_evm_channel_busy", "payment_already_used"})
"""The second is of vouchers for one sum at one time, as calls side by side have them that ask the same."""


class Hold(Protocol):
    """Something set aside for one call. The first of both ends it."""

    def commit(self, amount: int) -> None: ...

    def release(self) -> None: ...


class Payment:
    """What was signed for one call. ``header`` is the value of PAYMENT-SIGNATURE.

    What is neither committed nor released stays set aside in the budget: it may still be charged.
    """

    def __init__(
        self,
        signature: Signature,
        rail: str,
        asset: str,
        maximum: int,
        nodes: frozenset[str],
        holds: Sequence[Hold],
    ) -> None:
        """``nodes``: identities of those that are paid so. ``holds``: of the budget, and of what else counts."""
        self.header = signature.header
        self._references = frozenset(key.hex() for key in signature.keys)
        self._rail = rail
        self._asset = asset
        self._maximum = maximum
        self._nodes = nodes
        self._holds = holds

    def check(self, statement: Statement) -> Check:
        """Whether a receipt charges this payment, and no more than was signed for."""
        reason = self._why_not(statement.node, statement.payment)
        if reason:
            return Check.failed(CHECK, reason)
        return Check.passed(
            CHECK,
            f"{self._rail}, {self._spell(statement.payment.amount)} of at most {self._spell(self._maximum)}",
        )

    def commit(self, amount: int) -> None:
        """A receipt that verified charges so much."""
        for hold in self._holds:
            hold.commit(amount)

    def release(self) -> None:
        """The gateway has refused the call."""
        for hold in self._holds:
            hold.release()

    def may_be_replaced(self, header: str) -> bool:
        """Whether a gateway that does not take it only counts the channel otherwise, or is at work over it."""
        return self.finds_channel_busy(header) or read_reason(header) == _MISCOUNTED

    def finds_channel_busy(self, header: str) -> bool:
        """Whether another call is under way over the channel: one at a time is paid there."""
        return self._rail == CHANNEL and read_reason(header) in _BUSY

    def refused(self, header: str) -> PaymentNotTaken:
        """The error for a gateway that answered the payment with another ``header``."""
        return not_taken(read_reason(header))

    def _why_not(self, node: str, claim: PaymentClaim) -> str:
        if node not in self._nodes:
            return "the receipt is by another node than the one that was paid"
        if claim.rail != self._rail or claim.reference not in self._references:
            return "the receipt charges another payment than the one that was signed for this call"
        if claim.asset.lower() != self._asset.lower():
            return "the receipt charges another asset than was signed for"
        if claim.amount > self._maximum:
            return f"the receipt charges {self._spell(claim.amount)}, and {self._spell(self._maximum)} was signed for"
        return ""

    def _spell(self, amount: int) -> str:
        return spell(amount, self._asset)
