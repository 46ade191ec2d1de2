"""One payment on its way: signed, sent, and held against the receipt that says what was charged."""

from __future__ import annotations

from typing import Final

from assay.apps.client.paying.demand import read_reason
from assay.apps.client.paying.errors import PaymentNotTaken, not_taken
from assay.apps.client.paying.signing import Signature
from assay.engines.wallets.tally import Hold
from assay.trust.payments.asset import spell
from assay.trust.receipts.predicate import PaymentClaim
from assay.trust.receipts.statement import Statement
from assay.trust.verdict import Check

CHECK: Final = "payment"


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
        hold: Hold,
    ) -> None:
        """``nodes``: identities of those that are paid so."""
        self.header = signature.header
        self._reference = signature.key.hex()
        self._rail = rail
        self._asset = asset
        self._maximum = maximum
        self._nodes = nodes
        self._hold = hold

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
        self._hold.commit(amount)

    def release(self) -> None:
        """The gateway has refused the call."""
        self._hold.release()

    def refused(self, header: str) -> PaymentNotTaken:
        """The error for a gateway that answered the payment with another ``header``."""
        return not_taken(read_reason(header))

    def _why_not(self, node: str, claim: PaymentClaim) -> str:
        if node not in self._nodes:
            return "the receipt is by another node than the one that was paid"
        if (claim.rail, claim.reference) != (self._rail, self._reference):
            return "the receipt charges another payment than the one that was signed for this call"
        if claim.asset.lower() != self._asset.lower():
            return "the receipt charges another asset than was signed for"
        if claim.amount > self._maximum:
            return f"the receipt charges {self._spell(claim.amount)}, and {self._spell(self._maximum)} was signed for"
        return ""

    def _spell(self, amount: int) -> str:
        return spell(amount, self._asset)
