from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.unit.trust.evidence.forgery import NOW, Party, certify, chain_of

from assay.engines.enclave.simulated import SimulatedEnclave
from assay.trust.evidence import AnchorKind, TrustAnchor


@dataclass(frozen=True)
class Issued:
    """A document as the simulated enclave issues it, and the anchor that pins its root."""

    document: bytes
    anchor: TrustAnchor


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    directory: Path = tmp_path_factory.mktemp("enclave")
    enclave = SimulatedEnclave.open(directory, clock=lambda: NOW)
    document = enclave.attest(user_data=b"u" * 64, nonce=b"n" * 32, public_key=b"k" * 32)
    anchor = enclave.anchor()
    assert anchor.kind is AnchorKind.SIMULATED
    return Issued(document, anchor)


@pytest.fixture(scope="session")
def vendor_chain() -> list[Party]:
    """Root, two intermediates and a leaf, all in order."""
    root = certify("root", path_length=2)
    region = certify("region", root, path_length=1)
    return chain_of(root, region, certify("instance", region, path_length=0))
