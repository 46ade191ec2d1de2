"""`assay verify`: offline, with the policy of this machine or another one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from assay.apps.cli.files import read_file
from assay.apps.cli.judging import (
    at_option,
    floor_option,
    json_option,
    machine_policy,
    policy_option,
    read_policy,
    with_floor,
)
from assay.apps.cli.verdicts import conclude
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.policy import Policy
from assay.trust.receipts.verify import verify as verify_bundle
from assay.trust.receipts.verify import verify_file
from assay.trust.verdict import Verdict


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@policy_option
@at_option
@floor_option
@json_option
def verify(file: Path, policy: Path | None, at: datetime, floor: str | None, as_json: bool) -> None:
    """Check the receipt in FILE, a bundle or a bare envelope, with no network.

    Ends with 0 only if the level meets the policy's floor, with 2 if a file cannot be read. The policy is trust.json in
    $ASSAY_HOME; where there is none, nobody is believed.
    """
    content, believed = read_file(file), with_floor(_policy(policy), floor)
    conclude(_judge(content, believed, at), believed.floor, as_json=as_json)


def _judge(content: bytes, policy: Policy, at: datetime) -> Verdict:
    is_envelope = content.startswith(b"{")
    return verify_bundle(Bundle(content), policy, at) if is_envelope else verify_file(content, policy, at)


def _policy(path: Path | None) -> Policy:
    default = machine_policy()
    if path is None and not default.exists():
        click.echo(
            "There is no policy here, so nobody is believed: --policy FILE, or `assay trust add URL`.",
            err=True,
        )
        return Policy()
    return read_policy(path or default)
