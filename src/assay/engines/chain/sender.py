"""Sends transactions of one account: each takes effect once, or is known to have failed.

A transaction is written down before any node sees it (`nonces`). From then on nothing is lost: whatever becomes of
the node or of this process, the same bytes are handed in again, and one nonce takes effect once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from assay.engines.chain.account import Account, Signed, Transaction
from assay.engines.chain.chain import Chain
from assay.engines.chain.contract import Call
from assay.engines.chain.errors import (
    AlreadyKnown,
    ChainRefused,
    ChainUnreachable,
    FeeAboveCap,
    FundsMissing,
    GasAboveLimit,
    NonceTooLow,
    TransactionDisplaced,
    TransactionFailed,
    TransactionStuck,
)
from assay.engines.chain.fees import DEFAULT_CAP, Fees
from assay.engines.chain.nonces import Nonces, Written
from assay.engines.chain.patience import until
from assay.engines.chain.receipt import Receipt

PATIENCE_S = 30.0
"""After so long without a block, a transaction is handed in again, and offers more."""
DEADLINE_S = 180.0

_PAUSE_S = 0.1
_ATTEMPTS = 20
"""To be faster than other programs with the same key."""
_GAS_MARGIN = (6, 5)
"""An estimate is for the state of now; by the block that it gets into, storage may have become dearer."""
_PLAIN_GAS = 21_000
"""A transfer without data to an account without code."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A transaction on its way. ``hash`` is that of the first under its nonce; a dearer one may take its place."""

    nonce: int
    hash: bytes
    call: Call[Any]
    gas_limit: int


class Sender:
    """One account on one chain. Several may use one account, in several processes, if they share the nonces."""

    def __init__(
        self,
        chain: Chain,
        account: Account,
        nonces: Nonces,
        *,
        cap: int = DEFAULT_CAP,
        most_gas: int | None = None,
        patience: float = PATIENCE_S,
        deadline: float = DEADLINE_S,
    ) -> None:
        """``cap``: wei per gas that is never exceeded. ``most_gas``: what no call may take more of; None for any.

        ``patience`` and ``deadline``: seconds.
        """
        self.chain = chain
        self.account = account
        self._nonces = nonces
        self._cap = cap
        self._most_gas = most_gas
        self._patience = patience
        self.deadline = deadline

    async def transact(self, call: Call[Any]) -> Receipt:
        """Make a call happen, and wait until a block has it. Raises what `send` and `wait` do."""
        return await self.wait(await self.send(call))

    async def send(self, call: Call[Any], *, spare: int = 0) -> Sent:
        """Sign a call and hand it in. When this returns, it is written down, and takes effect sooner or later.

        ``spare``: gas to give beyond the estimate, for a call that takes more if somebody else wants it to.

        Raises, with nothing sent:
            CallReverted: the contract would refuse.
            GasAboveLimit: the call takes more gas than it may.
            FundsMissing: the account cannot pay.
            FeeAboveCap: the chain is too dear at present.
            TransactionDisplaced: other programs with the same key leave no nonce.
            ChainUnreachable: the node did not even answer the questions that come first.
        """
        try:
            return await self._send(call, spare)
        except FundsMissing as refusal:
            raise FundsMissing(
                f"Account {self.account.address} cannot pay for this on chain {self.chain.chain_id}.",
                refusal.number,
            ) from None

    async def wait(self, sent: Sent) -> Receipt:
        """Wait until a block has a transaction; offer more for it when none does for long.

        Raises:
            TransactionFailed: it is in a block, and was reverted.
            TransactionDisplaced: another transaction of the account has its nonce.
            TransactionStuck: no block has it in time; it may still come.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.deadline
        while (left := deadline - loop.time()) > 0:
            receipt = await self._look(sent, min(self._patience, left))
            if receipt is not None:
                return _succeeded(receipt)
            await self._insist(sent)
        raise TransactionStuck(
            f"Transaction 0x{sent.hash.hex()} is in no block after {self.deadline:g} seconds."
        )

    async def resume(self) -> int:
        """Hand in again whatever no block has, such as after a crash; how many transactions that were."""
        count = await self.chain.transaction_count(self.account.address, waiting=False)
        waiting = self._nonces.from_(count)
        await self._hand_in_all(waiting)
        self._nonces.forget_before(count)
        return len({written.nonce for written in waiting})

    async def _send(self, call: Call[Any], spare: int) -> Sent:
        address = self.account.address
        gas_limit = _with_margin(await self.chain.estimate(call, address)) + spare
        if self._most_gas is not None and gas_limit > self._most_gas:
            raise GasAboveLimit(f"The call takes {gas_limit} gas, and may take {self._most_gas}.")
        fees = await self.chain.fees(self._cap)
        for _ in range(_ATTEMPTS):
            count = await self.chain.transaction_count(address, waiting=True)
            written = self._nonces.take(count, fees, self._signing(call, gas_limit, fees))
            try:
                await self._hand_in(written)
            except NonceTooLow:  # another program has this key, and was faster
                await self._let_go(written)
                await asyncio.sleep(_PAUSE_S)
            except ChainRefused:
                await self._let_go(written)
                raise
            else:
                return Sent(written.nonce, written.signed.hash, call, gas_limit)
        raise TransactionDisplaced(f"Other transactions of {address} take one nonce after the other.")

    async def _look(self, sent: Sent, seconds: float) -> Receipt | None:
        """The receipt of whatever took effect under the nonce, if it comes within so many seconds."""
        hashes = {sent.hash} | {written.signed.hash for written in self._nonces.under(sent.nonce)}
        receipts = await until(lambda: self.chain.receipts(list(hashes)), seconds)
        return receipts[0] if receipts else None

    async def _insist(self, sent: Sent) -> None:
        """Offer more for what waits, if the cap allows, and hand it in again in any case.

        So is what it has to wait for, which a node may have lost: a local chain that was killed loses blocks, too.
        """
        newest = self._nonces.under(sent.nonce)[-1]
        with suppress(ChainUnreachable, FeeAboveCap):
            count = await self.chain.transaction_count(self.account.address, waiting=False)
            await self._hand_in_all(self._nonces.between(count, sent.nonce))
            fees = (await self.chain.fees(self._cap)).above(newest.fees, self._cap)
            signed = self._signing(sent.call, sent.gas_limit, fees)(sent.nonce)
            newest = self._nonces.replace(sent.nonce, fees, signed)
        try:
            await self._hand_in(newest)
        except NonceTooLow:
            if await self._look(sent, self._patience) is None:
                raise TransactionDisplaced(
                    f"Another transaction has taken nonce {sent.nonce} of {self.account.address}."
                ) from None
        except ChainRefused:
            pass  # too little for the present: blocks may become cheaper

    async def _hand_in(self, written: Written) -> None:
        """Raises `ChainRefused` if the node will not have it. No answer is no refusal: it will be handed in again."""
        with suppress(AlreadyKnown, ChainUnreachable):
            await self.chain.broadcast(written.signed.raw)

    async def _hand_in_all(self, waiting: Sequence[Written]) -> None:
        for written in waiting:
            with suppress(ChainRefused):  # one of several under a nonce is taken, and that is enough
                await self._hand_in(written)

    async def _let_go(self, written: Written) -> None:
        """Take back what was refused. If later nonces have been taken since, the gap is closed with an empty one."""
        if not self._nonces.drop(written):
            nothing: Call[None] = Call(self.account.address, b"")
            signed = self._signing(nothing, _PLAIN_GAS, written.fees)(written.nonce)
            with suppress(ChainRefused):  # too low: then there is no gap
                await self._hand_in(self._nonces.replace(written.nonce, written.fees, signed))

    def _signing(self, call: Call[Any], gas_limit: int, fees: Fees) -> Callable[[int], Signed]:
        return lambda nonce: self.account.sign(
            Transaction(
                chain_id=self.chain.chain_id,
                nonce=nonce,
                max_priority_fee_per_gas=fees.max_priority_fee_per_gas,
                max_fee_per_gas=fees.max_fee_per_gas,
                gas_limit=gas_limit,
                to=call.to,
                value=call.value,
                data=call.data,
            )
        )


def _with_margin(gas: int) -> int:
    times, over = _GAS_MARGIN
    return gas if gas == _PLAIN_GAS else gas * times // over


def _succeeded(receipt: Receipt) -> Receipt:
    if not receipt.succeeded:
        raise TransactionFailed(
            f"Transaction 0x{receipt.transaction.hex()} was reverted in block {receipt.block_number}.",
            receipt.transaction,
        )
    return receipt
