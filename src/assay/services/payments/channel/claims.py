"""Claims what channels owe: one transaction for many channels, each by its newest voucher.

A claim says what is the receiver's in all. So one that was made before a crash, and is not in the books, is seen on
the chain, and nothing is claimed twice.

The contract makes all claims of a transaction or none. A channel whose claim it refuses, since its money is gone or its
payer's wallet does not know its signature any more, must not keep the others from being claimed: it is found by halves,
and given up.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from assay.engines.chain.bindings.batch_settlement import BatchSettlement
from assay.engines.chain.canonical import X402_BATCH_SETTLEMENT
from assay.engines.chain.contract import Call
from assay.engines.chain.errors import CallReverted, TransactionFailed
from assay.engines.chain.library import Address
from assay.engines.chain.sender import Sender
from assay.services.payments.books import Books
from assay.services.payments.channel.config import ChannelConfig, Words
from assay.services.payments.channel.escrow import Escrows
from assay.services.payments.channel.rail import NAME
from assay.services.payments.channel.voucher import Voucher
from assay.services.payments.payment import Payment, State

logger = logging.getLogger(__name__)

BATCH: Final = 40
"""Channels in one transaction."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is due of one channel, and the payments that it is due for."""

    config: ChannelConfig
    voucher: Voucher
    total: int
    payments: tuple[Payment, ...]

    @property
    def keys(self) -> list[bytes]:
        return [payment.authorization.key for payment in self.payments]


class Claims:
    """What channels owe one receiver in one token."""

    def __init__(self, books: Books, escrows: Escrows, sender: Sender, token: Address) -> None:
        """``sender``: of the receiver, who claims for itself."""
        self._books = books
        self._escrows = escrows
        self._sender = sender
        self._token = token
        self._contract = BatchSettlement(X402_BATCH_SETTLEMENT)

    async def claim(self) -> int:
        """Have every served payment of every channel settled; how many were. Raises what `Sender.transact` does.

        What was claimed before an error is in the books.
        """
        settled = 0
        while due := await self._due():
            for start in range(0, len(due), BATCH):
                settled += await self._settle(due[start : start + BATCH])
        return settled

    async def _due(self) -> list[Claim]:
        by_channel: defaultdict[str, list[Payment]] = defaultdict(list)
        for payment in await self._books.in_state(State.SERVED, rail=NAME):
            by_channel[payment.authorization.source].append(payment)
        return [await self._of(source, payments) for source, payments in by_channel.items()]

    async def _of(self, source: str, payments: list[Payment]) -> Claim:
        last, tally = await self._books.last_charged(source), await self._books.tally(source)
        assert last is not None  # there are payments that are served
        signed = orjson.loads(last.authorization.signed)
        return Claim(
            config=ChannelConfig.from_json(signed["channelConfig"]),
            voucher=Voucher.from_json(signed["voucher"]),
            total=tally.settled + sum(payment.amount for payment in payments),
            payments=tuple(payments),
        )

    async def _settle(self, claims: Sequence[Claim]) -> int:
        for claim in claims:
            self._escrows.forget(claim.voucher.channel)
        new = [
            claim for claim in claims if (await self._escrows.of(claim.voucher.channel)).claimed < claim.total
        ]
        try:
            transaction = await self._transact(new) if new else b""
        except (CallReverted, TransactionFailed) as refusal:
            return await self._settle_apart(claims, new, refusal)
        await self._books.settle([key for claim in claims for key in claim.keys], transaction)
        for claim in claims:
            self._escrows.forget(claim.voucher.channel)
        return sum(len(claim.payments) for claim in claims)

    async def _settle_apart(
        self, claims: Sequence[Claim], refused: Sequence[Claim], refusal: CallReverted | TransactionFailed
    ) -> int:
        """What can be settled of ``claims``, when the contract has refused those of them that are new, together."""
        if len(refused) > 1:
            middle = claims.index(refused[len(refused) // 2])
            return await self._settle(claims[:middle]) + await self._settle(claims[middle:])
        (lost,) = refused
        if isinstance(refusal, CallReverted) and not await self._is_refused(lost):
            raise refusal
        logger.error(
            "channel %s does not pay the %d that it owes in all", lost.voucher.channel.hex(), lost.total
        )
        await self._books.expire(lost.keys)
        return await self._settle([claim for claim in claims if claim is not lost])

    async def _is_refused(self, claim: Claim) -> bool:
        """Whether it is the claim that fails, and not what is done with all that was claimed."""
        try:
            await self._sender.chain.estimate(self._claim([claim]), self._sender.account.address)
        except CallReverted:
            return True
        return False

    async def _transact(self, claims: Sequence[Claim]) -> bytes:
        swept = self._contract.settle(self._sender.account.address, self._token)
        calls = [self._claim(claims).data, swept.data]
        return (await self._sender.transact(self._contract.multicall(calls))).transaction

    def _claim(self, claims: Sequence[Claim]) -> Call[None]:
        return self._contract.claim([_words(claim) for claim in claims])


def _words(claim: Claim) -> tuple[tuple[Words, int], bytes, int]:
    """As the contract takes it."""
    return (claim.config.words(), claim.voucher.maximum), claim.voucher.signature, claim.total
