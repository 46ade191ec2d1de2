"""The chain that a command is about: one that is named by its URL, or the one of this machine."""

from __future__ import annotations

import click

from assay.apps.cli.bring_chain import local_chain
from assay.apps.network.home import Home
from assay.engines.chain.errors import ChainDown

rpc_option = click.option("--rpc", metavar="URL", help="Default: the chain of this machine.")


def chain_url(home: Home, rpc: str | None) -> str:
    """Raises `ChainDown` where none is named and none runs."""
    if rpc is not None:
        return rpc
    running = local_chain(home).find()
    if running is None:
        raise ChainDown("No chain is running on this machine.")
    return running.url
