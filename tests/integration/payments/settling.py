"""A settler in a process of its own, which may kill itself at a step."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from inspect import isawaitable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.apps.network.home import Home
from assay.engines.chain.account import Account
from assay.engines.chain.bindings.facilitator import Facilitator
from assay.engines.chain.bindings.opg import OPG
from assay.engines.chain.bindings.settlement import Settlement
from assay.engines.chain.chain import Chain, connect
from assay.engines.chain.deployments import Deployments
from assay.engines.chain.library import Address
from assay.engines.chain.local import CHAIN_ID
from assay.engines.chain.nonces import Nonces
from assay.engines.chain.sender import Sender
from assay.engines.tlog.log import Log
from assay.services.payments.books.sqlite import SqliteBooks
from assay.services.payments.settlement.batch import Limits
from assay.services.payments.settlement.outcome import Outcomes
from assay.services.payments.settlement.sending import Sending
from assay.services.payments.settlement.settler import Settler
from assay.services.payments.settlement.tables import Tables
from assay.services.payments.x402.binding import AmountBinding
from assay.services.payments.x402.exact_by_eip3009 import ExactByEip3009
from assay.services.payments.x402.exact_by_permit2 import ExactByPermit2
from assay.services.payments.x402.exchange import Exchange
from assay.services.payments.x402.gate import Gate
from assay.services.payments.x402.holdings import Holdings
from assay.services.payments.x402.market import Market
from assay.services.payments.x402.terms import Terms
from assay.services.payments.x402.upto import Upto
from assay.trust.receipts.rate import Rate
from assay.trust.transparency.note import NoteSigner

STEPS: dict[str, tuple[type, str]] = {
    "taken in": (Tables, "take"),
    "written down": (Tables, "write"),
    "sent": (Sender, "send"),
    "remembered as sent": (Tables, "attempt"),
    "in a block": (Sender, "wait"),
    "seen in a block": (Tables, "follow"),
    "charged": (SqliteBooks, "serve"),
    "in the books": (SqliteBooks, "settle"),
    "found lost": (SqliteBooks, "expire"),
    "looked at": (Outcomes, "book"),
    "closed": (Tables, "book"),
    "brought": (Sending, "bring"),
}
"""After each of these the process dies; of those that are transactions, ``follow`` is one that is not through yet."""


def die_after(step: str) -> None:
    """Have the process killed when this step has been done once."""
    kind, name = STEPS[step]
    original: Callable[..., Any] = getattr(kind, name)

    def done(*arguments: Any, **named: Any) -> Any:
        result = original(*arguments, **named)
        return _and_die(result) if isawaitable(result) else _die()

    setattr(kind, name, done)


async def _and_die(result: Any) -> None:
    await result
    _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a settler needs, by paths and a URL."""

    url: str
    home: Home
    directory: Path
    payee: Address

    async def settle(self) -> None:
        account = Account.open(self.home.chain_key)
        signer = NoteSigner("example.org/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
        log = Log.open(self.directory / "log", origin=signer.name, signer=signer)
        books = SqliteBooks(self.directory / "payments.sqlite")
        async with connect(self.url, chain_id=CHAIN_ID) as chain:
            with closing(Nonces.open(self.home.nonces, chain.genesis, account.address)) as nonces:
                sender = Sender(chain, account, nonces)
                async with self._settler(chain, sender, log, books) as settler:
                    await settler.settle_now()
        await books.aclose()
        log.close()

    def run(self, step: str | None) -> None:
        """What a process does. ``step``: after which it dies, one of `STEPS`."""
        if step is not None:
            die_after(step)
        asyncio.run(self.settle())

    def _settler(self, chain: Chain, sender: Sender, log: Log, books: SqliteBooks) -> Settler:
        deployments = Deployments.load(self.home.deployments(CHAIN_ID))
        token = deployments.at(OPG).address
        terms = Terms(CHAIN_ID, token, self.payee, deployments.at(Facilitator).address)
        exchange = Exchange(Rate(terms.asset, 100_000, "the tests"))
        market = Market(
            terms, exchange, AmountBinding(bytes(32)), Holdings(chain, token), lambda: datetime.now(UTC)
        )
        gate = Gate([Upto(market), ExactByPermit2(market), ExactByEip3009(market)], books)
        return Settler(
            log,
            books,
            gate.rail_of,
            sender,
            terms,
            deployments.at(Settlement),
            self.directory / "settlement.sqlite",
            market.clock,
            limits=Limits(age_s=0),
        )
