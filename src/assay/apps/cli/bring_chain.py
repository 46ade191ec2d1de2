"""The steps by which the chain of this machine comes up, as people see them."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from assay.apps.cli.step import step
from assay.apps.network.address import is_free
from assay.apps.network.home import Home
from assay.engines.chain import anvil
from assay.engines.chain.local import ANY_PORT, DEFAULT_PORT, LOOPBACK, LocalChain
from assay.engines.process.presence import Running


def local_chain(home: Home) -> LocalChain:
    """The chain of this machine, whether it runs or not."""
    return LocalChain(home.chain, anvil.path(home.engines))


def bring_chain(home: Home, port: int | None = None) -> Running:
    """Start the chain where it ended, or begin one; what runs is left as it is.

    Raises `AnvilMissing` where its program is not here and cannot be fetched, and `LaunchFailed`.
    """
    home.create()
    local = local_chain(home)
    if (running := local.find()) is not None:
        return running
    if anvil.find(home.engines) is None:
        with step(f"fetching anvil {anvil.VERSION} from npm, 19 MB"):
            anvil.fetch(home.engines)
    if port is None:
        port = DEFAULT_PORT if is_free(LOOPBACK, DEFAULT_PORT) else ANY_PORT
    with step("starting the chain"):
        return local.start(port)


def bring_contracts(home: Home, url: str) -> None:
    """Bring to the chain of this machine what it lacks of the network's contracts. Needs the extra ``chain``."""
    from assay.apps.network.contracts import bring_home
    from assay.apps.network.placing import place

    with step("bringing the contracts"):
        asyncio.run(place(home, url, bring_home))


def bring_first_budget(home: Home, url: str) -> Path:
    """A budget of play money, with which the first call is paid. Needs the extra ``chain``, and the contracts."""
    from assay.apps.network.first_budget import give_first_budget

    with step("funding a budget from the faucet"):
        return asyncio.run(give_first_budget(home, url, int(time.time())))
