"""`assay status`: what runs on this machine."""

from __future__ import annotations

import os
import sys
import time

import click

from assay.apps.cli.bring_chain import local_chain
from assay.apps.cli.durations import spell
from assay.apps.network.health import ask_health
from assay.apps.network.home import Home
from assay.apps.network.supervisor import Supervisor
from assay.engines.chain.local import CHAIN_ID


@click.command()
def status() -> None:
    """Say what runs; ends with 1 when nothing does, or when it does not answer."""
    home = Home.find(os.environ)
    running = Supervisor(home).find()
    if running is None:
        click.echo("Nothing is running. `assay up` starts a gateway.")
        sys.exit(1)
    click.echo(f"gateway  {running.url}, process {running.pid}, for {spell(time.time() - running.since)}")
    click.echo(f"home     {home.root}")
    health = ask_health(running.url)
    if health is None:
        click.echo(f"It does not answer; its last words are in {home.output}.")
        sys.exit(1)
    click.echo(f"enclave  {health.enclave}")
    click.echo(f"log      {health.log_size} receipts, {health.log_integrated} under a checkpoint")
    chain = local_chain(home).find()
    click.echo(f"chain    {'none' if chain is None else f'{CHAIN_ID} at {chain.url}'}")
    for name, readiness in health.providers.items():
        click.echo(f"models   {name}: {readiness}")
