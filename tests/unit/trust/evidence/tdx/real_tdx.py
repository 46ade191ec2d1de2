"""A quote of a real TDX machine, where the vectors lie beside the checkout; it is not ours to ship."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.trust.evidence import tdx

FOLDER = Path(__file__).resolve().parents[6] / "shared" / "vectors" / "tdx"
needed = pytest.mark.skipif(not FOLDER.exists(), reason="no vectors of real hardware beside this checkout")

AT = datetime(2025, 7, 4, tzinfo=UTC)
FROM = datetime(2025, 6, 19, 10, 32, 27, tzinfo=UTC)
UNTIL = datetime(2025, 7, 19, 10, 0, 34, tzinfo=UTC)


def document() -> bytes:
    return (FOLDER / "tdx_quote").read_bytes()


def collateral() -> dict[str, bytes]:
    return tdx.collect([(FOLDER / "tdx_quote_collateral.json").read_bytes()])
