"""`assay chain`: the chain of this machine."""

from __future__ import annotations

import os
import sys
import time

import click

from assay.apps.cli.durations import spell
from assay.apps.cli.step import step
from assay.apps.network.address import is_free
from assay.apps.network.home import Home
from assay.engines.chain import anvil
from assay.engines.chain.local import ANY_PORT, CHAIN_ID, DEFAULT_PORT, LOOPBACK, LocalChain


@click.group()
def chain() -> None:
    """Bring up a chain on this machine, and deploy contracts to it or to any other."""


@chain.command()
@click.option("--port", type=int, help=f"Default: {DEFAULT_PORT}, or a free one if another program has it.")
def up(port: int | None) -> None:
    """Start the chain of this machine where it ended, or begin one. It runs until `assay chain down`."""
    home = Home.find(os.environ)
    local = _local(home)
    if (running := local.find()) is not None:
        click.echo(f"The chain is already up, for {spell(time.time() - running.since)}.")
    elif anvil.find(home.engines) is None:
        with step(f"fetching anvil {anvil.VERSION} from npm, 19 MB"):
            anvil.fetch(home.engines)
    if port is None:
        port = DEFAULT_PORT if is_free(LOOPBACK, DEFAULT_PORT) else ANY_PORT
    home.create()
    running = local.start(port)
    click.echo(f"chain {CHAIN_ID}  {running.url}")


@chain.command()
def down() -> None:
    """Stop the chain of this machine. Its blocks are kept."""
    local = _local(Home.find(os.environ))
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
    running = _local(Home.find(os.environ)).find()
    if running is None:
        click.echo("No chain is running. `assay chain up` starts one.")
        sys.exit(1)
    click.echo(
        f"chain {CHAIN_ID}  {running.url}, process {running.pid}, for {spell(time.time() - running.since)}"
    )


def _local(home: Home) -> LocalChain:
    return LocalChain(home.chain, anvil.path(home.engines))
