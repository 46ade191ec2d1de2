"""`assay down`: end the network on this machine."""

from __future__ import annotations

import os

import click

from assay.apps.network.home import Home
from assay.apps.network.supervisor import Supervisor


@click.command()
def down() -> None:
    """Stop the network on this machine. Calls under way get ten seconds to end."""
    supervisor = Supervisor(Home.find(os.environ))
    running = supervisor.find()
    if running is None:
        click.echo("Nothing is running.")
        return
    ended = "ended" if supervisor.stop(running) else "did not end when asked to, and was killed"
    click.echo(f"The gateway at {running.url} (process {running.pid}) {ended}.")
