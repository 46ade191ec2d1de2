"""`assay verify`: offline, with the policy of this machine or another one."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from assay.apps.cli.files import read_file
from assay.apps.cli.verdicts import show_verdict
from assay.apps.network.home import Home
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.policy import Policy
from assay.trust.receipts.verify import verify as verify_bundle
from assay.trust.receipts.verify import verify_file
from assay.trust.verdict import Level, Verdict


def _time(context: click.Context, parameter: click.Parameter, value: str | None) -> datetime:
    """The time that was typed, or now."""
    if value is None:
        return datetime.now(UTC)
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("not an ISO 8601 time, such as 2026-11-24T12:00:00Z") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--policy", type=click.Path(path_type=Path), help="Policy to judge by; default: this machine's."
)
@click.option(
    "--at",
    metavar="TIME",
    callback=_time,
    help="Judge as of this ISO 8601 time, UTC unless it says; default: now.",
)
@click.option(
    "--floor", type=click.Choice([level.value for level in Level]), help="Demand this level instead."
)
@click.option("--json", "as_json", is_flag=True, help='Print {"level", "checks"} as JSON.')
def verify(file: Path, policy: Path | None, at: datetime, floor: str | None, as_json: bool) -> None:
    """Check the receipt in FILE, a bundle or a bare envelope, with no network.

    Ends with 0 only if the level meets the policy's floor, with 2 if a file cannot be read. The policy is trust.json in
    $ASSAY_HOME; where there is none, nobody is believed.
    """
    content, believed = read_file(file), _policy(policy)
    if floor is not None:
        believed = replace(believed, floor=Level(floor))
    verdict = _judge(content, believed, at)
    if as_json:
        click.echo(json.dumps(verdict.to_json()))
    else:
        show_verdict(verdict, believed.floor)
    sys.exit(0 if verdict.level.meets(believed.floor) else 1)


def _judge(content: bytes, policy: Policy, at: datetime) -> Verdict:
    is_envelope = content.startswith(b"{")
    return verify_bundle(Bundle(content), policy, at) if is_envelope else verify_file(content, policy, at)


def _policy(path: Path | None) -> Policy:
    default = Home.find(os.environ).trust
    if path is None and not default.exists():
        click.echo(
            "There is no policy here, so nobody is believed: --policy FILE, or `assay trust add URL`.",
            err=True,
        )
        return Policy()
    return Policy.from_bytes(read_file(path or default))
