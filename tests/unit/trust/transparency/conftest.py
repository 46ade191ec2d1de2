from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.trust.transparency import CosignatureSigner, NoteSigner


@pytest.fixture(scope="session")
def log() -> NoteSigner:
    return NoteSigner("example.com/log", Ed25519PrivateKey.from_private_bytes(b"L" * 32))


@pytest.fixture(scope="session")
def witness() -> CosignatureSigner:
    return CosignatureSigner("witness.example/w1", Ed25519PrivateKey.from_private_bytes(b"W" * 32))
