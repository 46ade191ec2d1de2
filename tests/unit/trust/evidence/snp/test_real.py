"""What AMD's own hardware and certificates say, under AMD's own root."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime

import pytest
from tests.unit.trust.evidence.snp import real_snp

from assay.trust.evidence import EvidenceError, EvidenceExpired, snp
from assay.trust.evidence.roots import AMD_ARK_MILAN, PRODUCTION

pytestmark = real_snp.needed

AT = datetime(2026, 11, 24, tzinfo=UTC)


def test_a_real_report() -> None:
    claims = snp.verify(real_snp.document(), PRODUCTION, AT, real_snp.collateral())
    assert claims.anchor == AMD_ARK_MILAN
    assert claims.debug is True
    assert claims.bound == bytes([1, 2, 3, 4, 5]).ljust(64, b"\0")
    assert claims.identity.startswith("3ac3fe21e13fb099")
    parts = ("bootloader", "tee", "snp", "microcode")
    assert [claims.versions[f"reported_{part}"] for part in parts] == [2, 0, 5, 68]
    assert claims.attributes["product_name"] == "Milan-B0"
    assert (claims.attributes["version"], claims.attributes["vmpl"]) == (2, 0)
    assert claims.measurements["MEASUREMENT"].startswith("b07af9620f3b839b")
    assert claims.missing == ("crl",)


@pytest.mark.parametrize("at", [datetime(2022, 9, 24, tzinfo=UTC), datetime(2029, 9, 25, tzinfo=UTC)])
def test_outside_of_its_keys_seven_years(at: datetime) -> None:
    with pytest.raises(EvidenceExpired):
        snp.verify(real_snp.document(), PRODUCTION, at, real_snp.collateral())


def test_amds_serial_number_of_zero_is_read_without_a_warning() -> None:
    """The library says that it will refuse such certificates one day; this test is there to notice."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert snp.verify(real_snp.document(), PRODUCTION, AT, real_snp.collateral())


def _refused(document: bytes, files: dict[str, bytes]) -> bool:
    try:
        snp.verify(document, PRODUCTION, AT, files)
    except EvidenceError:
        return True
    return False


@pytest.mark.parametrize("step", [37, pytest.param(1, marks=pytest.mark.slow)])
def test_no_bit_of_the_report_can_change(step: int) -> None:
    document, files = real_snp.document(), real_snp.collateral()
    for bit in range(0, len(document) * 8, step):
        changed = bytearray(document)
        changed[bit // 8] ^= 1 << bit % 8
        assert _refused(bytes(changed), files), bit


@pytest.mark.parametrize("step", [37, pytest.param(1, marks=pytest.mark.slow)])
def test_no_bit_of_the_keys_certificate_can_change(step: int) -> None:
    document, files = real_snp.document(), real_snp.collateral()
    for bit in range(0, len(files["vcek"]) * 8, step):
        changed = bytearray(files["vcek"])
        changed[bit // 8] ^= 1 << bit % 8
        assert _refused(document, {**files, "vcek": bytes(changed)}), bit
