"""A verdict as people read it: one line for each check, and what it comes to."""

from __future__ import annotations

import click

from assay.trust.receipts.verdict import Level, Status, Verdict

_MARKS = {
    Status.PASSED: ("✓", "green"),
    Status.FAILED: ("✗", "red"),
    Status.NOT_APPLICABLE: ("–", "bright_black"),
}


def show_verdict(verdict: Verdict, floor: Level) -> None:
    """Print the checks as a table and the level below it."""
    width = max(len(check.name) for check in verdict.checks)
    for check in verdict.checks:
        mark, colour = _MARKS[check.status]
        click.echo(f"  {click.style(mark, fg=colour)} {check.name.ljust(width)}  {check.detail}")
    met = verdict.level.meets(floor)
    level = click.style(verdict.level.value, fg="green" if met else "red", bold=True)
    click.echo(f"  {level}: {'meets' if met else 'does not meet'} the floor {floor.value}")
