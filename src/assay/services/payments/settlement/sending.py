"""Has the root of a batch, and the payments for what is in it, brought to the chain in one transaction."""

from __future__ import annotations

from typing import Final

from assay.engines.chain.bindings.facilitator import Facilitator
from assay.engines.chain.bindings.settlement import Settlement
from assay.engines.chain.contract import Call
from assay.engines.chain.errors import CallReverted, TransactionDisplaced, TransactionFailed
from assay.engines.chain.library import Address
from assay.engines.chain.sender import Sender, Sent
from assay.errors import AssayError
from assay.services.payments.books import Books
from assay.services.payments.settlement.batch import Attempt, Batch, Entry
from assay.services.payments.settlement.intake import RailOf
from assay.services.payments.settlement.tables import Tables

GAS_EACH: Final = 300_000
"""What the `Facilitator` lets one payment burn, and asks to be there for each: a wallet may take little when the gas is
estimated and all of it in the block, and must not make the batch fail by that."""


class PaymentUncollectable(AssayError):
    """A payment of a batch can be collected by no rail that the node has."""

    code = "payment_uncollectable"
    hint = "give the node back the rail by which it was paid, or the books that have it"


class Sending:
    """Sends each batch until its root is on the chain, and not again."""

    def __init__(
        self,
        sender: Sender,
        facilitator: Facilitator,
        settlement: Settlement,
        books: Books,
        rail_of: RailOf,
        tables: Tables,
    ) -> None:
        """``sender``: of an account that is an operator of the facilitator."""
        self._sender = sender
        self._facilitator = facilitator
        self._settlement = settlement
        self._books = books
        self._rail_of = rail_of
        self._tables = tables

    async def bring(self, batch: Batch) -> None:
        """Returns when the root is on the chain, whoever's doing that was.

        Raises what `Sender.send` and `Sender.wait` do; the batch is then to be brought once more. A transaction of it
        that may yet take effect is waited for, and no other sent.
        """
        await self._sender.resume()  # blocks may have been replaced, or the process killed as it sent
        if await self._is_there(batch):
            return
        call = await self._call(batch)
        try:
            attempt = batch.attempt or await self._send(batch, call)
            await self._sender.wait(Sent(attempt.nonce, attempt.hash, call, attempt.gas_limit))
        except (CallReverted, TransactionFailed, TransactionDisplaced):
            self._tables.attempt(batch, None)
            if not await self._is_there(batch):  # else it is "settled already", which is all that was wanted
                raise

    async def _send(self, batch: Batch, call: Call[tuple[bool, ...]]) -> Attempt:
        sent = await self._sender.send(call, spare=GAS_EACH * len(batch.payments))
        attempt = Attempt(sent.nonce, sent.hash, sent.gas_limit)
        self._tables.attempt(batch, attempt)
        return attempt

    async def _is_there(self, batch: Batch) -> bool:
        there = await self._sender.chain.read(self._settlement.batch(batch.root))
        return there.settled_at != 0

    async def _call(self, batch: Batch) -> Call[tuple[bool, ...]]:
        payments = [await self._collect(entry) for entry in batch.payments]
        return self._facilitator.settle(payments, batch.root, len(batch.entries))

    async def _collect(self, entry: Entry) -> tuple[Address, bytes]:
        payment = await self._books.find(entry.key)
        rail = None if payment is None else self._rail_of(payment)
        call = None if payment is None or rail is None else rail.collect(payment)
        if call is None:
            raise PaymentUncollectable(
                f"The payment for the receipt at {entry.log_index} cannot be collected."
            )
        return call
