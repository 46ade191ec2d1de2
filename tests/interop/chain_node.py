"""A node that is paid on the tests' chain, for clients that come over TCP."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from tests.integration.in_thread import GatewayThread
from tests.integration.running import RunningGateway

from assay.apps.network.home import Home
from assay.engines.chain.account import Account
from assay.engines.chain.local import CHAIN_ID

_PAYMENTS = """
[payments]
rpc = "{rpc}"
chain_id = {chain_id}
opg_usd = "0.10"
"""


@contextmanager
def chain_node(root: Path, town_home: Home, rpc: str, upstream_url: str, settings: str = "") -> Iterator[str]:
    """URL of the node, whose account has gas. ``settings``: more of its table ``[payments]``."""
    home = Home(root)
    RunningGateway(home.root, upstream_url).prepare()
    with home.catalogue.open("a") as catalogue:
        catalogue.write(_PAYMENTS.format(rpc=rpc, chain_id=CHAIN_ID) + settings)
    known = home.deployments(CHAIN_ID)
    known.parent.mkdir(parents=True)
    shutil.copy(town_home.deployments(CHAIN_ID), known)
    _give_gas(rpc, Account.open(home.chain_key))
    with GatewayThread(home.root) as node:
        yield node.url


def _give_gas(rpc: str, account: Account) -> None:
    asked = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "anvil_setBalance",
        "params": [account.address, hex(10**18)],
    }
    httpx2.post(rpc, json=asked).raise_for_status()
