"""A report of a real Milan machine, where the vectors lie beside the checkout; it is not ours to ship."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.trust.evidence import snp

FOLDER = Path(__file__).resolve().parents[6] / "shared" / "vectors" / "snp"
needed = pytest.mark.skipif(not FOLDER.exists(), reason="no vectors of real hardware beside this checkout")


def document() -> bytes:
    return (FOLDER / "attestation.bin").read_bytes()


def collateral() -> dict[str, bytes]:
    return snp.collect([(FOLDER / name).read_bytes() for name in ("vcek.testcer", "milan.testcer")])
