"""The worker that settles: it takes in receipts, cuts batches, brings them to the chain, and books what came of it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from assay.engines.chain.bindings.facilitator import Facilitator
from assay.engines.chain.bindings.settlement import BatchSettled, Settlement
from assay.engines.chain.follower import Follower
from assay.engines.chain.sender import Sender
from assay.engines.tlog.log import Log
from assay.errors import AssayError
from assay.services.payments.books import Books
from assay.services.payments.settlement.batch import Limits
from assay.services.payments.settlement.intake import Intake, RailOf
from assay.services.payments.settlement.outcome import Outcomes
from assay.services.payments.settlement.sending import Sending
from assay.services.payments.settlement.tables import Losses, Tables
from assay.services.payments.x402.terms import Terms
from assay.trust.receipts.settlement import SettlementPending, SettlementProof, batch_path

logger = logging.getLogger(__name__)

INTERVAL_S: Final = 1.0
"""Between two looks at the log, which is integrated as often."""
IDLE_S: Final = 15.0
"""Between two looks at the chain, when there is nothing to settle: it may have changed its mind."""
LONGEST_S: Final = 30.0
"""Between two attempts, when something holds settlement up."""


class Settler:
    """Use it as an asynchronous context manager around the life of the log and the books."""

    def __init__(
        self,
        log: Log,
        books: Books,
        rail_of: RailOf,
        sender: Sender,
        terms: Terms,
        settlement: Settlement,
        tables: Path,
        clock: Callable[[], datetime],
        *,
        limits: Limits | None = None,
        confirmations: int = 0,
    ) -> None:
        """``sender``: of an account that operates the facilitator named in ``terms``, on the chain of ``settlement``.

        ``tables``: a file of its own. ``confirmations``: blocks that must be above a batch before it counts.
        """
        self._tables = Tables(tables)
        self._chain = sender.chain
        self._settlement = settlement
        self._clock = clock
        self._limits = limits or Limits()
        self._confirmations = confirmations
        facilitator = Facilitator(terms.facilitator)
        self._intake = Intake(log, books, rail_of, self._tables)
        self._sending = Sending(sender, facilitator, settlement, books, rail_of, self._tables)
        self._outcomes = Outcomes(self._chain, terms, books, rail_of, self._tables)
        self._follower: Follower | None = None
        self._looked_at = 0.0
        self._settling = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self.trouble: Exception | None = None
        """What holds settlement up at present; nothing is lost meanwhile."""

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="settlement")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._tables.close()

    async def settle_now(self) -> None:
        """Settle all that is under a checkpoint of the log, without waiting for a batch to fill.

        Raises what holds it up: `ChainError` in its many forms, or `PaymentsUnavailable`.
        """
        async with self._settling:
            await self._take_in()
            self._cut(at_once=True)
            await self._bring()

    def proof(self, receipt: str) -> SettlementProof:
        """Where the chain has a receipt, by the receipt's id. Raises `SettlementPending`."""
        batch = self._tables.batch_of(bytes.fromhex(receipt))
        if batch is None:
            raise SettlementPending("The receipt is in no batch yet.")
        if not batch.transaction:
            raise SettlementPending("The receipt is in a batch that is not on the chain yet.")
        leaves = batch.leaves
        index = [leaf.receipt.hex() for leaf in leaves].index(receipt)
        return SettlementProof(
            chain_id=self._chain.chain_id,
            genesis=self._chain.genesis,
            contract=self._settlement.address.lower(),
            root=batch.root,
            size=len(leaves),
            index=index,
            path=batch_path(leaves, index),
            transaction=batch.transaction,
        )

    def losses(self) -> Losses:
        """Payments that were served and could not be collected."""
        return self._tables.losses()

    async def _run(self) -> None:
        pause = INTERVAL_S
        while True:
            await asyncio.sleep(pause)
            try:
                async with self._settling:
                    await self._take_in()
                    self._cut(at_once=False)
                    await self._look()
            except (AssayError, sqlite3.Error, OSError) as error:
                pause = min(2 * pause, LONGEST_S)
                self._complain(error)
            else:
                pause, self.trouble = INTERVAL_S, None

    async def _take_in(self) -> None:
        while await self._intake.take():
            pass

    def _cut(self, *, at_once: bool) -> None:
        now = int(self._clock().timestamp())
        while entries := self._limits.cut(self._tables.waiting(self._limits.receipts)):
            if not at_once and not self._limits.is_due(entries, now):
                break
            self._tables.write(entries)

    async def _look(self) -> None:
        """Do what there is to do on the chain; when there is nothing, see at times whether that is still so."""
        now = asyncio.get_running_loop().time()
        if self._tables.open_batches() or now - self._looked_at >= IDLE_S:
            self._looked_at = now
            await self._bring()

    async def _bring(self) -> None:
        await self._book()
        for batch in self._tables.open_batches():
            if not batch.transaction:
                await self._sending.bring(batch)
        await self._book()

    async def _book(self) -> None:
        """Learn what the chain has by now."""
        follower = self._follower or await self._find_place()
        while await follower.step(self._tables.follow):
            pass
        for batch in self._tables.open_batches():
            if batch.transaction:
                await self._outcomes.book(batch)

    async def _find_place(self) -> Follower:
        """Where to follow the chain from, when it is first seen to be the right one."""
        await self._chain.confirm()
        start = self._tables.start_block()
        if start is None:
            start = await self._chain.height()
            self._tables.begin(start)
        self._follower = Follower(
            self._chain,
            self._tables.connection,
            "settlement",
            start=start,
            addresses=[self._settlement.address],
            topics=[BatchSettled.topic()],
            confirmations=self._confirmations,
        )
        return self._follower

    def _complain(self, error: Exception) -> None:
        """Say once what holds settlement up."""
        if type(error) is not type(self.trouble):
            logger.warning("settlement waits, and is tried again: %s", error)
        self.trouble = error
