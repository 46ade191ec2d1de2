"""What wallets do on a chain: look at what they hold, be helped by a faucet, open tokens to Permit2."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass

from assay.apps.network.home import Home
from assay.engines.chain.account import Account
from assay.engines.chain.bindings.faucet import Faucet
from assay.engines.chain.bindings.opg import OPG
from assay.engines.chain.canonical import PERMIT2
from assay.engines.chain.chain import Chain, connect
from assay.engines.chain.deployments import Deployments
from assay.engines.chain.errors import ChainError
from assay.engines.chain.library import Address
from assay.engines.chain.nonces import Nonces
from assay.engines.chain.sender import Sender
from assay.trust.payments.asset import token_asset


class FaucetWaits(ChainError):
    """The faucet has helped this address a short while ago. ``until``: Unix seconds."""

    code = "faucet_waits"
    hint = "one helping a day; or have somebody send you some"

    def __init__(self, message: str, until: int) -> None:
        super().__init__(message)
        self.until = until


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an address has on a chain."""

    asset: str
    """The token, by its CAIP-19 name."""
    tokens: int
    """In its smallest unit."""
    gas_money: int
    """Wei of the chain's own currency."""
    allowance: int
    """Of the tokens, what Permit2 may move."""


@asynccontextmanager
async def known_chain(home: Home, url: str) -> AsyncIterator[tuple[Chain, Deployments]]:
    """The chain behind a URL, and the contracts that the home knows there.

    Raises `ContractMissing` if it knows none, and `WrongChain` if they are of another chain with this id.
    """
    async with connect(url) as chain:
        deployments = Deployments.load(home.deployments(chain.chain_id))
        deployments.check(chain)
        yield chain, deployments


@asynccontextmanager
async def acting(home: Home, chain: Chain, account: Account) -> AsyncIterator[Sender]:
    """Sends transactions of an account; those that a crash has left behind first."""
    with closing(Nonces.open(home.nonces, chain.genesis, account.address)) as nonces:
        sender = Sender(chain, account, nonces)
        await sender.resume()
        yield sender


async def find_asset(home: Home, url: str) -> str:
    """The CAIP-19 name of OPG on the chain behind a URL. Raises as `known_chain` does."""
    async with known_chain(home, url) as (chain, deployments):
        return token_asset(chain.chain_id, deployments.at(OPG).address)


async def look(chain: Chain, token: OPG, address: Address) -> Holdings:
    """What an address has."""
    tokens, allowance = await chain.read_all([token.balanceOf(address), token.allowance(address, PERMIT2)])
    asset = token_asset(chain.chain_id, token.address)
    return Holdings(asset, tokens, await chain.balance(address), allowance)


async def be_helped(sender: Sender, faucet: Faucet, address: Address, now: int) -> None:
    """Have the faucet help an address; ``sender`` pays for the gas. Raises `FaucetWaits`, and what `transact` does."""
    until = await sender.chain.read(faucet.open_from(address))
    if until > now:
        raise FaucetWaits("The faucet has helped this address already today.", until)
    await sender.transact(faucet.help(address))


async def open_to_permit2(sender: Sender, token: OPG, amount: int) -> None:
    """Let Permit2 move so much of the sender's tokens, no more and no less; 2^256 - 1 is without end."""
    await sender.transact(token.approve(PERMIT2, amount))
