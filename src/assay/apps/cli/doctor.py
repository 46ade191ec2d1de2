"""`assay doctor`: what keeps Assay from working on this machine, and what to do about it."""

from __future__ import annotations

import os
import sys

import click

from assay.apps.cli.marks import Mark
from assay.apps.network.examination import State, examine
from assay.apps.network.home import Home

_MARKS = {State.WELL: Mark.GOOD, State.DOUBTFUL: Mark.DOUBTFUL, State.BROKEN: Mark.BAD}


@click.command()
def doctor() -> None:
    """Look at Python, packages, models, permissions, enclave, disk, clock and gateway.

    Ends with 1 if something is broken.
    """
    findings = list(examine(Home.find(os.environ)))
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        click.echo(f"  {_MARKS[finding.state]} {finding.what.ljust(width)}  {finding.said}")
        if finding.remedy:
            click.echo(f"    {'':{width}}  {finding.remedy}")
    sys.exit(1 if any(finding.state is State.BROKEN for finding in findings) else 0)
