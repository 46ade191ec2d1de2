"""What evidence claims, as people read it and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click

from assay.trust.evidence import Claims


def claims_to_json(claims: Claims) -> dict[str, Any]:
    """Every claim by its name; bytes in hexadecimal, times in RFC 3339."""
    return {
        "family": claims.family,
        "anchor": claims.anchor.to_json(),
        "identity": claims.identity,
        "measurements": dict(claims.measurements),
        "code": list(claims.code),
        "bound": claims.bound.hex(),
        "nonce": None if claims.nonce is None else claims.nonce.hex(),
        "public_key": None if claims.public_key is None else claims.public_key.hex(),
        "issued_at": None if claims.issued_at is None else claims.issued_at.isoformat(),
        "not_before": claims.not_before.isoformat(),
        "not_after": claims.not_after.isoformat(),
        "debug": claims.debug,
        "tcb_status": claims.tcb_status,
        "advisories": list(claims.advisories),
        "versions": dict(claims.versions),
        "attributes": dict(claims.attributes),
        "missing": list(claims.missing),
    }


def show_claims(parts: Sequence[Claims]) -> None:
    """Print the claims of each part, a line each; registers that are all zero are left out."""
    for claims in parts:
        click.echo(
            click.style(f"{claims.family} under {claims.anchor.name} ({claims.anchor.kind})", bold=True)
        )
        for name, value in _lines(claims):
            click.echo(f"  {name.ljust(20)}  {value}")


def _lines(claims: Claims) -> Iterator[tuple[str, str]]:
    yield "identity", claims.identity
    for register, digest in claims.measurements.items():
        if digest.strip("0"):
            yield register, digest
    yield "bound", claims.bound.hex()
    if claims.nonce is not None:
        yield "nonce", claims.nonce.hex()
    if claims.issued_at is not None:
        yield "issued at", f"{claims.issued_at:%Y-%m-%d %H:%M:%SZ}"
    yield "valid", f"{claims.not_before:%Y-%m-%d %H:%M:%SZ} to {claims.not_after:%Y-%m-%d %H:%M:%SZ}"
    if claims.debug is not None:
        yield "debug", "yes: its operator can read and change it" if claims.debug else "no"
    if claims.tcb_status is not None:
        yield "firmware", claims.tcb_status
    if claims.advisories:
        yield "advisories", ", ".join(claims.advisories)
    for name, value in (*claims.versions.items(), *claims.attributes.items()):
        yield name, str(value)
    if claims.missing:
        yield "not looked at", ", ".join(claims.missing)
