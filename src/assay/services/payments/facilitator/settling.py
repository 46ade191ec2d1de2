"""Has payments made: each by one transaction, however often and by however many it is asked for.

    nothing -> begun, in the table -> simulated -> sent -> in a block: the money has come

A payment that the chain refuses may have been made already, by us before a crash or by anybody, as `exact` allows:
where its nonce is used and the money came by a transaction that carries its signature, it has been made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from weakref import WeakValueDictionary

from assay.engines.chain.contract import Call
from assay.engines.chain.errors import (
    CallReverted,
    ChainError,
    GasAboveLimit,
    TransactionDisplaced,
    TransactionFailed,
    TransactionStuck,
)
from assay.engines.chain.patience import until
from assay.engines.chain.sender import Sender, Sent
from assay.services.payments.facilitator.settlements import Settlement, Settlements
from assay.services.payments.facilitator.signed import Signed
from assay.services.payments.settlement.batch import Attempt
from assay.services.payments.x402.errors import PaymentInvalid, PaymentsUnavailable
from assay.services.payments.x402.transfers import Transfer, find_transfers, transfers_in

Check = Callable[[], Awaitable[None]]


class PaymentPending(PaymentInvalid):
    """The transaction of a payment is on its way, and in no block yet. ``transaction`` is its hash."""

    code = "payment_pending"
    hint = "settle the same payment again: no other transaction is sent for it"

    def __init__(self, transaction: bytes) -> None:
        super().__init__("settlement_pending", "The payment's transaction is in no block yet.")
        self.transaction = transaction


class Settling:
    """Sends from one account."""

    def __init__(self, sender: Sender, settlements: Settlements) -> None:
        self._sender = sender
        self._chain = sender.chain
        self._settlements = settlements
        self._turns: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    async def settle(self, signed: Signed, amount: int, check: Check) -> Transfer:
        """Have so much of a payment moved, and say how it was. ``check``: what a payment has to pass first.

        Raises `PaymentInvalid`, `PaymentPending` and `PaymentsUnavailable`.
        """
        turn = self._turns.setdefault(signed.key, asyncio.Lock())
        async with turn:
            known = await self._settlements.find(signed.key)
            if known is None:
                known = await self._begin(signed, amount, check)
            elif (known.digest, known.amount) != (signed.digest, amount):
                raise PaymentInvalid(signed.used, "Another payment, or another amount of it, was settled.")
            elif known.transfer is None and known.attempt is None:
                await self._wait_for_all()
            return known.transfer or await self._bring(signed, known)

    async def simulate(self, signed: Signed, amount: int) -> None:
        """Whether the chain would make a payment now. Raises `PaymentInvalid` or `PaymentsUnavailable`."""
        try:
            await self._try(signed.call(amount))
        except CallReverted:
            raise PaymentInvalid(signed.failed, "The chain would refuse the payment.") from None
        except ChainError as error:
            raise _unavailable(error) from None

    async def _begin(self, signed: Signed, amount: int, check: Check) -> Settlement:
        try:
            await check()
        except PaymentInvalid as refusal:
            if (
                refusal.reason != signed.used
            ):  # else it may have been made already, which is all that is wanted
                raise
        settlement = Settlement(signed.digest, amount)
        await self._settlements.begin(signed.key, settlement)
        return settlement

    async def _bring(self, signed: Signed, settlement: Settlement) -> Transfer:
        transfers: list[Transfer] = []
        reason = "transaction_failed"
        try:
            sent = await self._send(signed, settlement)
            receipt = await self._sender.wait(sent)
            transfers = transfers_in(receipt.logs, signed.terms, signed.payer, settlement.amount)
        except TransactionStuck:
            raise PaymentPending(sent.hash) from None
        except (CallReverted, GasAboveLimit):
            reason = signed.failed
        except (TransactionFailed, TransactionDisplaced):
            pass
        except ChainError as error:
            raise _unavailable(error) from None
        if not transfers and await signed.is_used():
            reason = signed.used
            transfers = await self._carrying(signed, settlement.amount)
        for transfer in transfers:
            if await self._settlements.finish(signed.key, transfer):
                return transfer
        await self._settlements.give_up(signed.key)
        raise PaymentInvalid(reason, "The chain has refused the payment, or would refuse it.")

    async def _send(self, signed: Signed, settlement: Settlement) -> Sent:
        call, attempt = signed.call(settlement.amount), settlement.attempt
        if attempt is None:
            await self._try(call)
            sent = await self._sender.send(call)
            await self._settlements.attempt(signed.key, Attempt(sent.nonce, sent.hash, sent.gas_limit))
            return sent
        await self._sender.resume()  # its block may have been replaced, or the process killed as it sent
        return Sent(attempt.nonce, attempt.hash, call, attempt.gas_limit)

    async def _try(self, call: Call[Any]) -> None:
        """Raises `CallReverted`, also where the `Facilitator` contract says that a payment was not made."""
        if await self._chain.read(call, sender=self._sender.account.address) == (False,):
            raise CallReverted("The payment would be refused.", 3, b"")

    async def _wait_for_all(self) -> None:
        """The process ended before it said what it sent, if it did: wait until all that it may have sent is done."""

        async def is_done() -> bool:
            return await self._sender.resume() == 0

        try:
            done = await until(is_done, self._sender.deadline)
        except ChainError as error:
            raise _unavailable(error) from None
        if done is None:
            raise PaymentsUnavailable("Earlier transactions are in no block yet.")

    async def _carrying(self, signed: Signed, amount: int) -> list[Transfer]:
        """Transfers of the amount by transactions that carry the payment's signature, as whoever makes it has to."""
        try:
            newest = await self._chain.height()
            found = find_transfers(self._chain, signed.terms, signed.payer, amount, newest)
            return [
                transfer
                async for transfer in found
                if signed.signature[:32] in await self._chain.calldata(transfer.transaction)
            ]
        except ChainError as error:
            raise _unavailable(error) from None


def _unavailable(error: ChainError) -> PaymentsUnavailable:
    return PaymentsUnavailable(f"The chain cannot be used for payments now ({error.code}).")
