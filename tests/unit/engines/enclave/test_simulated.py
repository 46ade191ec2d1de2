from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from assay.engines.enclave.enclave import Enclave
from assay.engines.enclave.secret_file import SecretFileExposed, SecretFileUnreadable
from assay.engines.enclave.simulated import SimulatedEnclave
from assay.engines.enclave.simulated_root import FILE_NAME
from assay.trust.evidence import AnchorKind, Claims, EvidenceExpired, EvidenceUntrustedRoot, nitro

START = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def enclave(tmp_path: Path, clock: Clock) -> SimulatedEnclave:
    return SimulatedEnclave.open(tmp_path, clock=clock)


def verified(enclave: Enclave, document: bytes, at: datetime) -> Claims:
    return nitro.verify(document, [enclave.anchor()], at)


def test_its_documents_verify_under_its_anchor(enclave: SimulatedEnclave) -> None:
    claims = verified(enclave, enclave.attest(user_data=b"keys", nonce=b"n", public_key=b"k"), START)
    assert claims.anchor.kind is AnchorKind.SIMULATED
    assert (claims.bound, claims.nonce, claims.public_key) == (b"keys", b"n", b"k")
    assert claims.issued_at == START
    assert claims.measured


def test_it_says_what_it_is_wherever_it_has_a_name(enclave: SimulatedEnclave, tmp_path: Path) -> None:
    assert "SIMULATED" in enclave.anchor().name
    assert verified(enclave, enclave.attest(user_data=b""), START).identity.startswith("SIMULATED-")
    root = x509.load_pem_x509_certificate((tmp_path / FILE_NAME).read_bytes())
    assert "SIMULATED enclave root - proves nothing about hardware" in root.subject.rfc4514_string()


def test_its_registers_are_its_measurements_then_zeros(enclave: SimulatedEnclave) -> None:
    registers = dict(verified(enclave, enclave.attest(user_data=b""), START).measurements)
    assert {name: registers.pop(name) for name in ("PCR0", "PCR1", "PCR2")} == enclave.measurements
    assert registers == {f"PCR{index}": "00" * 48 for index in range(3, 16)}


def test_the_configuration_is_measured(tmp_path: Path, clock: Clock) -> None:
    digest = bytes(range(48))
    enclave = SimulatedEnclave.open(tmp_path, clock=clock, config_digest=digest)
    assert verified(enclave, enclave.attest(user_data=b""), START).measurements["PCR2"] == digest.hex()
    with pytest.raises(ValueError, match="SHA-384"):
        SimulatedEnclave.open(tmp_path, clock=clock, config_digest=b"short")


def test_the_root_stays_and_each_boot_is_another(tmp_path: Path, clock: Clock) -> None:
    one, two = (SimulatedEnclave.open(tmp_path, clock=clock) for _ in range(2))
    assert one.anchor() == two.anchor()
    of_one, of_two = (verified(one, enclave.attest(user_data=b""), START) for enclave in (one, two))
    assert of_one.identity != of_two.identity


def test_another_installation_has_another_root(
    enclave: SimulatedEnclave, tmp_path: Path, clock: Clock
) -> None:
    other = SimulatedEnclave.open(tmp_path / "other", clock=clock)
    with pytest.raises(EvidenceUntrustedRoot):
        verified(enclave, other.attest(user_data=b""), START)


def test_processes_that_start_together_share_one_root(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from datetime import UTC, datetime\n"
        "from assay.engines.enclave.simulated import SimulatedEnclave\n"
        "now = lambda: datetime.now(UTC)\n"
        "print(SimulatedEnclave.open(Path(sys.argv[1]), clock=now).anchor().fingerprint)"
    )
    starting = [
        subprocess.Popen([sys.executable, "-c", program, tmp_path / "new"], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    fingerprints = [process.communicate(timeout=60)[0].strip() for process in starting]
    assert len(set(fingerprints)) == 1
    assert len(fingerprints[0]) == 64


class TestLeaf:
    def test_it_lives_for_three_hours(self, enclave: SimulatedEnclave) -> None:
        document = enclave.attest(user_data=b"")
        end = (START + 3 * HOUR).replace(microsecond=0)
        assert verified(enclave, document, end).not_after == end
        with pytest.raises(EvidenceExpired):
            verified(enclave, document, end + timedelta(seconds=1))

    def test_a_verifier_whose_clock_is_a_little_behind_accepts_it(self, enclave: SimulatedEnclave) -> None:
        verified(enclave, enclave.attest(user_data=b""), START - timedelta(seconds=50))

    @pytest.mark.parametrize("minutes", [0, 89, 90, 179, 180, 10_000])
    def test_a_document_is_good_for_a_while_whenever_it_is_made(
        self, enclave: SimulatedEnclave, clock: Clock, minutes: int
    ) -> None:
        clock.now += timedelta(minutes=minutes)
        document = enclave.attest(user_data=b"")
        verified(enclave, document, clock.now)
        verified(enclave, document, clock.now + timedelta(minutes=89))

    def test_a_clock_that_is_set_back_gets_a_new_one(self, enclave: SimulatedEnclave, clock: Clock) -> None:
        clock.now = START + 5 * HOUR
        enclave.attest(user_data=b"")
        clock.now = START + HOUR
        verified(enclave, enclave.attest(user_data=b""), clock.now)

    def test_it_is_not_renewed_without_need(self, enclave: SimulatedEnclave, clock: Clock) -> None:
        first = verified(enclave, enclave.attest(user_data=b""), START).not_after
        clock.now += HOUR
        assert verified(enclave, enclave.attest(user_data=b""), clock.now).not_after == first


@pytest.mark.parametrize(
    "too_long", [{"user_data": bytes(513)}, {"nonce": bytes(513)}, {"public_key": bytes(1025)}]
)
def test_more_bytes_than_the_format_holds(enclave: SimulatedEnclave, too_long: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match=next(iter(too_long))):
        enclave.attest(**{"user_data": b"", **too_long})


def test_a_root_open_to_others_is_refused(enclave: SimulatedEnclave, tmp_path: Path, clock: Clock) -> None:
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600
    (tmp_path / FILE_NAME).chmod(0o660)
    with pytest.raises(SecretFileExposed):
        SimulatedEnclave.open(tmp_path, clock=clock)


def test_a_root_that_is_not_whole_is_refused(enclave: SimulatedEnclave, tmp_path: Path, clock: Clock) -> None:
    file, other = tmp_path / FILE_NAME, tmp_path / "other"
    SimulatedEnclave.open(other, clock=clock)
    key, certificate = file.read_bytes().split(b"-----BEGIN CERTIFICATE-----")
    strange = (other / FILE_NAME).read_bytes().split(b"-----BEGIN CERTIFICATE-----")[1]
    for content in (b"", b"garbage", key, key + b"-----BEGIN CERTIFICATE-----" + strange):
        file.write_bytes(content)
        with pytest.raises(SecretFileUnreadable):
            SimulatedEnclave.open(tmp_path, clock=clock)
    file.write_bytes(key + b"-----BEGIN CERTIFICATE-----" + certificate)
    SimulatedEnclave.open(tmp_path, clock=clock)
