"""Brings a network's contracts to a chain from a home: its key signs, and its files remember."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import closing

from assay.apps.network.home import Home
from assay.engines.chain.account import Account
from assay.engines.chain.chain import Chain, connect
from assay.engines.chain.deployments import Deployments
from assay.engines.chain.errors import ContractMissing, WrongChain
from assay.engines.chain.nonces import Nonces
from assay.engines.chain.sender import Sender

Bring = Callable[[Sender, Deployments], Awaitable[Deployments]]
"""`bring` or `bring_home`, of `assay.apps.network.contracts`."""


async def place(home: Home, url: str, bring: Bring) -> Deployments:
    """Bring contracts to the chain behind a URL. Raises what `Sender.transact` does."""
    account = Account.open(home.chain_key)
    async with connect(url) as chain:
        with closing(Nonces.open(home.nonces, chain.genesis, account.address)) as nonces:
            deployments = await bring(Sender(chain, account, nonces), _known(home, chain))
    deployments.save(home.deployments(deployments.chain_id))
    return deployments


def _known(home: Home, chain: Chain) -> Deployments:
    """What is known to be on a chain; nothing, if that was another one with its id."""
    try:
        known = Deployments.load(home.deployments(chain.chain_id))
        known.check(chain)
    except (ContractMissing, WrongChain):
        return Deployments.of(chain)
    return known
