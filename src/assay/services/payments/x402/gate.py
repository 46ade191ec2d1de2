"""Takes payments by signature: each once, before any work is done for it, and never more than its payer has.

    402, demand -> payment -> check -> reserve in the books -> work -> receipt in the log -> charge in the books

The receipt in the log is the charge; the books follow at the next `Gate.flush`, and after a crash by `Gate.reconcile`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from assay.engines.wallets.tally import Hold
from assay.services.payments.books import Books
from assay.services.payments.mandates import Mandates
from assay.services.payments.payment import Payment, PaymentKnown, State
from assay.services.payments.x402 import wire
from assay.services.payments.x402.errors import (
    PayerBusy,
    PaymentInvalid,
    PaymentRequired,
)
from assay.services.payments.x402.order import Order
from assay.services.payments.x402.presented import Presented
from assay.services.payments.x402.rail import Checked, Rail
from assay.trust.metering import PaymentError, Purchase
from assay.trust.payments.errors import BudgetExceeded, BudgetRefused
from assay.trust.receipts.predicate import PaymentClaim

CONCURRENT = 32
"""Calls that one payer may have under way."""

_NOTHING: Mapping[str, Any] = {}
_UNCACHED = (
    (b"cache-control", b"private, no-store"),
    (b"vary", b"payment-signature, x-payment, authorization, x-api-key"),
)
"""What somebody has paid for is not to be kept for others, nor is the price of it."""


class SignedReservation:
    """A payment by signature, taken for one call. Implements `assay.trust.metering.Reservation`."""

    __slots__ = ("_amount", "_checked", "_ended", "_gate", "_hold", "_presented", "maximum")

    def __init__(
        self, gate: Gate, checked: Checked, presented: Presented, hold: Hold | None, maximum: int
    ) -> None:
        """``hold``: of the budget that it is paid out of."""
        self._hold = hold
        self._gate = gate
        self._checked = checked
        self._presented = presented
        self._ended = False
        self._amount: int | None = None
        self.maximum = maximum

    def claim(self, cost: int, capped: bool) -> PaymentClaim:
        taken = self._checked.authorization
        return PaymentClaim(taken.rail, taken.key.hex(), taken.asset, self._checked.charge(cost), capped)

    def commit(self, cost: int, log_index: int) -> None:
        if not self._ended:
            self._ended = True
            self._amount = self._checked.charge(cost)
            self._gate.book(self._checked, self._amount, log_index)
            if self._hold is not None:
                self._hold.commit(self._amount)

    def release(self) -> None:
        if not self._ended:
            self._ended = True
            self._gate.release(self._checked)
            if self._hold is not None:
                self._hold.release()

    def headers(self) -> Iterable[tuple[bytes, bytes]]:
        """The payment's response; the amount is in it once the call has come to one."""
        payer, network = self._checked.authorization.payer, self._presented.network
        told = self._checked.told(self._amount)
        return wire.write_response(self._presented.version, payer, network, self._amount, told), *_UNCACHED


class Gate:
    """Asks for payments and takes them, by every rail that it is given. Lives on one event loop."""

    def __init__(
        self,
        rails: Sequence[Rail],
        books: Books,
        mandates: Mandates | None = None,
        *,
        concurrent: int = CONCURRENT,
    ) -> None:
        """``rails``: in the order in which payments are asked for. ``mandates``: budgets that agents are held to.
        ``concurrent``: calls of one payer at a time.
        """
        self._mandates = mandates
        self._rails = rails
        self._books = books
        self._concurrent = concurrent
        self._under_way: Counter[str] = Counter()
        self._charges: dict[bytes, tuple[int, int]] = {}
        self._released: list[bytes] = []
        self._next_index = 0
        self._flushing = asyncio.Lock()

    def demand(self, purchase: Purchase) -> PaymentError:
        """The refusal that asks for a payment, for who came with none. Raises `RateStale`."""
        return self._asking(
            PaymentRequired("This call is not paid for."), Order.of(purchase), "payment_required"
        )

    async def reserve(self, purchase: Purchase) -> SignedReservation:
        """Take the payment that came with a purchase, once and for good. Raises `PaymentError` in its many forms."""
        presented, order = wire.read_payment(purchase.headers), Order.of(purchase)
        await self.flush()  # so that a payer is not told what stood in the books before its last answer
        try:
            return await self._accept(presented, order)
        except BudgetRefused as refusal:
            raise self._asking(refusal, order, refusal.code, _left(refusal, presented)) from None
        except PaymentInvalid as refusal:
            raise self._asking(refusal, order, refusal.reason, refusal.told) from None
        except PaymentKnown as refusal:
            raise self._asking(refusal, order, refusal.code) from None

    def book(self, checked: Checked, amount: int, log_index: int) -> None:
        """Charge a payment; the books follow at the next `flush`. Receipts are logged and booked in one order."""
        self._leave(checked.authorization.source)
        self._charges[checked.authorization.key] = amount, log_index
        self._next_index = max(self._next_index, log_index + 1)

    def release(self, checked: Checked) -> None:
        """Never charge a payment; the books follow at the next `flush`."""
        self._leave(checked.authorization.source)
        self._released.append(checked.authorization.key)

    async def flush(self) -> None:
        """Bring the books up to date; on an error nothing is forgotten."""
        async with self._flushing:
            charges, released, next_index = dict(self._charges), list(self._released), self._next_index
            if charges:
                await self._books.serve(charges, next_index)
                for key in charges:
                    del self._charges[key]
            if released:
                await self._books.expire(released)
                del self._released[: len(released)]

    async def next_index(self) -> int:
        """The first log index whose charge may not be in the books: where `reconcile` wants to begin."""
        return await self._books.next_index()

    async def reconcile(self, logged: Iterable[tuple[int, PaymentClaim, int]]) -> int:
        """Before the first call: charge receipts ``(index, payment, cost)`` that the books have missed, and let go of
        what was reserved when the node stopped; how many receipts there were.

        Receipts that have been charged, and those of other rails, are passed over.
        """
        start, names = await self._books.next_index(), {rail.name for rail in self._rails}
        charges: dict[bytes, tuple[int, int]] = {}
        next_index = start
        for index, payment, _ in logged:
            if index >= start and payment.rail in names:
                charges[bytes.fromhex(payment.reference)] = payment.amount, index
                next_index = index + 1
        if charges:
            await self._books.serve(charges, next_index)
        while left := await self._books.in_state(State.RESERVED):
            await self._books.expire([payment.authorization.key for payment in left])
        if self._mandates is not None:
            await self._mandates.reconcile(self._books)
        self._next_index = next_index
        return len(charges)

    def rail_of(self, payment: Payment) -> Rail | None:
        """The rail that collects a payment; None if it is of a rail that this node has no more."""
        return next((rail for rail in self._rails if rail.collects(payment)), None)

    async def _check(self, presented: Presented, order: Order) -> Checked:
        for rail in self._rails:
            if rail.takes(presented):
                return await rail.check(presented, order)
        raise PaymentInvalid("unsupported_scheme", "This node is not paid by such a scheme.")

    async def _accept(self, presented: Presented, order: Order) -> SignedReservation:
        checked = await self._check(presented, order)
        hold = None if self._mandates is None else self._mandates.hold(presented.budgets, checked, order)
        try:
            await self._take(checked)
        except BaseException:
            if hold is not None:
                hold.release()
            raise
        maximum = min(order.purchase.maximum, checked.maximum)
        return SignedReservation(self, checked, presented, hold, maximum)

    async def _take(self, checked: Checked) -> None:
        source = checked.authorization.source
        if self._under_way[source] >= self._concurrent:
            raise PayerBusy(f"This payer has {self._concurrent} calls under way.")
        self._under_way[source] += 1
        try:
            await self._books.reserve(checked.authorization, checked.admit)
        except BaseException:
            self._leave(source)
            raise

    def _asking(
        self, refusal: PaymentError, order: Order, reason: str, told: Mapping[str, Any] = _NOTHING
    ) -> PaymentError:
        """``refusal``, saying how to pay: in the header of version 2, and as version 1's body where no SDK of a model's
        dialect reads the response. ``told``: what the rail that refused says in its demand besides.
        """
        accepts = [rail.demand(order) for rail in self._rails]
        for accepted in accepts:
            if accepted.scheme == told.get("scheme"):
                accepted.extra |= told["extra"]
        refusal.headers = wire.write_required(order.url, accepts, reason), *_UNCACHED
        if not order.purchase.credential:
            refusal.document = wire.write_required_v1(order.url, accepts, f"{reason}: {refusal.message}")
        return refusal

    def _leave(self, source: str) -> None:
        self._under_way[source] -= 1
        if not self._under_way[source]:
            del self._under_way[source]


def _left(refusal: BudgetRefused, presented: Presented) -> Mapping[str, Any]:
    """What the budget has left, for the demand of the scheme by which somebody tried to pay."""
    if not isinstance(refusal, BudgetExceeded):
        return _NOTHING
    return {"scheme": presented.scheme, "extra": {"budget": {"left": str(refusal.left)}}}
