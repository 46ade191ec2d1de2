"""Claims what channels owe: one transaction for many channels, each by its newest voucher.

A claim says what is the receiver's in all. So one that was made before a crash, and is not in the books, is seen on
the chain, and nothing is claimed twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import orjson

from assay.engines.chain.bindings.batch_settlement import BatchSettlement
from assay.engines.chain.canonical import X402_BATCH_SETTLEMENT
from assay.engines.chain.library import Address
from assay.engines.chain.sender import Sender
from assay.services.payments.books import Books
from assay.services.payments.channel.config import ChannelConfig, Words
from assay.services.payments.channel.escrow import Escrows
from assay.services.payments.channel.rail import NAME
from assay.services.payments.channel.voucher import Voucher
from assay.services.payments.payment import Payment, State

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

    async def _settle(self, claims: list[Claim]) -> int:
        for claim in claims:
            self._escrows.forget(claim.voucher.channel)
        new = [
            claim for claim in claims if (await self._escrows.of(claim.voucher.channel)).claimed < claim.total
        ]
        transaction = await self._transact(new) if new else b""
        await self._books.settle([key for claim in claims for key in claim.keys], transaction)
        for claim in claims:
            self._escrows.forget(claim.voucher.channel)
        return sum(len(claim.payments) for claim in claims)

    async def _transact(self, claims: Iterable[Claim]) -> bytes:
        claimed = self._contract.claim([_words(claim) for claim in claims])
        swept = self._contract.settle(self._sender.account.address, self._token)
        receipt = await self._sender.transact(self._contract.multicall([claimed.data, swept.data]))
        return receipt.transaction


def _words(claim: Claim) -> tuple[tuple[Words, int], bytes, int]:
    """As the contract takes it."""
    return (claim.config.words(), claim.voucher.maximum), claim.voucher.signature, claim.total
