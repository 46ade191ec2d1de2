"""`assay enclave`: make the gateway's image, and say what it measures, so that others can say the same."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from assay.apps.cli.files import FileUnwritable, read_file, write_file
from assay.apps.cli.measured import show_manifest, show_reference_values, show_values
from assay.apps.cli.registers import read_registers
from assay.apps.network.home import Home
from assay.engines.enclave.image import ImageInputs, examine
from assay.engines.enclave.manifest import Manifest
from assay.engines.enclave.measurement import platform
from assay.engines.enclave.nitro_cli import read_measurements
from assay.engines.enclave.node_key import FILE_NAME, NodeKey
from assay.engines.enclave.packages import Packages
from assay.trust.evidence.anchors import AnchorKind
from assay.trust.evidence.reference import ReferenceValue, ReferenceValues
from assay.trust.receipts.policy import Policy

_FILE = click.Path(path_type=Path)
_INPUTS = (
    click.option("--packages", type=_FILE, help="Folder of `pip install --target`; default: what runs here."),
    click.option("--config", type=_FILE, help="The node's assay.toml; it must not hold a secret."),
    click.option("--policy", type=_FILE, help="The policy by which the node judges others."),
    click.option("--lock", type=_FILE, help="Pinned versions, such as constraints.txt."),
)


def _with_inputs(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_INPUTS):
        command = option(command)
    return command


@click.group()
def enclave() -> None:
    """Build the gateway's enclave image, measure it, or read what somebody signed of it."""


@enclave.command()
@click.argument("out", type=_FILE)
@_with_inputs
def build(out: Path, **inputs: Path | None) -> None:
    """Write the image's layer and its manifest into the folder OUT.

    The same inputs give the same bytes for everybody. deploy/ says how an enclave is booted from them.
    """
    made_from = _image_inputs(**inputs)
    try:
        show_manifest(made_from.build(out))
    except OSError as error:
        raise FileUnwritable(f"{out} cannot be written: {error.strerror}.") from error
    click.echo(f"Written to {out}.")


@enclave.command()
@click.argument("image", type=_FILE, required=False)
@_with_inputs
@click.option("--nitro", type=_FILE, help="What `nitro-cli build-enclave` printed.")
@click.option(
    "--register",
    "registers",
    metavar="FAMILY:REGISTER=HEX",
    multiple=True,
    callback=read_registers,
    help="What another tool computed, such as snp:MEASUREMENT.",
)
@click.option("--output", "-o", type=_FILE, help="Sign it all into this file, such as measurements.json.")
@click.option("--key", type=_FILE, help="PEM of the Ed25519 key that signs; default: the node's.")
@click.option("--revision", default="", help="Revision of the source, to be signed along.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def measure(
    image: Path | None,
    nitro: Path | None,
    registers: tuple[ReferenceValue, ...],
    output: Path | None,
    key: Path | None,
    revision: str,
    as_json: bool,
    **inputs: Path | None,
) -> None:
    """Say what IMAGE measures, or what an image of these inputs would.

    IMAGE is a folder that `assay enclave build` wrote. It is taken apart and built again, and refused unless that
    gives the same bytes.
    """
    if image is not None and any(inputs.values()):
        raise click.UsageError("An IMAGE has its inputs in it: name either.")
    manifest = examine(image) if image is not None else _image_inputs(**inputs).measure()
    values = (ReferenceValue("nitro", AnchorKind.SIMULATED, manifest.registers()), *registers)
    if nitro is not None:
        values += (ReferenceValue("nitro", AnchorKind.PRODUCTION, read_measurements(read_file(nitro))),)
    if output is not None:
        signer = NodeKey.read(key or Home.find(os.environ).keys / FILE_NAME)
        write_file(output, _said(manifest, values, revision, signer).sign(signer.sign), mode=0o644)
    if as_json:
        click.echo(json.dumps(_to_json(manifest, values)))
        return
    show_manifest(manifest)
    show_values(values)
    click.echo(f"A simulated enclave on this machine shows PCR1 {platform().hex()}.")


@enclave.command()
@click.argument("file", type=_FILE)
@click.option("--by", metavar="KEY", help="The publisher's key in hex: refuse what another one signed.")
@click.option("--json", "as_json", is_flag=True, help="Print the signed statement.")
def describe(file: Path, by: str | None, as_json: bool) -> None:
    """Show the reference values in FILE, if their signature holds."""
    said = ReferenceValues.verify(read_file(file), by)
    if by is None:
        click.echo(
            "Nothing here vouches for the key that signed: get it another way, and use --by.", err=True
        )
    if as_json:
        click.echo(json.dumps(said.to_json()))
    else:
        show_reference_values(said)


def _image_inputs(
    packages: Path | None, config: Path | None, policy: Path | None, lock: Path | None
) -> ImageInputs:
    inputs = ImageInputs(
        packages=Packages.here() if packages is None else Packages.below(packages),
        config=b"" if config is None else read_file(config),
        policy=b"" if policy is None else read_file(policy),
        lock=b"" if lock is None else read_file(lock),
    )
    if inputs.policy:
        Policy.from_bytes(inputs.policy)  # An image is the wrong place to find out that it cannot be read.
    return inputs


def _said(
    manifest: Manifest, values: tuple[ReferenceValue, ...], revision: str, signer: NodeKey
) -> ReferenceValues:
    return ReferenceValues(
        image=manifest.layer,
        inputs=manifest.inputs,
        values=values,
        revision=revision,
        publisher=signer.public_key.hex(),
        built_at=datetime.now(UTC),
    )


def _to_json(manifest: Manifest, values: tuple[ReferenceValue, ...]) -> dict[str, Any]:
    return {
        "layer": manifest.layer,
        "inputs": dict(manifest.inputs),
        "measurements": [value.to_json() for value in values],
        "left_out": list(manifest.left_out),
    }
