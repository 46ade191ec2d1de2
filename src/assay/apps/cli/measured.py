"""What an image measures, as people read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import click

from assay.apps.cli.table import format_table
from assay.engines.enclave.manifest import Manifest
from assay.trust.envelope import key_id
from assay.trust.evidence.reference import ReferenceValue, ReferenceValues
from assay.trust.timestamp import write_time


def show_manifest(manifest: Manifest) -> None:
    """The digests of the layer and of what went into it."""
    _show_digests(manifest.layer, manifest.inputs)
    for path in manifest.left_out:
        click.echo(f"left out, as two wheels fill it differently: {path}", err=True)


def show_values(values: Iterable[ReferenceValue]) -> None:
    """One line a register."""
    rows = [
        (value.family, value.kind.value, name, digest)
        for value in values
        for name, digest in value.registers.items()
    ]
    click.echo(format_table(("FAMILY", "KIND", "REGISTER", "VALUE"), rows))


def show_reference_values(said: ReferenceValues) -> None:
    """All that a publisher signed."""
    _show_digests(said.image, said.inputs)
    click.echo(f"revision  {said.revision or 'not said'}")
    click.echo(f"measured  {write_time(said.built_at)}")
    click.echo(f"signed    {said.publisher}  called {key_id(bytes.fromhex(said.publisher))[:16]}")
    show_values(said.values)


def _show_digests(layer: str, inputs: Mapping[str, str]) -> None:
    for name, digest in {"layer": layer, **inputs}.items():
        click.echo(f"{name:8}  sha384:{digest}")
