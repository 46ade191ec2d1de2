from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.engines.tlog import Log
from assay.trust.transparency import NoteSigner


@pytest.fixture(scope="session")
def signer() -> NoteSigner:
    return NoteSigner("example.com/log", Ed25519PrivateKey.from_private_bytes(b"L" * 32))


@pytest.fixture
def open_log(tmp_path: Path, signer: NoteSigner) -> Iterator[Callable[[], Log]]:
    """Opens the log of this test, closing the one that was open before."""
    opened: list[Log] = []

    def reopen() -> Log:
        for log in opened:
            log.close()
        opened.append(Log.open(tmp_path, origin=signer.name, signer=signer))
        return opened[-1]

    yield reopen
    for log in opened:
        log.close()
