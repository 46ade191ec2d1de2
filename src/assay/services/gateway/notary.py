"""The notary: turns what happened into a signed statement in the log.

`Notary.notarise` is the one line after which an answer is accountable: the receipt, and with it the charge, is in the
log before the caller gets it. It writes to the log's journal and waits for nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from assay.engines.enclave.boot_key import BootKey
from assay.engines.tlog.errors import EntryTooLargeError, LogError, StorageFullError
from assay.engines.tlog.log import Log
from assay.engines.tlog.sequencer import Sequencer
from assay.services.gateway.attestor import Attestor
from assay.services.gateway.store import ReceiptIndex
from assay.trust.envelope import Envelope
from assay.trust.metering import Reservation
from assay.trust.receipts.commitment import OpeningSecret
from assay.trust.receipts.delivery import Delivery
from assay.trust.receipts.predicate import (
    AnswerClaim,
    EngineClaim,
    ModelClaim,
    Price,
    RequestClaim,
    UpstreamClaim,
    Usage,
)
from assay.trust.receipts.statement import Statement, receipt_id

RETRY_AFTER = timedelta(seconds=1)
"""After a receipt could not be written, how long calls are refused before one may try again."""


class LogUnavailable(LogError):
    """The log takes no entries, so no work is done that could not be receipted."""

    code = "log_unavailable"
    hint = "the node's operator has to look at its disk; try another node meanwhile"


class Notary:
    """Signs statements with the key of this boot and appends them to the node's log."""

    def __init__(
        self,
        key: BootKey,
        log: Log,
        sequencer: Sequencer,
        index: ReceiptIndex,
        attestor: Attestor,
        price_table: str,
        clock: Callable[[], datetime],
    ) -> None:
        """``price_table``: the digest of the one by which every call is charged."""
        self._key = key
        self._log = log
        self._sequencer = sequencer
        self._index = index
        self._attestor = attestor
        self._price_table = price_table
        self._clock = clock
        self._failure: LogError | None = None
        self._failed_at = clock()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)

    def failure(self) -> LogError | None:
        """What keeps the log from growing: `StorageFullError` or `LogUnavailable`; None when nothing does."""
        if self._sequencer.failure is not None:
            return _as_log_error(self._sequencer.failure)
        if self._failure is not None and self._clock() - self._failed_at > RETRY_AFTER:
            self._failure = None
        return self._failure

    def check_writable(self) -> None:
        """Raise what keeps the log from growing, before work is done that could not be receipted."""
        failure = self.failure()
        if failure is not None:
            raise _as_log_error(failure)

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
        reservation: Reservation,
        nonce: str,
    ) -> tuple[Delivery, int]:
        """Sign and log one inference; give back what the caller receives, and the cost in micro-USD.

        Where usage and price come to more than was reserved, that is the cost, and the receipt says so.

        Raises `StorageFullError` or `LogUnavailable` when it cannot be written, and `EntryTooLargeError` when there is
        too much to name; then nothing was notarised.
        """
        due, now = price.cost(usage), self._clock()
        cost = min(due, reservation.maximum)
        payload = Statement(
            operation=operation,
            request=request,
            answer=answer,
            model=model,
            upstream=upstream,
            engine=engine,
            usage=usage,
            price=price,
            price_table=self._price_table,
            cost=cost,
            payment=reservation.claim(cost, capped=cost < due),
            evidence=self._attestor.current(),
            nonce=nonce,
            key=self._key.certificate(now),
            issued_at=now,
        ).to_bytes()
        envelope = Envelope.sign(payload, self._key.key_id, self._key.sign)
        log_index = self._append(envelope.to_bytes())
        self._index.add(log_index, receipt_id(payload), model.response_id)
        return Delivery(envelope, opening, log_index), cost

    def _append(self, entry: bytes) -> int:
        try:
            return self._log.append(entry)
        except EntryTooLargeError:
            raise
        except (LogError, OSError) as cause:
            self._failure, self._failed_at = _as_log_error(cause), self._clock()
            raise _as_log_error(cause) from cause


def _as_log_error(cause: LogError | OSError) -> LogError:
    """A failure of the log as callers are told of it, who need not know more than whether there is room."""
    if isinstance(cause, StorageFullError):
        return StorageFullError("The node has no room left to write receipts.")
    return LogUnavailable("The node cannot write its log at the moment.")


def logged_statements(log: Log, start: int) -> Iterator[tuple[int, Statement, str]]:
    """Every receipt from log index ``start`` on, as ``(index, statement, receipt id)``."""
    for index, entry in log.entries(start):
        payload = Envelope.from_bytes(entry).payload
        yield index, Statement.from_bytes(payload), receipt_id(payload)
