"""The option by which a command pays out of a budget."""

from __future__ import annotations

from pathlib import Path

import click

from assay.apps.client.paying.finding import VARIABLE

budget_option = click.option(
    "--budget",
    envvar=VARIABLE,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Pay out of the budget in FILE, which `assay budget new` wrote, instead of by key.",
)
