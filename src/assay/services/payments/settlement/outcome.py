"""What became of a batch's payments, from the chain into the books.

Most were made. One that was refused may have been made before by somebody else, as anybody may settle an `exact`
payment: where its nonce is used and the money came, it counts as paid by that transaction. Any other is lost.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from assay.engines.chain.bindings.facilitator import PaymentRefused
from assay.engines.chain.chain import Chain
from assay.engines.chain.receipt import Receipt
from assay.services.payments.books import Books
from assay.services.payments.payment import Payment, State
from assay.services.payments.settlement.batch import Batch, Entry
from assay.services.payments.settlement.intake import RailOf
from assay.services.payments.settlement.tables import Refused, Tables
from assay.services.payments.x402.terms import Terms
from assay.services.payments.x402.transfers import Transfer, find_transfers

logger = logging.getLogger(__name__)


class Outcomes:
    """Reads outcomes and books them. Done twice for a batch, as after a crash or a fork, the second time counts."""

    def __init__(self, chain: Chain, terms: Terms, books: Books, rail_of: RailOf, tables: Tables) -> None:
        self._chain = chain
        self._terms = terms
        self._books = books
        self._rail_of = rail_of
        self._tables = tables

    async def book(self, batch: Batch) -> None:
        """Bring the books up to date with a batch that is on the chain.

        Raises `ChainError` in its many forms, or `PaymentsUnavailable`.
        """
        receipts = await self._chain.receipts([batch.transaction])
        if not receipts:
            return  # its block has just been replaced: the follower will tell
        (receipt,) = receipts
        places = self._refused_places(receipt)
        payments = batch.payments
        made = [entry for place, entry in enumerate(payments) if place not in places]
        await self._settle(made, batch.transaction)
        refused: list[Refused] = []
        for place in sorted(places):
            refused.append(await self._look(payments[place], receipt.block_number, refused))
        self._tables.book(batch, refused)

    def _refused_places(self, receipt: Receipt) -> set[int]:
        topic = PaymentRefused.topic()
        return {
            PaymentRefused.read(log).index
            for log in receipt.logs
            if log.address == self._terms.facilitator and log.topics[0] == topic
        }

    async def _look(self, entry: Entry, block: int, others: Sequence[Refused]) -> Refused:
        """What became of a payment that was refused in ``block``. ``others``: of the same batch, seen before."""
        payment = await self._books.find(entry.key)
        rail = None if payment is None else self._rail_of(payment)
        transfer = None
        if payment is not None and rail is not None and await rail.is_spent(payment):
            taken = {other.transfer for other in others}
            transfer = await self._find(payment, block, taken)
        if transfer is None:
            await self._lose(entry, payment)
        else:
            await self._settle([entry], transfer.transaction)
        return Refused(entry, transfer)

    async def _find(self, payment: Payment, block: int, taken: set[Transfer | None]) -> Transfer | None:
        """The newest transfer of the payment's amount, up to ``block``, that has paid for nothing else."""
        key, amount = payment.authorization.key, payment.amount
        async for transfer in find_transfers(
            self._chain, self._terms, payment.authorization.payer, amount, block
        ):
            if transfer not in taken and not self._tables.is_taken(transfer, key):
                return transfer
        return None

    async def _settle(self, entries: Sequence[Entry], transaction: bytes) -> None:
        # What a fork had undone may have been given up meanwhile: its receipt charges it all the same.
        await self._books.serve({entry.key: (entry.due, entry.log_index) for entry in entries}, 0)
        await self._books.settle([entry.key for entry in entries], transaction)

    async def _lose(self, entry: Entry, payment: Payment | None) -> None:
        logger.error("payment %s of %d could not be collected, and is lost", entry.key.hex(), entry.due)
        if payment is not None and payment.state is not State.SETTLED:  # it was, on a fork that is no more
            await self._books.expire([entry.key])
