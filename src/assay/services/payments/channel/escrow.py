"""What lies in channels on the chain, seen often enough that nobody withdraws unnoticed."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from assay.engines.chain.bindings.batch_settlement import BatchSettlement
from assay.engines.chain.canonical import X402_BATCH_SETTLEMENT
from assay.engines.chain.chain import Chain
from assay.engines.chain.errors import ChainError
from assay.services.payments.x402.errors import PaymentsUnavailable

FRESH_S: Final = 60.0
"""For so long what lies in a channel is not asked again. A withdrawal takes a quarter of an hour at least."""
BLIND_S: Final = 600.0
"""For so long the last sight of a channel is good enough, while the chain does not answer."""
_MOST: Final = 100_000
"""Channels that are remembered."""


@dataclass(frozen=True, slots=True)
class Escrow:
    """One channel. Amounts in the token's smallest units."""

    balance: int
    """What was paid in, less what was given back; `claimed` is a part of it."""
    claimed: int
    withdrawing: int
    """What its payer has announced to take out."""
    withdrawn_from: int
    """Unix seconds of that announcement; 0 if there is none."""

    @property
    def backing(self) -> int:
        """Up to what a voucher is worth something, whatever its payer does."""
        return self.balance - self.withdrawing


class Escrows:
    """Looks at channels."""

    def __init__(self, chain: Chain, clock: Callable[[], float] = monotonic) -> None:
        """``clock``: seconds since whenever."""
        self._chain = chain
        self._contract = BatchSettlement(X402_BATCH_SETTLEMENT)
        self._clock = clock
        self._seen: OrderedDict[bytes, tuple[float, Escrow]] = OrderedDict()

    async def of(self, channel: bytes) -> Escrow:
        """What lies in a channel; zeros if there is none. Raises `PaymentsUnavailable`."""
        seen = self._seen.get(channel)
        age = self._clock() - seen[0] if seen is not None else BLIND_S
        if seen is not None and age < FRESH_S:
            return seen[1]
        try:
            return await self._look(channel)
        except ChainError as error:
            if seen is not None and age < BLIND_S:
                return seen[1]
            raise PaymentsUnavailable(
                f"The chain does not answer ({error.code}), and what lies in this channel was not seen lately."
            ) from None

    def forget(self, channel: bytes) -> None:
        """Something has happened to a channel: look again."""
        self._seen.pop(channel, None)

    async def _look(self, channel: bytes) -> Escrow:
        now = self._clock()
        state, leaving = await asyncio.gather(
            self._chain.read(self._contract.channels(channel)),
            self._chain.read(self._contract.pendingWithdrawals(channel)),
        )
        escrow = Escrow(state.balance, state.totalClaimed, leaving.amount, leaving.initiatedAt)
        self._seen[channel] = now, escrow
        if len(self._seen) > _MOST:
            self._seen.popitem(last=False)
        return escrow
