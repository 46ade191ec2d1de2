"""`assay trust`: whom this machine believes."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import click

from assay.apps.client.environment import load_policy
from assay.apps.client.introduction import published_policy
from assay.apps.network.home import Home
from assay.trust.receipts.policy import Policy


@click.group()
def trust() -> None:
    """Show whom this machine believes, or come to believe a gateway."""


@trust.command()
def show() -> None:
    """Print the policy in $ASSAY_HOME/trust.json."""
    click.echo(json.dumps(load_policy().to_json(), indent=2))


@trust.command()
@click.argument("url")
@click.option("--yes", is_flag=True, help="Do not ask.")
def add(url: str, yes: bool) -> None:
    """Believe the gateway at URL from now on (trust on first use).

    Compare the node key with one you got another way: nothing but this connection vouches for it.
    """
    met = published_policy(url)
    for node in sorted(met.nodes):
        click.echo(f"node  {node}")
    for anchor in met.anchors:
        click.echo(f"root  {anchor.fingerprint} ({anchor.kind.value}: {anchor.name})")
    for log in met.logs:
        click.echo(f"log   {log.vkey}")
    if not yes:
        click.confirm("Believe them?", abort=True)
    home = Home.find(os.environ)
    home.create()
    known = load_policy(home) if home.trust.exists() else Policy()
    home.trust.write_text(json.dumps(_joined(known, met).to_json(), indent=2) + "\n")
    click.echo(f"written to {home.trust}")


def _joined(known: Policy, met: Policy) -> Policy:
    return replace(
        known,
        nodes=known.nodes | met.nodes,
        anchors=tuple(dict.fromkeys((*known.anchors, *met.anchors))),
        logs=tuple(dict.fromkeys((*known.logs, *met.logs))),
    )
