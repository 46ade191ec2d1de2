"""`assay up`: the network on this machine, from nothing to a gateway that answers."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import click

from assay.apps.cli.bring_chain import bring_chain, bring_contracts, bring_first_budget, local_chain
from assay.apps.cli.durations import spell
from assay.apps.cli.step import step
from assay.apps.network.address import ANY_PORT, DEFAULT_PORT, LOOPBACK, is_free
from assay.apps.network.health import Health
from assay.apps.network.home import Home
from assay.apps.network.supervisor import Supervisor
from assay.engines.chain.errors import AnvilMissing, ChainExtraMissing
from assay.engines.chain.local import CHAIN_ID
from assay.engines.process.presence import Running


@click.command()
@click.option("--detach", "-d", is_flag=True, help="Leave it running in the background.")
@click.option("--demo", is_flag=True, help="Make one call to the local model and show how it verifies.")
@click.option("--no-chain", is_flag=True, help="Leave the chain out: calls are paid from accounts alone.")
@click.option("--host", default=LOOPBACK, show_default=True, help="Address to listen on.")
@click.option("--port", type=int, help=f"Default: {DEFAULT_PORT}, or a free one if another program has it.")
def up(detach: bool, demo: bool, no_chain: bool, host: str, port: int | None) -> None:
    """Bring up the network on this machine: a chain, and a gateway with local models, its log, and an account.

    A network that is up already is left as it is.
    """
    home = Home.find(os.environ)
    supervisor = Supervisor(home)
    with ExitStack() as at_the_end:
        running = supervisor.find()
        stays = running is not None or detach
        if running is not None:
            since = spell(time.time() - running.since)
            click.echo(f"Assay is already up: {running.url}, process {running.pid}, for {since}.")
        else:
            click.echo(f"Assay in {home.root}")
            if not no_chain and _bring_chain(home) and not stays:
                at_the_end.callback(local_chain(home).stop)
            running = _start(supervisor, host, port)
            if not stays:
                at_the_end.callback(_stop, supervisor, running)
            _load_models(supervisor)
        if demo:
            from assay.apps.cli.demo import make_one_call

            make_one_call(_first_budget(home))
        _say_what_next(running, supervisor.health(), local_chain(home).find())
        if not stays:
            _hold(supervisor, home)


def _bring_chain(home: Home) -> bool:
    """Whether a chain was brought up: without one, calls are still answered, and paid from accounts."""
    try:
        bring_contracts(home, bring_chain(home).url)
    except (AnvilMissing, ChainExtraMissing) as missing:
        click.echo(f"No chain, so calls are paid from accounts alone. {missing}", err=True)
        return False
    return True


def _first_budget(home: Home) -> Path | None:
    """Play money, where there is a chain for it."""
    chain = local_chain(home).find()
    return None if chain is None else bring_first_budget(home, chain.url)


def _start(supervisor: Supervisor, host: str, port: int | None) -> Running:
    if port is None:
        port = DEFAULT_PORT if is_free(host, DEFAULT_PORT) else ANY_PORT
        if port == ANY_PORT:
            click.echo(f"Port {DEFAULT_PORT} belongs to another program; a free one is taken instead.")
    with step("starting the gateway"):
        return supervisor.start(host, port)


def _load_models(supervisor: Supervisor) -> None:
    with step("loading the local models"):
        health = supervisor.wait_for_models()
    for name, readiness in health.providers.items() if health else ():
        if readiness == "failed":
            click.echo(f"Provider {name} did not start; `assay doctor` says what is missing.", err=True)


def _say_what_next(running: Running, health: Health | None, chain: Running | None) -> None:
    assay = _as_typed()
    click.echo(
        f"""
enclave        {health.enclave if health else "unknown: the gateway does not answer"}
chain          {f"{CHAIN_ID} at {chain.url}, where OPG is play money" if chain else "none: accounts pay"}

OpenAI SDK     base_url={running.url}/v1
Anthropic SDK  base_url={running.url}
both           eval "$({assay} env)" sets base URLs and key

call           {assay} chat "Why is the sea salty?"
verify         {assay} receipts ls; {assay} receipts export ID; {assay} verify FILE
stop           {assay} down"""
    )


def _as_typed() -> str:
    """How to type `assay` here: its name where the shell finds it by that, else its path."""
    typed = Path(sys.argv[0])
    found = shutil.which(typed.name)
    return typed.name if found and Path(found).resolve() == typed.resolve() else os.path.relpath(typed)


def _hold(supervisor: Supervisor, home: Home) -> None:
    """Wait for Ctrl-C, for being told to end, or for the gateway's own end."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        click.echo("\nCtrl-C stops it.")
        supervisor.wait_for_end()
    except KeyboardInterrupt:
        click.echo()
    else:
        click.echo(f"The gateway has ended by itself; its last words are in {home.output}.", err=True)
        sys.exit(1)


def _stop(supervisor: Supervisor, running: Running) -> None:
    if supervisor.find() == running:
        supervisor.stop(running)
        click.echo("Stopped.")
