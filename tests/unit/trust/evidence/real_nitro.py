"""A document of a real Nitro enclave, where the vectors lie beside the checkout; it is not ours to ship."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.trust.evidence import AnchorKind, TrustAnchor

FILE = Path(__file__).resolve().parents[5] / "shared" / "vectors" / "nitro" / "dstack_nsm.bin"
needed = pytest.mark.skipif(not FILE.exists(), reason="no vectors of real hardware beside this checkout")

ISSUED = datetime(2025, 12, 25, 13, 15, 37, tzinfo=UTC)
AWS_ROOT_G1 = TrustAnchor(
    AnchorKind.PRODUCTION,
    "nitro",
    "AWS Nitro root G1",
    "641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b",
)


def padded() -> bytes:
    """The document and the zeros up to the end of the buffer it was read into."""
    return FILE.read_bytes()[4:]


def document() -> bytes:
    return padded()[:4527]
