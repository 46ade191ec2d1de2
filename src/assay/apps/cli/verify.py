"""`assay verify`: with the policy of this machine or another one; offline, but for a chain that it is told to ask."""

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
from assay.trust.verdict import Check, Level, Verdict


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@policy_option
@at_option
@floor_option
@json_option
@click.option("--chain", "rpc", metavar="URL", help="Ask this node, too, whether its chain has the receipt.")
@click.option("--contract", metavar="ADDRESS", help="Believe this contract there, whatever its code.")
def verify(
    file: Path,
    policy: Path | None,
    at: datetime,
    floor: str | None,
    as_json: bool,
    rpc: str | None,
    contract: str | None,
) -> None:
    """Check the receipt in FILE, a bundle or a bare envelope, with no network.

    With --chain it also asks a chain's JSON-RPC whether the batch is there that the bundle's proof of settlement names.
    Ends with 0 only if the level meets the policy's floor, with 2 if a file cannot be read. The policy is trust.json in
    $ASSAY_HOME; where there is none, nobody is believed.
    """
    content, believed = read_file(file), with_floor(_policy(policy), floor)
    verdict = _judge(content, believed, at)
    if rpc is not None and verdict.level is not Level.REJECTED:
        bundle = Bundle(content) if _is_envelope(content) else Bundle.from_bytes(content)
        verdict = verdict.with_check(_ask(rpc, bundle, contract))
    conclude(verdict, believed.floor, as_json=as_json)


def _judge(content: bytes, policy: Policy, at: datetime) -> Verdict:
    if _is_envelope(content):
        return verify_bundle(Bundle(content), policy, at)
    return verify_file(content, policy, at)


def _is_envelope(content: bytes) -> bool:
    return content.startswith(b"{")


def _ask(url: str, bundle: Bundle, contract: str | None) -> Check:
    import asyncio  # heavier than all that is checked offline

    from assay.engines.chain.chain import connect  # needs the extra `chain`, which all else here does not
    from assay.engines.chain.library import to_checksum_address
    from assay.engines.chain.settled import check_settlement

    try:
        trusted = None if contract is None else to_checksum_address(contract)
    except ValueError:
        raise click.BadParameter(
            "not an address, such as 0x and 40 digits", param_hint="--contract"
        ) from None

    async def ask() -> Check:
        async with connect(url) as chain:
            return await check_settlement(chain, bundle, trusted)

    return asyncio.run(ask())


def _policy(path: Path | None) -> Policy:
    default = machine_policy()
    if path is None and not default.exists():
        click.echo(
            "There is no policy here, so nobody is believed: --policy FILE, or `assay trust add URL`.",
            err=True,
        )
        return Policy()
    return read_policy(path or default)
