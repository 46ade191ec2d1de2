"""What every command that judges lets its caller choose: by which policy, as of when, down to which level."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from assay.apps.cli.files import read_file
from assay.apps.network.home import Home
from assay.trust.receipts.policy import Policy
from assay.trust.verdict import Level


def _time(context: click.Context, parameter: click.Parameter, value: str | None) -> datetime:
    """The time that was typed, or now."""
    if value is None:
        return datetime.now(UTC)
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("not an ISO 8601 time, such as 2026-11-24T12:00:00Z") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


policy_option = click.option(
    "--policy", type=click.Path(path_type=Path), help="Policy to judge by; default: this machine's."
)
at_option = click.option(
    "--at",
    metavar="TIME",
    callback=_time,
    help="Judge as of this ISO 8601 time, UTC unless it says; default: now.",
)
floor_option = click.option(
    "--floor", type=click.Choice([level.value for level in Level]), help="Demand this level instead."
)
json_option = click.option("--json", "as_json", is_flag=True, help='Print {"level", "checks"} as JSON.')


def machine_policy() -> Path:
    """Where this machine keeps its own policy."""
    return Home.find(os.environ).trust


def with_floor(policy: Policy, floor: str | None) -> Policy:
    """``policy``, with the level that was typed in place of its own."""
    return policy if floor is None else replace(policy, floor=Level(floor))


def read_policy(path: Path) -> Policy:
    """Raises `FileUnreadable` or `ConfigError`."""
    return Policy.from_bytes(read_file(path))
