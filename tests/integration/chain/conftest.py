"""The tests' chain, and accounts with money on it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assay.engines.chain.account import Account
from assay.engines.chain.chain import Chain, connect
from assay.engines.chain.local import CHAIN_ID
from assay.engines.chain.nonces import Nonces
from assay.engines.chain.sender import Sender

ETHER = 10**18

Fund = Callable[[Account], Awaitable[None]]
MakeSender = Callable[..., Sender]


@pytest.fixture
async def chain(chain_url: str) -> AsyncIterator[Chain]:
    async with connect(chain_url, chain_id=CHAIN_ID) as chain:
        yield chain


@pytest.fixture
async def account(chain: Chain) -> Account:
    """An account nobody has used, with 100 ether."""
    account = Account(os.urandom(32))
    await chain.rpc.call("anvil_setBalance", account.address, hex(100 * ETHER))
    return account


@pytest.fixture
def make_sender(chain: Chain, account: Account, tmp_path: Path) -> Iterator[MakeSender]:
    """Senders of one account, which share their nonces as processes do: by a file."""
    opened: list[Nonces] = []

    def make(**options: Any) -> Sender:
        nonces = Nonces.open(tmp_path / "nonces.sqlite", chain.genesis, account.address)
        opened.append(nonces)
        return Sender(chain, account, nonces, **options)

    yield make
    for nonces in opened:
        nonces.close()


@pytest.fixture
def sender(make_sender: MakeSender) -> Sender:
    return make_sender()
