"""Evidence of real machines, where the vectors lie beside the checkout; they are not ours to ship."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.interop.web import running
from tests.interop.web.agreeing import agree, flipped, with_document
from tests.interop.web.running import Case
from tests.unit.trust.evidence import real_nitro

from assay.trust.evidence import Evidence, roots

SNP_VECTORS = Path(__file__).resolve().parents[4] / "shared" / "vectors" / "snp"

pytestmark = running.needed


@real_nitro.needed
def test_they_agree_on_real_hardware_of_aws() -> None:
    case = Case(Evidence("nitro", real_nitro.document()), roots.PRODUCTION, real_nitro.ISSUED)
    chance = random.Random(6)
    genuine, *others = agree(
        [case, *(with_document(case, flipped(real_nitro.document(), chance)) for _ in range(60))],
        on_the_code=False,
    )
    assert genuine["claims"]["identity"] == "i-0827e799ec9232d44-enc019b55a68bd2ed4b"
    assert all("error" in other for other in others)


@pytest.mark.skipif(not SNP_VECTORS.is_dir(), reason="no vectors of real hardware beside this checkout")
def test_they_agree_on_real_hardware_of_amd() -> None:
    document = (SNP_VECTORS / "attestation.bin").read_bytes()
    collateral = {
        "vcek": (SNP_VECTORS / "vcek.testcer").read_bytes(),
        "chain": (SNP_VECTORS / "milan.testcer").read_bytes(),
    }
    case = Case(Evidence("snp", document, collateral), roots.PRODUCTION, datetime(2026, 3, 1, tzinfo=UTC))
    chance = random.Random(7)
    genuine, *others = agree([case, *(with_document(case, flipped(document, chance)) for _ in range(60))])
    assert genuine["claims"]["debug"] is True
    assert all("error" in other for other in others)
