"""`assay hardware`: which processors and GPUs go together."""

from __future__ import annotations

import json
import textwrap

import click

from assay.apps.cli.table import format_table
from assay.trust.evidence import hardware as table


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the table itself, with its sources.")
def hardware(as_json: bool) -> None:
    """List which GPUs run confidential models on which processors, as appraisal knows it."""
    if as_json:
        click.echo(json.dumps(table.hardware_table(), indent=2))
        return
    known = table.hardware()
    head = ("GPU", "chip", "processors", "driver from")
    rows = ((row.gpu, ", ".join(row.chips), ", ".join(row.platforms), row.driver) for row in known.gpus)
    click.echo(format_table(head, rows))
    for row in known.gpus:
        click.echo(f"\n{click.style(row.gpu, bold=True)}: {'; '.join(row.modes)}")
    click.echo(f"\n{click.style('Not accepted', bold=True)}")
    for name, why in known.not_listed.items():
        click.echo(textwrap.fill(f"{name}: {why}", initial_indent="  ", subsequent_indent="    "))
    click.echo(f"\nChecked {known.checked}; sources: assay hardware --json")
