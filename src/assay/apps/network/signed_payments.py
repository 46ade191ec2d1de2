"""A node's payments by signature over one chain: gate, books, and the chain they stand on.

Imported by a node that has a chain, and by no other: it brings `x402` and the chain's packages with it.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterable
from datetime import datetime
from types import TracebackType
from typing import Self

from assay.apps.network.facilitating import PREFIX, Facilitating
from assay.apps.network.home import Home
from assay.apps.network.mounts import Application
from assay.apps.network.payments import PaymentSettings
from assay.engines.chain.account import Account
from assay.engines.chain.bindings.facilitator import Facilitator
from assay.engines.chain.bindings.opg import OPG
from assay.engines.chain.bindings.settlement import Settlement
from assay.engines.chain.chain import Chain
from assay.engines.chain.deployments import Deployments
from assay.engines.chain.errors import ChainError, WrongChain
from assay.engines.chain.nonces import Nonces
from assay.engines.chain.rpc import Rpc
from assay.engines.chain.sender import Sender
from assay.engines.enclave.secret_file import read_or_create
from assay.engines.storage.errors import TablesUnavailable
from assay.engines.tlog.log import Log
from assay.errors import AssayError
from assay.services.payments.books import Books
from assay.services.payments.channel.claims import Claims
from assay.services.payments.channel.rail import ChannelRail
from assay.services.payments.mandates import Mandates
from assay.services.payments.settlement.batch import Limits
from assay.services.payments.settlement.settler import Settler
from assay.services.payments.x402.binding import AmountBinding
from assay.services.payments.x402.exact_by_eip3009 import ExactByEip3009
from assay.services.payments.x402.exact_by_permit2 import ExactByPermit2
from assay.services.payments.x402.exchange import Exchange
from assay.services.payments.x402.gate import Gate
from assay.services.payments.x402.holdings import Holdings
from assay.services.payments.x402.market import Market
from assay.services.payments.x402.rail import Rail
from assay.services.payments.x402.terms import Terms
from assay.services.payments.x402.upto import Upto
from assay.trust.receipts.payee import Payee
from assay.trust.receipts.predicate import PaymentClaim
from assay.trust.receipts.rate import Rate

logger = logging.getLogger(__name__)

CLAIM_INTERVAL_S = 60.0
_AT_HOME = Limits(age_s=1)
"""On a chain of this machine, where gas costs nothing and somebody looks on."""
_MAC_KEY_BYTES = 32
_SOURCE = "the operator of this node"


class SignedPayments:
    """Use it as an asynchronous context manager around the serving of calls."""

    def __init__(
        self,
        home: Home,
        settings: PaymentSettings,
        url: str,
        books: Books,
        log: Log,
        clock: Callable[[], datetime],
    ) -> None:
        """``url``: of the chain's node, which need not answer yet. ``log``: whose receipts are settled there.

        Raises `ContractMissing` where the network's contracts were never brought to the chain.
        """
        deployments, account = (
            Deployments.load(home.deployments(settings.chain_id)),
            Account.open(home.chain_key),
        )
        self._rpc = Rpc(url)
        self.chain = Chain(self._rpc, deployments.chain_id, deployments.genesis)
        self.terms = Terms(
            chain_id=deployments.chain_id,
            token=deployments.at(OPG).address,
            payee=account.address,
            facilitator=deployments.at(Facilitator).address,
        )
        self.rate = Rate(self.terms.asset, settings.opg_price, _SOURCE)
        amounts = AmountBinding(read_or_create(home.keys / "amount-key", lambda: os.urandom(_MAC_KEY_BYTES)))
        holdings = Holdings(self.chain, self.terms.token)
        market = Market(self.terms, Exchange(self.rate), amounts, holdings, clock)
        self.books = books
        self._nonces = Nonces.open(home.nonces, deployments.genesis, account.address)
        sender = Sender(self.chain, account, self._nonces)
        channel = ChannelRail(market, self.chain, self.books, sender)
        self.mandates = Mandates(home.mandates, clock)
        rails: list[Rail] = [Upto(market), ExactByPermit2(market), ExactByEip3009(market), channel]
        self.gate = Gate(rails, self.books, self.mandates)
        self.claims = Claims(self.books, channel.escrows, sender, self.terms.token)
        self.facilitating = (
            Facilitating(home, self.chain, account, self._nonces, self.terms.facilitator, clock)
            if settings.facilitator
            else None
        )
        self.settler = Settler(
            log,
            self.books,
            self.gate.rail_of,
            sender,
            self.terms,
            deployments.at(Settlement),
            home.settlement,
            clock,
            limits=_AT_HOME if settings.rpc is None else None,
        )

    def services(self) -> dict[str, Application]:
        """What answers below paths of its own, by their prefixes."""
        return {} if self.facilitating is None else {PREFIX: self.facilitating.app}

    def payee(self, node: str) -> Payee:
        """Where the money goes, as ``node`` tells who wants to know."""
        return Payee.on(node, self.terms.chain_id, self.terms.payee)

    async def __aenter__(self) -> Self:
        """Raises `WrongChain` if the node answers for another chain; one that does not answer is put up with."""
        try:
            await self.chain.confirm()
        except WrongChain:
            await self.aclose()
            raise
        except ChainError as error:
            logger.warning(
                "the chain does not answer yet, so calls are paid from accounts: %s", error.message
            )
        await self.settler.__aenter__()
        self._claiming = asyncio.create_task(self._claim(), name="claiming")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._claiming.cancel()
        await self.settler.__aexit__(kind, error, trace)
        await self.gate.flush()
        await self.aclose()

    async def catch_up(self, logged: Callable[[int], Iterable[tuple[int, PaymentClaim, int]]]) -> None:
        """Charge what the log has and the books have not. ``logged``: receipts from an index on."""
        missed = await self.gate.reconcile(logged(await self.gate.next_index()))
        if missed:
            logger.warning("%d signed payments were in the log but not in the books; they are now", missed)

    async def flush(self) -> None:
        """Bring the books up to date; what cannot be written now is tried again."""
        try:
            await self.gate.flush()
        except TablesUnavailable as error:
            logger.error("the books of signed payments cannot be written, and will be tried again: %s", error)

    async def _claim(self) -> None:
        """Claim what channels owe, now and then. What cannot be claimed now is no less due later."""
        while True:
            await asyncio.sleep(CLAIM_INTERVAL_S)
            try:
                await self.claims.claim()
            except AssayError as error:  # of the chain, or of the books: whichever it is, this goes on
                logger.warning(
                    "what channels owe could not be claimed, and will be tried again: %s", error.message
                )

    async def aclose(self) -> None:
        """Give files and connections back."""
        if self.facilitating is not None:
            await self.facilitating.aclose()
        self._nonces.close()
        self.mandates.close()
        await self.books.aclose()
        await self._rpc.aclose()
