"""`assay down`: end the network on this machine."""

from __future__ import annotations

import os

import click

from assay.apps.cli.bring_chain import local_chain
from assay.apps.network.home import Home
from assay.apps.network.supervisor import Supervisor


@click.command()
def down() -> None:
    """Stop the network on this machine, its chain too. Calls under way get ten seconds to end."""
    home = Home.find(os.environ)
    supervisor, chain = Supervisor(home), local_chain(home)
    gateway, anvil = supervisor.find(), chain.find()
    if gateway is None and anvil is None:
        click.echo("Nothing is running.")
    if gateway is not None:
        ended = "ended" if supervisor.stop(gateway) else "did not end when asked to, and was killed"
        click.echo(f"The gateway at {gateway.url} (process {gateway.pid}) {ended}.")
    if anvil is not None:
        ended = "ended" if chain.stop() else "did not end when asked to, and was killed"
        click.echo(f"The chain at {anvil.url} {ended}.")
