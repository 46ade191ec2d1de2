"""Books that forget: for tests of what stands on them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assay.services.payments.payment import Admit, Authorization, Payment, PaymentKnown, State, Tally


class MemoryBooks:
    """Implements `assay.services.payments.books.Books`."""

    def __init__(self) -> None:
        self.payments: dict[bytes, Payment] = {}
        self._next_index = 0

    async def reserve(self, authorization: Authorization, admit: Admit) -> None:
        await asyncio.sleep(0)
        for known in self.payments.values():
            same_name = authorization.identifier and (
                known.authorization.payer,
                known.authorization.identifier,
            ) == (
                authorization.payer,
                authorization.identifier,
            )
            if known.authorization.key == authorization.key or same_name:
                raise PaymentKnown("This payment has been presented before.", known)
        admit(self._tally(authorization.source))
        self.payments[authorization.key] = Payment(authorization, State.RESERVED)

    async def serve(self, charges: Mapping[bytes, tuple[int, int]], next_index: int) -> None:
        for key, (amount, log_index) in charges.items():
            if key in self.payments and self.payments[key].state is not State.SETTLED:
                self.payments[key] = replace(
                    self.payments[key], state=State.SERVED, amount=amount, log_index=log_index
                )
        self._next_index = max(self._next_index, next_index)

    async def settle(self, keys: Sequence[bytes], transaction: bytes) -> None:
        for key in keys:
            self.payments[key] = replace(self.payments[key], state=State.SETTLED, transaction=transaction)

    async def expire(self, keys: Sequence[bytes]) -> None:
        for key in keys:
            if self.payments[key].state in (State.RESERVED, State.SERVED):
                self.payments[key] = replace(self.payments[key], state=State.EXPIRED)

    async def find(self, key: bytes) -> Payment | None:
        return self.payments.get(key)

    async def in_state(self, state: State, *, rail: str | None = None, limit: int = 1000) -> list[Payment]:
        found = [
            payment
            for payment in self.payments.values()
            if payment.state is state and rail in (None, payment.authorization.rail)
        ]
        return found[:limit]

    async def tally(self, source: str) -> Tally:
        return self._tally(source)

    async def next_index(self) -> int:
        return self._next_index

    async def aclose(self) -> None:
        pass

    def _tally(self, source: str) -> Tally:
        of = [payment for payment in self.payments.values() if payment.authorization.source == source]
        return Tally(
            sum(payment.authorization.maximum for payment in of if payment.state is State.RESERVED),
            sum(payment.amount for payment in of if payment.state is State.SERVED),
            sum(payment.amount for payment in of if payment.state is State.SETTLED),
        )
