"""The books of payments by signature: which have been taken, and how far each has come.

`Books` says what they do; `sqlite` and `postgres` do it, and pass the same tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from assay.services.payments.payment import Admit, Authorization, Payment, State, Tally


class Books(Protocol):
    """Every method is one transaction: all of it has happened, durably, or nothing of it."""

    async def reserve(self, authorization: Authorization, admit: Admit) -> None:
        """Take an authorization, if ``admit`` lets it pass.

        Raises `PaymentKnown` if its key, or its payer's identifier, was taken before, and what ``admit`` raises.
        """

    async def serve(self, charges: Mapping[bytes, tuple[int, int]], next_index: int) -> None:
        """Book what receipts below ``next_index`` charge: ``(amount, log index)`` by key. Done twice, it counts once.

        Keys that are not in the books are passed over; a payment that was EXPIRED is charged if a receipt says so.
        """

    async def settle(self, keys: Sequence[bytes], transaction: bytes) -> None:
        """The money of these served payments came by a transaction."""

    async def expire(self, keys: Sequence[bytes]) -> None:
        """These payments, reserved or served, will never be charged."""

    async def find(self, key: bytes) -> Payment | None:
        """What became of an authorization; None if it was never taken."""

    async def in_state(self, state: State, *, rail: str | None = None, limit: int = 1000) -> list[Payment]:
        """Payments that have come so far, the oldest first."""

    async def last_charged(self, source: str) -> Payment | None:
        """The newest payment out of a source that a receipt charges."""

    async def tally(self, source: str) -> Tally:
        """What a source has to stand for."""

    async def next_index(self) -> int:
        """The first log index whose charge is not in the books."""

    async def aclose(self) -> None:
        """Give files and connections back."""
