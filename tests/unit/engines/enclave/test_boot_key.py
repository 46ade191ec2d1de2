"""The key of one boot: another each time, certified by the same identity, renewed while the node runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assay.engines.enclave.boot_key import LIFETIME, BootKey
from assay.engines.enclave.node_key import NodeKey

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def identity(tmp_path: Path) -> NodeKey:
    return NodeKey.open(tmp_path)


def test_every_boot_has_its_own(identity: NodeKey, tmp_path: Path) -> None:
    first, second = BootKey(identity, lambda: NOW), BootKey(identity, lambda: NOW)
    assert first.public_key != second.public_key
    assert first.certificate(NOW).node == second.certificate(NOW).node == identity.public_key.hex()
    secrets = [path.read_bytes() for path in tmp_path.iterdir()]
    assert len(secrets) == 1, "the key of a boot is written nowhere"


@pytest.mark.parametrize("later", [-timedelta(days=1), timedelta(0), LIFETIME / 2, LIFETIME, 9 * LIFETIME])
def test_its_certificate_always_holds(identity: NodeKey, later: timedelta) -> None:
    key = BootKey(identity, lambda: NOW)
    for at in (NOW, NOW + later, NOW + later + LIFETIME / 3):
        key.certificate(at).check(at)


def test_one_certificate_serves_for_days(identity: NodeKey) -> None:
    key = BootKey(identity, lambda: NOW)
    first = key.certificate(NOW)
    assert key.certificate(NOW + LIFETIME / 2 - SECOND) is first
    assert key.certificate(NOW + LIFETIME / 2) is not first
