"""A chain of this machine with the network's contracts, and people there who have OPG and have approved Permit2."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.apps.network.contracts import ETHER, UNIT, bring_home
from assay.apps.network.home import Home
from assay.apps.network.placing import place
from assay.engines.chain import anvil
from assay.engines.chain.account import Account
from assay.engines.chain.bindings.facilitator import Facilitator
from assay.engines.chain.bindings.opg import OPG
from assay.engines.chain.canonical import PERMIT2
from assay.engines.chain.chain import connect
from assay.engines.chain.contract import Contract
from assay.engines.chain.deployments import Deployments
from assay.engines.chain.local import ANY_PORT, CHAIN_ID, LocalChain
from assay.engines.chain.nonces import Nonces
from assay.engines.chain.sender import Sender
from assay.services.payments.x402.terms import Terms
from rig.contender import Unavailable

ENGINES = Path(__file__).resolve().parents[2] / ".cache" / "engines"
_WEALTH = 10_000 * UNIT


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who pays."""

    key: bytes

    @property
    def account(self) -> Account:
        return Account(self.key)


@dataclass(frozen=True, slots=True)
class Town:
    """``home`` is that of the node whose account the contracts, and all OPG, belong to."""

    url: str
    home: Home
    deployments: Deployments

    @property
    def terms(self) -> Terms:
        """Of payments to the node."""
        payee = Account.open(self.home.chain_key).address
        return Terms(CHAIN_ID, self.at(OPG).address, payee, self.at(Facilitator).address)

    def at(self, contract: type[Any]) -> Any:
        found: Contract = self.deployments.at(contract)
        return found

    @asynccontextmanager
    async def sender(self, account: Account | None = None) -> AsyncIterator[Sender]:
        """Sends what ``account`` has to say; the node's own, if nobody is named."""
        speaker = account or Account.open(self.home.chain_key)
        async with connect(self.url, chain_id=CHAIN_ID) as chain:
            with closing(Nonces.open(self.home.nonces, chain.genesis, speaker.address)) as nonces:
                yield Sender(chain, speaker, nonces)

    async def settle_in(self, count: int) -> list[Person]:
        """So many new people."""
        token: OPG = self.at(OPG)
        people = [Person(os.urandom(32)) for _ in range(count)]
        async with self.sender() as owner:
            for person in people:
                address = person.account.address
                await owner.chain.rpc.call("anvil_setBalance", address, hex(ETHER))
                await owner.transact(token.transfer(address, _WEALTH))
        for person in people:
            async with self.sender(person.account) as own:
                await own.transact(token.approve(PERMIT2, 2**256 - 1))
        return people


@contextmanager
def running_town(scratch: Path) -> Iterator[Town]:
    """Raises `Unavailable` where there is no anvil."""
    program = anvil.find(ENGINES)
    if program is None:
        raise Unavailable("anvil is not here; scripts/setup-anvil fetches it")
    chain = LocalChain(scratch / "chain", program)
    try:
        yield _build(Home(scratch / "paid"), chain.start(ANY_PORT).url)
    finally:
        chain.stop()


def _build(home: Home, url: str) -> Town:
    home.create()
    return Town(url, home, asyncio.run(place(home, url, bring_home)))
