"""Authorizations as a rail would have checked them."""

from __future__ import annotations

import hashlib

from assay.services.payments.payment import Authorization, Tally


def authorization(
    name: str, *, source: str = "payer", maximum: int = 100, identifier: str = "", rail: str = "upto"
) -> Authorization:
    """One of its own for every ``name``."""
    return Authorization(
        key=hashlib.sha256(name.encode()).digest(),
        rail=rail,
        source=source,
        payer="0x00000000000000000000000000000000000000aa",
        asset="eip155:31337/erc20:0x00000000000000000000000000000000000000bb",
        maximum=maximum,
        request=hashlib.sha256(b"request").digest(),
        identifier=identifier,
        signed=b'{"signature": "0x"}',
        expires_at=1_800_000_000,
    )


def anything(_: Tally) -> None:
    """Admits every payment."""
