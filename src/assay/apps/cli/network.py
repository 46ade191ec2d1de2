"""`assay up`, `down` and `status`: the network on this machine."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from assay.apps.cli.demo import make_one_call
from assay.apps.network.home import Home
from assay.apps.network.serve import DEFAULT_HOST, DEFAULT_PORT
from assay.apps.network.supervisor import Running, Supervisor


@click.command()
@click.option("--detach", "-d", is_flag=True, help="Leave it running in the background.")
@click.option("--demo", is_flag=True, help="Make one call to the local model and show how it verifies.")
@click.option("--host", default=DEFAULT_HOST, show_default=True)
@click.option("--port", type=int, default=DEFAULT_PORT, show_default=True, help="0 for any free one.")
def up(detach: bool, demo: bool, host: str, port: int) -> None:
    """Bring up the network on this machine: a gateway with a local model, its log, and an account."""
    home = Home.find(os.environ)
    supervisor = Supervisor(home)
    running = supervisor.find()
    if running is not None:
        click.echo(f"The gateway is already running at {running.url} (process {running.pid}).")
    else:
        with _step(f"starting the gateway (home {home.root})"):
            running = supervisor.start(host, port)
    if demo:
        make_one_call()
    _say_what_next(running)
    if not detach:
        with supervisor.attached(running):
            _wait_for_interrupt()
        click.echo("stopped.")


@click.command()
def down() -> None:
    """Stop the network on this machine."""
    supervisor = Supervisor(Home.find(os.environ))
    running = supervisor.find()
    if running is None:
        click.echo("Nothing is running.")
        return
    with _step(f"stopping the gateway at {running.url} (process {running.pid})"):
        supervisor.stop(running)


@click.command()
def status() -> None:
    """Say what runs; ends with 1 when nothing does."""
    home = Home.find(os.environ)
    supervisor = Supervisor(home)
    running = supervisor.find()
    if running is None:
        click.echo("Nothing is running. `assay up` starts a gateway.")
        sys.exit(1)
    health = supervisor.health(running) or {}
    log = health.get("log")
    entries = (
        f"{log['size']} receipts, {log['integrated']} under a checkpoint" if isinstance(log, dict) else "?"
    )
    click.echo(f"gateway  {running.url} (process {running.pid}), {health.get('status', '?')}")
    click.echo(f"log      {entries}")
    click.echo(f"home     {home.root}")


@contextmanager
def _step(what: str) -> Iterator[None]:
    click.echo(f"{what} ... ", nl=False)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        click.echo("failed")
        raise
    click.echo(f"{time.monotonic() - began:.1f} s")


def _say_what_next(running: Running) -> None:
    click.echo(
        f"\nOpenAI SDK     base_url={running.url}/v1"
        f"\nAnthropic SDK  base_url={running.url}"
        '\nkey            eval "$(assay env)" sets base URLs and key'
        '\ncall           assay chat "Why is the sea salty?"'
        "\nverify         assay receipts ls; assay receipts export ID; assay verify FILE"
        "\nstop           assay down"
    )


def _wait_for_interrupt() -> None:
    click.echo("\nCtrl-C stops it.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        signal.pause()
    except KeyboardInterrupt:
        click.echo()
