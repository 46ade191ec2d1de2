"""`assay attest`: evidence of hardware, checked offline and shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from assay.apps.cli.claims import claims_to_json, show_claims
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
from assay.trust.evidence import EvidenceMalformed, families, roots
from assay.trust.evidence.collection import Collection
from assay.trust.evidence.document import read_document
from assay.trust.evidence.evidence import Evidence
from assay.trust.evidence.examination import examine
from assay.trust.keys import public_key
from assay.trust.receipts.policy import Policy
from assay.trust.verdict import Check


class Hex(click.ParamType[bytes]):
    """Bytes, typed in hexadecimal: so many, or at least one."""

    name = "hex"

    def __init__(self, size: int | None = None) -> None:
        self._size = size

    def convert(self, value: str, parameter: click.Parameter | None, context: click.Context | None) -> bytes:
        try:
            content = bytes.fromhex(value)
        except ValueError:
            self.fail("not hexadecimal", parameter, context)
        if not content:
            # Such as of a variable of the shell's that was never set: it would answer every file without a challenge.
            self.fail("empty", parameter, context)
        if self._size not in (None, len(content)):
            self.fail(f"not {self._size} bytes", parameter, context)
        return content


file_argument = click.argument("file", type=click.Path(path_type=Path))
kind_option = click.option(
    "--kind",
    type=click.Choice(families.FAMILIES),
    help="Family of a bare document; an evidence file of a node says it itself.",
)
collateral_option = click.option(
    "--collateral",
    "collateral",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Certificates, lists or manifests of the vendor's, in any order. May be given often.",
)


@click.group()
def attest() -> None:
    """Check evidence of hardware offline, or show what it claims."""


@attest.command()
@file_argument
@kind_option
@collateral_option
@at_option
@click.option("--nonce", type=Hex(), help="The challenge that it should answer.")
@click.option("--key", type=Hex(public_key.SIZE), help="The key that it should vouch for.")
@policy_option
@floor_option
@json_option
def verify(
    file: Path,
    kind: str | None,
    collateral: Sequence[Path],
    at: datetime,
    nonce: bytes | None,
    key: bytes | None,
    policy: Path | None,
    floor: str | None,
    as_json: bool,
) -> None:
    """Check the evidence in FILE with no network: an evidence file of a node, or a bare document (raw, hex, base64).

    Ends with 0 only if the level meets the policy's floor, with 2 if a file cannot be read. Believed are the vendors'
    roots and those of $ASSAY_HOME/trust.json; of --policy, its own alone.
    """
    believed = with_floor(_policy(policy), floor)
    evidence = _evidence(file, kind, collateral, key, nonce)
    examined = examine(believed.judge(), evidence, at, key=key, nonce=nonce)
    if examined.judgement and _is_revoked(examined.judgement.collection, believed):
        taken_back = Check.failed("binding", "the node took the key back that this evidence is for")
        examined = replace(examined, binding=taken_back)
    conclude(examined.verdict, believed.floor, as_json=as_json)


@attest.command()
@file_argument
@kind_option
@collateral_option
@at_option
@policy_option
@click.option("--json", "as_json", is_flag=True, help="Print the claims as JSON.")
def show(
    file: Path, kind: str | None, collateral: Sequence[Path], at: datetime, policy: Path | None, as_json: bool
) -> None:
    """Show what the evidence in FILE claims, once it is genuine. Whether that is good enough, `verify` says."""
    judgement = _policy(policy).judge().judge(_evidence(file, kind, collateral), at)
    if as_json:
        click.echo(json.dumps([claims_to_json(claims) for claims in judgement.claims], indent=2))
    else:
        show_claims(judgement.claims)


def _is_revoked(collection: Collection, policy: Policy) -> bool:
    """Whether the key is one that its node takes back. Of a receipt the log would say when; here nothing does."""
    certificate = collection.certificate
    return certificate is not None and any(
        (revocation.node, revocation.key) == (certificate.node, certificate.key)
        for revocation in policy.revocations
    )


def _policy(path: Path | None) -> Policy:
    if path is not None:
        return read_policy(path)
    known = read_policy(machine_policy()) if machine_policy().exists() else Policy()
    return replace(known, anchors=tuple(dict.fromkeys((*known.anchors, *roots.PRODUCTION))))


def _evidence(
    file: Path,
    kind: str | None,
    collateral: Sequence[Path],
    key: bytes | None = None,
    nonce: bytes | None = None,
) -> bytes:
    """The evidence file in ``file``, or one made of the bare document and the collateral that are there."""
    content = read_file(file)
    if kind is None:
        if collateral:
            raise click.UsageError("An evidence file brings its collateral; --collateral goes with --kind.")
        if not content.startswith(b"{"):
            raise click.UsageError("FILE is no evidence file of a node; of a bare document, say the --kind.")
        return content
    try:
        files = families.collect(kind, [read_file(path) for path in collateral])
    except EvidenceMalformed as error:
        raise click.BadParameter(error.message, param_hint="--collateral") from None
    bound_nonce = b"" if key is None or nonce is None else nonce
    part = Evidence(kind, read_document(content), files)
    return Collection((part,), key or b"", nonce=bound_nonce).to_bytes()
