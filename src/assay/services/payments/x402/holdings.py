"""What payers have on the chain, as far as a payment depends on it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final, TypeVar

from assay.engines.chain.bindings.opg import OPG
from assay.engines.chain.canonical import PERMIT2
from assay.engines.chain.chain import Chain
from assay.engines.chain.contract import Call
from assay.engines.chain.errors import CallReverted, ChainError, ChainGarbage
from assay.engines.chain.library import Address
from assay.engines.chain.signature import TAKEN, asks_wallet
from assay.services.payments.x402.errors import PaymentsUnavailable
from assay.services.payments.x402.terms import Terms
from assay.services.payments.x402.transfers import find_transfers

FRESH_S: Final = 3.0
"""For so long what a payer has is not asked again."""
_MOST: Final = 10_000
"""Payers that are remembered."""
_DELEGATED: Final = b"\xef\x01\x00"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Holding:
    """One payer. Amounts in the token's smallest units."""

    balance: int
    allowance: int
    """Of it, what Permit2 may move."""
    code: bytes
    """The payer's, if it is a contract or delegates to one; empty for an account that only a key speaks for."""

    @property
    def delegate(self) -> str:
        """The contract that an account delegates to (EIP-7702), hex; empty if to none."""
        is_delegated = self.code.startswith(_DELEGATED) and len(self.code) == 23
        return f"0x{self.code[3:].hex()}" if is_delegated else ""


class Holdings:
    """Asks a chain what payers have of one token, and not again for a few seconds."""

    def __init__(self, chain: Chain, token: Address, clock: Callable[[], float] = monotonic) -> None:
        """``clock``: seconds since whenever."""
        self._chain = chain
        self._token = OPG(token)
        self._clock = clock
        self._known: OrderedDict[Address, tuple[float, Holding]] = OrderedDict()

    async def of(self, payer: Address) -> Holding:
        """What a payer has. Raises `PaymentsUnavailable`."""
        known = self._known.get(payer)
        if known is not None and self._clock() - known[0] < FRESH_S:
            return known[1]
        now = self._clock()
        with asking():
            (balance, allowance), code = await asyncio.gather(
                self._chain.read_all([self._token.balanceOf(payer), self._token.allowance(payer, PERMIT2)]),
                self._chain.code(payer),
            )
        holding = Holding(balance, allowance, code)
        self._known[payer] = now, holding
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return holding

    async def read(self, call: Call[T]) -> T:
        """What a contract says. Raises `PaymentsUnavailable`."""
        with asking():
            return await self._chain.read(call)

    async def is_taken_by(self, wallet: Address, digest: bytes, signature: bytes) -> bool:
        """Whether a contract takes a signature for its own (ERC-1271). Raises `PaymentsUnavailable`."""
        with asking():
            try:
                return await self._chain.read(asks_wallet(wallet, digest, signature)) == TAKEN
            except (CallReverted, ChainGarbage):
                return False  # it fails, or answers in something else: either way it has not said yes

    async def has_paid(self, terms: Terms, payer: Address, amount: int, signature: bytes) -> bool:
        """Whether a payment to the payee was made already, by whomever: a transfer of the amount, in a transaction that
        brought this very signature. Raises `PaymentsUnavailable`.
        """
        with asking():
            newest = await self._chain.height()
            async for transfer in find_transfers(self._chain, terms, payer, amount, newest):
                if signature in await self._chain.calldata(transfer.transaction):
                    return True
        return False


@contextmanager
def asking() -> Iterator[None]:
    """Turns whatever goes wrong with the chain inside into `PaymentsUnavailable`."""
    try:
        yield
    except ChainError as error:
        raise PaymentsUnavailable(
            f"The chain that payments are checked on does not answer ({error.code})."
        ) from None
