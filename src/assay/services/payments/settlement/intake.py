"""Takes receipts from the log, whatever they were paid by, and counts only those that check.

What a log holds becomes a leaf on the chain for ever, so it is looked at as a stranger would: the statement is read
strictly, the signature and the key's certificate are checked, and what it charges is compared with the books.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from assay.engines.tlog.log import Log
from assay.errors import AssayError
from assay.services.payments.books import Books
from assay.services.payments.payment import Payment, State
from assay.services.payments.settlement.batch import Entry
from assay.services.payments.settlement.tables import Tables
from assay.services.payments.x402.rail import Rail
from assay.trust.envelope import Envelope
from assay.trust.receipts.predicate import MICRO_USD
from assay.trust.receipts.settlement import Leaf
from assay.trust.receipts.statement import Statement, receipt_id

logger = logging.getLogger(__name__)

_AT_ONCE = 256
"""Receipts that are checked in one go, in a thread."""

RailOf = Callable[[Payment], Rail | None]
"""The rail by which a payment is collected; None for one that is collected otherwise (`Gate.rail_of`)."""


class ReceiptUnsettled(AssayError):
    """A receipt in the node's own log does not check, so no batch will have it."""

    code = "receipt_unsettled"
    hint = "compare the log with the books of payments: one of them was changed"


@dataclass(frozen=True, slots=True)
class _Logged:
    """A receipt from the log; ``statement`` is None where it does not check."""

    index: int
    id: str
    statement: Statement | None


class Intake:
    """From the log into the tables."""

    def __init__(self, log: Log, books: Books, rail_of: RailOf, tables: Tables) -> None:
        self._log = log
        self._books = books
        self._rail_of = rail_of
        self._tables = tables

    async def take(self) -> bool:
        """Take in the next receipts under a checkpoint; whether there may be more."""
        start = self._tables.next_index()
        count = min(self._log.integrated - start, _AT_ONCE)
        if count <= 0:
            return False
        entries: list[Entry] = []
        taken = start
        for logged in await asyncio.to_thread(self._read, start, count):
            try:
                entry = await self._check(logged)
            except ReceiptUnsettled as error:
                logger.error("receipt at %d: %s", logged.index, error.message)
            else:
                if entry is None:
                    break
                entries.append(entry)
            taken = logged.index + 1
        self._tables.take(entries, taken)
        return taken == start + count < self._log.integrated

    def _read(self, start: int, count: int) -> list[_Logged]:
        return [_open(index, entry) for index, entry in islice(self._log.entries(start), count)]

    async def _check(self, logged: _Logged) -> Entry | None:
        """None while the books are not that far. Raises `ReceiptUnsettled`."""
        statement = logged.statement
        if statement is None:
            raise ReceiptUnsettled("it is not soundly signed, and settles in no batch")
        leaf, issued_at = Leaf.of(logged.id, statement), int(statement.issued_at.timestamp())
        if statement.payment.asset == MICRO_USD:
            return Entry(logged.index, leaf, issued_at)
        payment = await self._books.find(leaf.payment)
        if payment is None:
            raise ReceiptUnsettled("it charges a payment that was never taken")
        if payment.state is State.RESERVED:
            return None
        if (payment.amount, payment.log_index) != (statement.payment.amount, logged.index):
            raise ReceiptUnsettled("it charges something else than the books")
        return Entry(logged.index, leaf, issued_at, await self._due(payment))

    async def _due(self, payment: Payment) -> int:
        """What a batch is to collect. A payment of nothing needs no transaction, and has come."""
        rail = self._rail_of(payment)
        if payment.state is not State.SERVED or rail is None:
            return 0
        if rail.collect(payment) is None:
            await self._books.settle([payment.authorization.key], b"")
            return 0
        return payment.amount


def _open(index: int, entry: bytes) -> _Logged:
    try:
        envelope = Envelope.from_bytes(entry)
        statement = Statement.from_bytes(envelope.payload)
        statement.key.check(statement.issued_at)
        envelope.check(bytes.fromhex(statement.key.key))
    except AssayError:
        return _Logged(index, "", None)
    return _Logged(index, receipt_id(envelope.payload), statement)
