"""`assay keys`: the identity of this machine's node, and the keys that sign for it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from urllib.request import urlopen

import click

from assay.apps.network import identity
from assay.apps.network.home import Home
from assay.apps.network.introduction import follow
from assay.apps.network.supervisor import Supervisor
from assay.engines.enclave.node_key import FILE_NAME, NodeKey
from assay.errors import ConfigError
from assay.trust.envelope import key_id
from assay.trust.evidence.collection import Collection
from assay.trust.keys.succession import Succession


class NoIdentity(ConfigError):
    """No node was ever started here; to look for its keys must not make any."""

    code = "no_identity"
    hint = "assay up makes one; $ASSAY_HOME says where it lives"


class NodeStopped(ConfigError):
    """No node runs here, so no key signs at present."""

    code = "no_node_runs"
    hint = "assay up, or name the key"


class NodeRuns(ConfigError):
    """The node runs, and would go on under the identity it was started with."""

    code = "node_runs"
    hint = "stop it first: assay down"


@click.group()
def keys() -> None:
    """Show the keys of this machine's node, take one back, or hand its identity on."""


@keys.command("list")
def list_keys() -> None:
    """List the identity and those before it, the key that signs now, and those that were taken back."""
    home = _home()
    click.echo(f"identity  {_named(NodeKey.open(home.keys).public_key)}")
    if (collection := _attested(home)) and collection.certificate:
        click.echo(f"signs     {_named(collection.key)}, certified until {collection.certificate.not_after}")
    for succession in identity.successions(home):
        click.echo(f"formerly  {succession.old}  until {succession.at:%Y-%m-%d %H:%MZ}")
    for revocation in identity.revocations(home):
        click.echo(f"revoked   {revocation.key}  on {revocation.at:%Y-%m-%d %H:%MZ}: {revocation.reason}")


@keys.command()
@click.argument("key", required=False)
@click.option("--current", is_flag=True, help="The key that signs now.")
@click.option("--reason", default="", help="For people to read.")
def revoke(key: str | None, current: bool, reason: str) -> None:
    """Take back KEY (hex): what it signs from here on is not this node's, whatever time it says.

    A running node makes itself another key when it is started anew.
    """
    if (key is None) != current:
        raise click.UsageError("Name a key, or say --current.")
    home = _home()
    revocation = identity.revoke(home, key or _current(home), reason, datetime.now(UTC))
    click.echo(f"Revoked {revocation.key} from entry {revocation.size} of {revocation.log} on.")
    click.echo("Start the node anew (assay down; assay up): it takes another key, and publishes this.")


@keys.command()
def rotate() -> None:
    """Give this machine's node a new identity, signed for by the old one.

    The old one is gone then, and can take none of its keys back: revoke first what may be lost.
    """
    home = _home()
    if Supervisor(home).find() is not None:
        raise NodeRuns("The node runs, and would go on under its old identity.")
    file = identity.rotate(home, datetime.now(UTC))
    follow(home, Succession.verify(file.read_bytes()))
    click.echo(f"The new identity is {NodeKey.open(home.keys).public_key.hex()}.")
    click.echo(f"Give {file} to those who believe the old one: assay trust succeed FILE")


def _home() -> Home:
    """The home of this machine's node. Raises `NoIdentity`."""
    home = Home.find(os.environ)
    if not (home.keys / FILE_NAME).exists():
        raise NoIdentity(f"No node has an identity in {home.root}.")
    return home


def _named(public_key: bytes) -> str:
    """A key as policies write it, and as verdicts call it."""
    return f"{public_key.hex()}  called {key_id(public_key)[:16]}"


def _current(home: Home) -> str:
    collection = _attested(home)
    if collection is None:
        raise NodeStopped("No node runs here, so no key signs at present.")
    return collection.key.hex()


def _attested(home: Home) -> Collection | None:
    """What the running node attests to at present."""
    running = Supervisor(home).find()
    if running is None:
        return None
    with urlopen(f"{running.url}/attestation", timeout=10) as reply:  # noqa: S310 - its own node, by http
        return Collection.from_bytes(reply.read())
