"""Reports by way of Linux: what a guest asks its kernel, and what it makes of the answer."""

from __future__ import annotations

import errno
import struct
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from tests.unit.engines.enclave.kernel import Tsm
from tests.unit.trust.evidence.forgery import NOW
from tests.unit.trust.evidence.snp import forgery

from assay.engines.enclave import tsm_report
from assay.engines.enclave.certificate_table import read_table
from assay.engines.enclave.tsm import TsmEnclave
from assay.engines.enclave.tsm_report import TsmUnavailable
from assay.trust.evidence import (
    AnchorKind,
    EvidenceCollateralMissing,
    EvidenceMalformed,
    EvidenceUntrustedRoot,
    TrustAnchor,
    families,
)

VCEK = "63da758d-e664-4564-adc5-f4b93be8accd"
ASK = "4ab7b379-bbac-4fe4-a02f-05aef327c782"
ARK = "c0b406a4-a803-4952-9743-3fb6014cd0ae"
OF_THE_HOST = "11111111-2222-3333-4444-555555555555"


def report(data: bytes) -> bytes:
    return forgery.report(report_data=data)


def der(authority: forgery.Authority) -> bytes:
    return authority.certificate.public_bytes(Encoding.DER)


def table(*entries: tuple[str, bytes]) -> bytes:
    """The host's table: entries, one of zeros, then the contents."""
    offset = 24 * (len(entries) + 1)
    head, contents = b"", b""
    for guid, content in entries:
        head += UUID(guid).bytes + struct.pack("<II", offset + len(contents), len(content))
        contents += content
    return head + bytes(24) + contents


@pytest.fixture
def certificates() -> bytes:
    milan = forgery.vcek("Milan").der, der(forgery.ask("Milan")), der(forgery.ark("Milan"))
    return table((OF_THE_HOST, b"?"), *zip((VCEK, ASK, ARK), milan, strict=True))


@pytest.fixture
def anchors() -> tuple[TrustAnchor, ...]:
    return (forgery.anchor(forgery.ark("Milan")),)


def opened(tsm: Tsm, anchors: tuple[TrustAnchor, ...], *collateral: bytes) -> TsmEnclave:
    return TsmEnclave.open(clock=lambda: NOW, collateral=collateral, anchors=anchors, directory=tsm.directory)


def test_a_guest_says_where_it_runs(
    tmp_path: Path, certificates: bytes, anchors: tuple[TrustAnchor, ...]
) -> None:
    enclave = opened(Tsm(tmp_path, "sev_guest", report, certificates), anchors)
    assert enclave.family == "snp"
    assert enclave.measurements["MEASUREMENT"] == (b"m" * 48).hex()
    assert enclave.anchor() == anchors[0]


def test_evidence_is_over_what_was_bound(
    tmp_path: Path, certificates: bytes, anchors: tuple[TrustAnchor, ...]
) -> None:
    enclave = opened(Tsm(tmp_path, "sev_guest", report, certificates), anchors)
    (evidence,) = enclave.evidence(bytes(range(64)), b"nonce")
    assert families.verify(evidence, anchors, NOW).bound == bytes(range(64))
    assert not list(tmp_path.iterdir()), "a request was left behind"


def test_a_host_without_certificates(tmp_path: Path, anchors: tuple[TrustAnchor, ...]) -> None:
    tsm = Tsm(tmp_path, "sev_guest", report)
    with pytest.raises(EvidenceCollateralMissing):
        opened(tsm, anchors)
    enclave = opened(tsm, anchors, *forgery.collateral("Milan").values())
    (evidence,) = enclave.evidence(b"r" * 64, b"")
    assert families.verify(evidence, anchors, NOW).missing == ()


def test_hardware_that_nobody_pins_is_found_out_at_boot(tmp_path: Path, certificates: bytes) -> None:
    other = TrustAnchor(AnchorKind.PRODUCTION, "snp", "another", "00" * 32)
    with pytest.raises(EvidenceUntrustedRoot):
        opened(Tsm(tmp_path, "sev_guest", report, certificates), (other,))


def test_a_kind_of_report_that_is_not_known(tmp_path: Path, anchors: tuple[TrustAnchor, ...]) -> None:
    with pytest.raises(TsmUnavailable, match="arm_cca_guest"):
        opened(Tsm(tmp_path, "arm_cca_guest", report), anchors)


def test_a_quote_goes_through_as_it_came(tmp_path: Path) -> None:
    said = tsm_report.request(
        b"data", Tsm(tmp_path, "tdx_guest", lambda data: b"quote over " + data).directory
    )
    assert (said.provider, said.outblob, said.auxblob) == ("tdx_guest", b"quote over data", b"")


def test_somebody_else_at_the_request(tmp_path: Path) -> None:
    tsm = Tsm(tmp_path, "tdx_guest", lambda data: data)
    tsm.intruder = True
    with pytest.raises(TsmUnavailable, match="somebody else"):
        tsm_report.request(b"data", tsm.directory)
    assert not list(tmp_path.iterdir())


def test_a_machine_that_is_no_guest(tmp_path: Path) -> None:
    with pytest.raises(TsmUnavailable, match="No such file"):
        tsm_report.request(b"data", tmp_path / "tsm" / "report")


def test_a_host_that_does_not_answer(tmp_path: Path) -> None:
    def busy(data: bytes) -> bytes:
        raise OSError(errno.EBUSY, "Device or resource busy")

    with pytest.raises(TsmUnavailable, match="busy"):
        tsm_report.request(b"data", Tsm(tmp_path, "sev_guest", busy).directory)
    assert not list(tmp_path.iterdir())


def test_more_than_a_report_can_be_over(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="64"):
        tsm_report.request(bytes(65), tmp_path)


def test_a_table_of_nothing() -> None:
    assert list(read_table(b"")) == list(read_table(bytes(4096))) == []


@pytest.mark.parametrize("offset", [24, 0xFFFFFFFF])
def test_a_table_that_points_outside_itself(offset: int) -> None:
    with pytest.raises(EvidenceMalformed, match="outside"):
        list(read_table(UUID(VCEK).bytes + struct.pack("<II", offset, 24) + bytes(23)))


def test_a_table_that_does_not_end() -> None:
    with pytest.raises(EvidenceMalformed, match="no end"):
        list(read_table(UUID(OF_THE_HOST).bytes + struct.pack("<II", 0, 1) + b"more"))
