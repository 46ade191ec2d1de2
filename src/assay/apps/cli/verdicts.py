"""A verdict as people read it: one line for each check, and what it comes to."""

from __future__ import annotations

import json
import sys
from typing import NoReturn

import click

from assay.apps.cli.marks import Mark
from assay.trust.verdict import Level, Status, Verdict

_MARKS = {Status.PASSED: Mark.GOOD, Status.FAILED: Mark.BAD, Status.NOT_APPLICABLE: Mark.NONE}


def show_verdict(verdict: Verdict, floor: Level) -> None:
    """Print the checks as a table and the level below it."""
    width = max(len(check.name) for check in verdict.checks)
    for check in verdict.checks:
        click.echo(f"  {_MARKS[check.status]} {check.name.ljust(width)}  {check.detail}")
    met = verdict.level.meets(floor)
    level = click.style(verdict.level.value, fg="green" if met else "red", bold=True)
    click.echo(f"  {level}, floor {floor.value}: {'met' if met else 'not met'}")


def conclude(verdict: Verdict, floor: Level, *, as_json: bool) -> NoReturn:
    """Print the verdict, and end with 0 if its level meets ``floor``, else with 1."""
    if as_json:
        click.echo(json.dumps(verdict.to_json()))
    else:
        show_verdict(verdict, floor)
    sys.exit(0 if verdict.level.meets(floor) else 1)
