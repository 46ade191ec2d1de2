"""The notary: turns what happened into a signed statement in the log.

`Notary.notarise` is the one line after which an answer is accountable: the receipt, and with it the charge, is in the
log before the caller gets it. It writes to the log's journal and waits for nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from assay.engines.enclave.node_key import NodeKey
from assay.engines.tlog.log import Log
from assay.engines.tlog.sequencer import Sequencer
from assay.errors import AssayError
from assay.services.gateway.attestor import Attestor
from assay.services.gateway.store import ReceiptIndex
from assay.trust.receipts.commitment import OpeningSecret
from assay.trust.receipts.delivery import Delivery
from assay.trust.receipts.envelope import Envelope
from assay.trust.receipts.predicate import (
    AnswerClaim,
    EngineClaim,
    ModelClaim,
    PaymentClaim,
    Price,
    RequestClaim,
    UpstreamClaim,
    Usage,
)
from assay.trust.receipts.statement import Statement, receipt_id


class LogUnavailable(AssayError):
    """No receipt could be written, so no work is done."""

    code = "log_unavailable"
    hint = "the node's operator has to look at its disk; try another node meanwhile"


class Notary:
    """Signs statements with the node's key and appends them to its log."""

    def __init__(
        self,
        key: NodeKey,
        log: Log,
        sequencer: Sequencer,
        index: ReceiptIndex,
        attestor: Attestor,
        clock: Callable[[], datetime],
    ) -> None:
        self._key = key
        self._node = key.public_key.hex()
        self._log = log
        self._sequencer = sequencer
        self._index = index
        self._attestor = attestor
        self._clock = clock

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)

    def check_writable(self) -> None:
        """Raise what keeps the log from growing, before work is done that could not be receipted."""
        if self._sequencer.failure is not None:
            raise LogUnavailable("The node cannot write its log at the moment.") from self._sequencer.failure

    def notarise(
        self,
        *,
        opening: OpeningSecret,
        operation: str,
        request: RequestClaim,
        answer: AnswerClaim,
        model: ModelClaim,
        upstream: UpstreamClaim,
        engine: EngineClaim,
        usage: Usage,
        price: Price,
        payment: PaymentClaim,
        nonce: str,
    ) -> tuple[Delivery, int]:
        """Sign and log one inference; give back what the caller receives, and the cost in micro-USD.

        Raises the log's errors (`LogError`) when it cannot be written; then nothing was notarised.
        """
        cost = price.cost(usage)
        payload = Statement(
            operation=operation,
            request=request,
            answer=answer,
            model=model,
            upstream=upstream,
            engine=engine,
            usage=usage,
            price=price,
            cost=cost,
            payment=payment,
            evidence=self._attestor.current(),
            nonce=nonce,
            node=self._node,
            issued_at=self._clock(),
        ).to_bytes()
        envelope = Envelope.sign(payload, self._key.key_id, self._key.sign)
        log_index = self._log.append(envelope.to_bytes())
        self._index.add(log_index, receipt_id(payload), model.response_id)
        return Delivery(envelope, opening, log_index), cost


def logged_statements(log: Log, start: int) -> Iterator[tuple[int, Statement, str]]:
    """Every receipt from log index ``start`` on, as ``(index, statement, receipt id)``."""
    for index, entry in log.entries(start):
        payload = Envelope.from_bytes(entry).payload
        yield index, Statement.from_bytes(payload), receipt_id(payload)
