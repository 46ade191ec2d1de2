"""The node's evidence: renewed in time, kept by digest, and kept at all when it cannot be renewed."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assay.engines.enclave.boot_key import BootKey
from assay.engines.enclave.node_key import NodeKey
from assay.engines.enclave.simulated import SimulatedEnclave
from assay.errors import AssayError
from assay.services.gateway.attestor import (
    BURST,
    PER_SECOND,
    RENEW_AFTER,
    RETRY_AFTER,
    AttestationBusy,
    Attestor,
)
from assay.trust.evidence import Evidence

MOMENT = timedelta(seconds=1)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def attestor(tmp_path: Path, clock: Clock) -> Attestor:
    enclave = SimulatedEnclave.open(tmp_path / "enclave", clock=clock)
    return Attestor(enclave, BootKey(NodeKey.open(tmp_path / "keys"), clock), tmp_path / "evidence", clock)


def digest(attestor: Attestor) -> str:
    (claim,) = attestor.current()
    return claim.sha256


def test_renewed_after_its_time(attestor: Attestor, clock: Clock) -> None:
    first = digest(attestor)
    clock.now += RENEW_AFTER
    assert digest(attestor) == first
    clock.now += MOMENT
    second = digest(attestor)
    assert second != first
    clock.now += RENEW_AFTER
    assert digest(attestor) == second


def test_every_document_is_kept(attestor: Attestor, clock: Clock, tmp_path: Path) -> None:
    digests = []
    for _ in range(3):
        digests.append(digest(attestor))
        clock.now += RENEW_AFTER + MOMENT
    for name in digests:
        document = attestor.document(name)
        assert document is not None
        assert hashlib.sha256(document).hexdigest() == name
    assert {path.name for path in (tmp_path / "evidence").iterdir()} >= set(digests)


@pytest.mark.parametrize("name", ["", "0" * 64, "../keys/node", "../" * 20 + "etc", "A" * 64, "0" * 63])
def test_no_other_file_is_a_document(attestor: Attestor, name: str) -> None:
    assert attestor.document(name) is None


def test_kept_when_it_cannot_be_renewed(attestor: Attestor, clock: Clock, tmp_path: Path) -> None:
    """Receipts go on naming the last document, and the renewal is tried again a minute later, not with each of them."""
    first = digest(attestor)
    (tmp_path / "evidence").rename(tmp_path / "away")
    (tmp_path / "evidence").write_text("no directory")
    clock.now += RENEW_AFTER + MOMENT
    assert digest(attestor) == first

    (tmp_path / "evidence").unlink()
    (tmp_path / "away").rename(tmp_path / "evidence")
    assert digest(attestor) == first
    clock.now += RETRY_AFTER + MOMENT
    assert digest(attestor) != first
    assert not list((tmp_path / "evidence").glob("*.tmp"))


def test_strangers_do_not_wear_the_hardware_out(attestor: Attestor, clock: Clock) -> None:
    for _ in range(BURST):
        attestor.answer(b"n")
    with pytest.raises(AttestationBusy):
        attestor.answer(b"n")
    clock.now += timedelta(seconds=1 / PER_SECOND)
    attestor.answer(b"n")
    with pytest.raises(AttestationBusy):
        attestor.answer(b"n")
    clock.now += RENEW_AFTER + MOMENT
    assert digest(attestor), "the node's own evidence is renewed whatever strangers ask"
    for _ in range(BURST):
        attestor.answer(b"n")
    with pytest.raises(AttestationBusy):
        attestor.answer(b"n")


class Throttled(SimulatedEnclave):
    """Hardware whose host lets it rest from a moment on."""

    resting = False

    def evidence(self, bound: bytes, nonce: bytes) -> tuple[Evidence, ...]:
        if self.resting:
            raise AssayError("The host lets the hardware rest.")
        return super().evidence(bound, nonce)


def test_kept_when_the_hardware_gives_none(tmp_path: Path, clock: Clock) -> None:
    enclave = Throttled.open(tmp_path / "enclave", clock=clock)
    key = BootKey(NodeKey.open(tmp_path / "keys"), clock)
    attestor = Attestor(enclave, key, tmp_path / "evidence", clock)
    first = digest(attestor)
    enclave.resting = True
    clock.now += RENEW_AFTER + MOMENT
    assert digest(attestor) == first
