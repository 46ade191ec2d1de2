"""`assay trust`: whom this machine believes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from assay.apps.cli.files import read_file
from assay.apps.cli.measured import show_reference_values
from assay.apps.client.environment import load_policy
from assay.apps.network.home import Home
from assay.apps.network.introduction import believe, expect, follow
from assay.errors import ConfigError
from assay.trust.envelope import key_id
from assay.trust.evidence.anchors import AnchorKind
from assay.trust.evidence.reference import ReferenceValues
from assay.trust.keys.succession import Succession
from assay.trust.receipts.policy import Policy

_WORTH = {
    AnchorKind.DEBUG: "DEBUG: hardware for engineers, which keeps no secret. Its evidence is worth little.",
    AnchorKind.SIMULATED: "SIMULATED: software made this root. Its evidence proves nothing about hardware.",
}


class NodeNotBelieved(ConfigError):
    """A node that nobody here believes has handed its identity on."""

    code = "node_not_believed"
    hint = "believe the new one as you would any other: assay trust add URL"


@click.group()
def trust() -> None:
    """Show whom this machine believes, or come to believe a gateway or a publisher."""


@trust.command()
@click.option("--json", "as_json", is_flag=True, help="Print the policy file itself.")
def show(as_json: bool) -> None:
    """Show the policy in $ASSAY_HOME/trust.json."""
    policy = load_policy()
    if as_json:
        click.echo(json.dumps(policy.to_json(), indent=2))
        return
    _show_believed(policy)
    click.echo(f"floor    {policy.floor.value}")
    if policy.require_inclusion:
        click.echo(f"log      a proof is demanded, with {policy.quorum} witnesses")


@trust.command()
@click.argument("url")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
def add(url: str, yes: bool) -> None:
    """Believe the gateway at URL from now on (trust on first use).

    Compare its node key with one you got another way: nothing but this connection vouches for it.
    """
    from assay.apps.client.introduction import published_policy

    met = published_policy(url)
    _show_believed(met)
    if not yes:
        click.confirm("Believe them?", abort=True)
    home = Home.find(os.environ)
    home.create()
    believe(home, met)
    click.echo(f"Written to {home.trust}.")


@trust.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--by", required=True, metavar="KEY", help="The publisher's key in hex, got another way.")
def measurements(file: Path, by: str) -> None:
    """Know the code that FILE describes, a signed measurements.json, from now on.

    Evidence of code that is not known is worth less, however good the hardware.
    """
    said = ReferenceValues.verify(read_file(file), by)
    show_reference_values(said)
    home = Home.find(os.environ)
    home.create()
    expect(home, [value.registers for value in said.values])
    click.echo(f"Written to {home.trust}.")


@trust.command()
@click.argument("file", type=click.Path(path_type=Path))
def succeed(file: Path) -> None:
    """Follow a node to its new identity, and believe the old one no longer by name.

    FILE is the succession that `assay keys rotate` wrote, signed by both.
    """
    succession = Succession.verify(read_file(file))
    home = Home.find(os.environ)
    if not follow(home, succession):
        raise NodeNotBelieved(f"This machine does not believe {succession.old}, so it follows it nowhere.")
    click.echo(f"Believed from now on, in its place: {succession.new}")


def _show_believed(policy: Policy) -> None:
    for node in sorted(policy.nodes):
        click.echo(f"node     {node}  called {key_id(bytes.fromhex(node))[:16]}")
    for payee in policy.payees:
        click.echo(f"payee    {payee.account}  of {key_id(bytes.fromhex(payee.node))[:16]}")
    for anchor in policy.anchors:
        click.echo(f"root     {anchor.fingerprint}  {anchor.family}, {anchor.kind.value}: {anchor.name}")
        if anchor.kind is not AnchorKind.PRODUCTION:
            click.echo(f"{'':9}{click.style(_WORTH[anchor.kind], fg='yellow', bold=True)}")
    for log in policy.logs:
        click.echo(f"log      {log.vkey}")
    for registers in policy.measurements:
        click.echo(f"code     {'  '.join(f'{name} {value}' for name, value in registers.items())}")
    for revocation in policy.revocations:
        click.echo(f"revoked  {revocation.key}  from entry {revocation.size} of {revocation.log} on")
    for witness in policy.witnesses:
        click.echo(f"witness  {witness.vkey}")
