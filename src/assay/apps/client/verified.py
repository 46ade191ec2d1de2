"""What the caller holds once an answer has verified."""

from __future__ import annotations

from dataclasses import dataclass

from assay.trust.envelope import Envelope
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.statement import Statement, receipt_id
from assay.trust.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Receipt:
    """A signed statement about one inference, and where the node's log keeps it."""

    envelope: Envelope
    statement: Statement
    log_index: int
    """As the gateway told it; only a log proof shows it."""

    @property
    def id(self) -> str:
        """SHA-256 of the statement, lower-case hex."""
        return receipt_id(self.envelope.payload)


@dataclass(frozen=True, slots=True)
class Verified:
    """An answer that met the policy: everything to check it again, and the verdict."""

    receipt: Receipt
    bundle: Bundle
    verdict: Verdict
