"""`assay verify`: offline, with the policy of this machine or another one."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from assay.apps.cli.verdicts import show_verdict
from assay.apps.network.home import Home
from assay.trust.receipts.policy import Policy
from assay.trust.receipts.verify import verify_file


class _Time(click.ParamType[datetime]):
    name = "iso-time"

    def convert(
        self, value: object, param: click.Parameter | None, context: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            time = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not an ISO 8601 time, such as 2026-11-24T12:00:00Z", param, context)
        return time if time.tzinfo else time.replace(tzinfo=UTC)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--policy", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Policy to judge by."
)
@click.option("--at", type=_Time(), help="Judge as of this time; default: now.")
@click.option("--json", "as_json", is_flag=True, help='Print {"level", "checks"}.')
def verify(file: Path, policy: Path | None, at: datetime | None, as_json: bool) -> None:
    """Check the bundle FILE. Ends with 0 only if the level meets the policy's floor.

    The policy is trust.json in $ASSAY_HOME unless another one is given; with none, nobody is believed.
    """
    believed = _policy(policy)
    verdict = verify_file(file.read_bytes(), believed, at or datetime.now(UTC))
    if as_json:
        click.echo(json.dumps(verdict.to_json()))
    else:
        show_verdict(verdict, believed.floor)
    sys.exit(0 if verdict.level.meets(believed.floor) else 1)


def _policy(path: Path | None) -> Policy:
    path = path or Home.find(os.environ).trust
    if not path.exists():
        click.echo("no policy: nobody is believed (`assay trust add URL`, or --policy FILE)", err=True)
        return Policy()
    return Policy.from_bytes(path.read_bytes())
