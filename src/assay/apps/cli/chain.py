"""`assay chain`: the chain of this machine, and the network's contracts on it or on any other."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

import click
import orjson

from assay.apps.cli.bring_chain import bring_chain, local_chain
from assay.apps.cli.durations import spell
from assay.apps.cli.files import write_file
from assay.apps.cli.table import format_table
from assay.apps.network.home import Home
from assay.engines.chain.errors import ChainDown
from assay.engines.chain.local import CHAIN_ID, DEFAULT_PORT
from assay.engines.chain.rpc import Rpc
from assay.engines.chain.wire import from_quantity


@click.group()
def chain() -> None:
    """Bring up a chain on this machine, and deploy contracts to it or to any other."""


@chain.command()
@click.option("--port", type=int, help=f"Default: {DEFAULT_PORT}, or a free one if another program has it.")
def up(port: int | None) -> None:
    """Start the chain of this machine where it ended, or begin one. It runs until `assay chain down`."""
    home = Home.find(os.environ)
    if (running := local_chain(home).find()) is not None:
        click.echo(f"The chain is already up, for {spell(time.time() - running.since)}.")
    running = bring_chain(home, port)
    click.echo(f"chain {CHAIN_ID}  {running.url}")


@chain.command()
def down() -> None:
    """Stop the chain of this machine. Its blocks are kept."""
    local = local_chain(Home.find(os.environ))
    if local.find() is None:
        click.echo("No chain is running.")
    elif local.stop():
        click.echo("The chain ended.")
    else:
        click.echo(
            "The chain did not end when asked to, and was killed; its newest blocks may be lost.", err=True
        )


@chain.command()
def status() -> None:
    """Say whether the chain of this machine runs, and how far it is; ends with 1 when it does not."""
    running = local_chain(Home.find(os.environ)).find()
    if running is None:
        click.echo("No chain is running. `assay chain up` starts one.")
        sys.exit(1)
    since = spell(time.time() - running.since)
    click.echo(f"chain {CHAIN_ID}  {running.url}, process {running.pid}, for {since}")
    click.echo(f"blocks       {asyncio.run(_height(running.url))}")


@chain.command()
@click.option("--rpc", metavar="URL", help="Default: the chain of this machine.")
def deploy(rpc: str | None) -> None:
    """Bring the network's contracts to a chain. What is there already is left as it is.

    Addresses follow from the contracts and from the key in the home: they are the same on every chain.
    """
    from assay.apps.network.contracts import bring, bring_home
    from assay.apps.network.placing import place

    home = Home.find(os.environ)
    home.create()
    if rpc is not None:
        deployments = asyncio.run(place(home, rpc, bring))
    elif (local := local_chain(home).find()) is not None:
        deployments = asyncio.run(place(home, local.url, bring_home))
    else:
        raise ChainDown("No chain is running on this machine.")
    rows = [(name, known.address) for name, known in deployments.contracts.items()]
    click.echo(format_table((f"chain {deployments.chain_id}", ""), rows))


@chain.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@click.option("--chain-id", type=int, default=CHAIN_ID, show_default=True)
def export(file: Path | None, chain_id: int) -> None:
    """Write addresses and ABIs of the contracts on a chain as JSON, into FILE or to the terminal."""
    from assay.engines.chain.deployments import Deployments  # needs the extra `chain`, which `up` does not

    exported = Deployments.load(Home.find(os.environ).deployments(chain_id)).exported()
    text = orjson.dumps(exported, option=orjson.OPT_INDENT_2) + b"\n"
    if file is None:
        click.echo(text, nl=False)
    else:
        write_file(file, text, mode=0o644)


async def _height(url: str) -> int:
    async with Rpc(url) as rpc:
        return from_quantity(await rpc.call("eth_blockNumber"))
