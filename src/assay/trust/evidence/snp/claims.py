"""What a genuine report claims, in the words of RATS; its fields keep the names of AMD's specification."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from assay.trust.evidence.anchors import TrustAnchor
from assay.trust.evidence.certificates import Validity
from assay.trust.evidence.claims import Claims
from assay.trust.evidence.snp.endorsement import Endorsement
from assay.trust.evidence.snp.report import Report

FAMILY: Final = "snp"

POLICY: Final[Mapping[str, int]] = {
    "SMT": 16,
    "MIGRATE_MA": 18,
    "DEBUG": 19,
    "SINGLE_SOCKET": 20,
    "CXL_ALLOW": 21,
    "MEM_AES_256_XTS": 22,
    "RAPL_DIS": 23,
    "CIPHERTEXT_HIDING_DRAM": 24,
    "PAGE_SWAP_DISABLE": 25,
}
"""Bits of POLICY: what the guest's owner allows or demands (AMD 56860 §4.3)."""

PLATFORM_INFO: Final[Mapping[str, int]] = {
    "SMT_EN": 0,
    "TSME_EN": 1,
    "ECC_EN": 2,
    "RAPL_DIS": 3,
    "CIPHERTEXT_HIDING_DRAM_EN": 4,
    "ALIAS_CHECK_COMPLETE": 5,
    "TIO_EN": 7,
}
"""Bits of PLATFORM_INFO: what the machine has switched on."""

KEY_INFO: Final[Mapping[str, int]] = {"AUTHOR_KEY_EN": 0, "MASK_CHIP_KEY": 1}


def claims_of(
    report: Report,
    endorsement: Endorsement,
    anchor: TrustAnchor,
    validity: Validity,
    missing: tuple[str, ...],
) -> Claims:
    """The claims of ``report``, which a key with this ``endorsement`` signed."""
    return Claims(
        family=FAMILY,
        anchor=anchor,
        identity=endorsement.identity,
        measurements=MappingProxyType(
            {
                "MEASUREMENT": report.measurement.hex(),
                "HOST_DATA": report.host_data.hex(),
                "ID_KEY_DIGEST": report.id_key_digest.hex(),
                "AUTHOR_KEY_DIGEST": report.author_key_digest.hex(),
                "FAMILY_ID": report.family_id.hex(),
                "IMAGE_ID": report.image_id.hex(),
            }
        ),
        code=("MEASUREMENT",),
        bound=report.report_data,
        nonce=None,
        public_key=None,
        issued_at=None,
        not_before=validity.not_before,
        not_after=validity.not_after,
        debug=bool(report.policy >> POLICY["DEBUG"] & 1),
        versions=MappingProxyType(_versions(report, endorsement)),
        attributes=MappingProxyType(_attributes(report, endorsement)),
        missing=missing,
    )


def _versions(report: Report, endorsement: Endorsement) -> dict[str, str | int]:
    """Security version numbers as ``reported_snp``, ``committed_microcode`` and so on, and the firmware's release."""
    tcbs = {
        "reported": report.reported_tcb,
        "current": report.current_tcb,
        "committed": report.committed_tcb,
        "launch": report.launch_tcb,
    }
    svns = {
        f"{which}_{part}": svn
        for which, tcb in tcbs.items()
        for part, svn in endorsement.line.svns(tcb).items()
    }
    return {
        **svns,
        "current_firmware": f"{report.current_major}.{report.current_minor}.{report.current_build}",
        "committed_firmware": f"{report.committed_major}.{report.committed_minor}.{report.committed_build}",
    }


def _attributes(report: Report, endorsement: Endorsement) -> dict[str, str | int | bool]:
    """Policy bits by their bare names, those of the platform after ``PLATFORM_``: RAPL_DIS is in both."""
    return {
        "product": endorsement.line.value,
        "product_name": endorsement.product_name,
        "signing_key": endorsement.kind.name,
        "version": report.version,
        "vmpl": report.vmpl,
        "guest_svn": report.guest_svn,
        "chip_id": report.chip_id.hex(),
        "chip_id_masked": not any(report.chip_id),
        "policy": f"{report.policy:016x}",
        "ABI_MINOR": report.policy & 0xFF,
        "ABI_MAJOR": report.policy >> 8 & 0xFF,
        **_bits(report.policy, POLICY),
        **_bits(report.key_info, KEY_INFO),
        **{f"PLATFORM_{name}": bit for name, bit in _bits(report.platform_info, PLATFORM_INFO).items()},
        "launch_mit_vector": f"{report.launch_mit_vector:016x}",
        "current_mit_vector": f"{report.current_mit_vector:016x}",
    }


def _bits(field: int, names: Mapping[str, int]) -> dict[str, bool]:
    return {name: bool(field >> bit & 1) for name, bit in names.items()}
