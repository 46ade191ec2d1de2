"""The ATTESTATION_REPORT of SEV-SNP firmware, in its versions 2 to 5.

Source: AMD 56860, "SEV Secure Nested Paging Firmware ABI Specification", §7.3 (MSG_REPORT_RSP) and chapter 10 (the
signature's format). Numbers are little-endian.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from assay.trust.evidence import p384
from assay.trust.evidence.errors import EvidenceMalformed, EvidenceSignatureInvalid
from assay.trust.evidence.p384 import HALF
from assay.trust.evidence.snp.product import ProductLine

SIZE: Final = 0x4A0
"""Bytes of a report."""
SIGNED: Final = 0x2A0
"""Bytes of it that the signature, which follows, covers."""
VERSIONS: Final = range(2, 6)

_ECDSA_P384_SHA384: Final = 1
_COMPONENT: Final = 72
"""Bytes of each of ``r`` and ``s``; zeros fill up what a P-384 number leaves."""

_UNSIGNED: Final = 7
"""SIGNING_KEY of a report that was left unsigned."""

_BODY: Final = Struct("<IIQ16s16sII8sQI4x64s48s32s48s48s32s32s8s3B21x64s8s3Bx3Bx8sQQ152x")


class SigningKey(IntEnum):
    """Which key signed a report (SIGNING_KEY)."""

    VCEK = 0
    """The chip's own, derived anew for each version of its firmware."""
    VLEK = 1
    """One that AMD gave a cloud provider for all of its chips."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report's fields in their order, by their names in the specification; nothing of it has been checked yet."""

    version: int
    guest_svn: int
    policy: int
    family_id: bytes
    image_id: bytes
    vmpl: int
    signature_algo: int
    current_tcb: bytes
    platform_info: int
    key_info: int
    """AUTHOR_KEY_EN in bit 0, MASK_CHIP_KEY in bit 1, SIGNING_KEY in bits 2 to 4."""
    report_data: bytes
    measurement: bytes
    host_data: bytes
    id_key_digest: bytes
    author_key_digest: bytes
    report_id: bytes
    report_id_ma: bytes
    reported_tcb: bytes
    cpuid_fam_id: int
    """Since version 3, as are the next two; before it all three are 0."""
    cpuid_mod_id: int
    cpuid_step: int
    chip_id: bytes
    """64 bytes; zeros when the operator masks it."""
    committed_tcb: bytes
    current_build: int
    current_minor: int
    current_major: int
    committed_build: int
    committed_minor: int
    committed_major: int
    launch_tcb: bytes
    launch_mit_vector: int
    """Since version 5, as is the next; before it both are 0."""
    current_mit_vector: int
    signed: bytes
    """All the bytes above, as the firmware signed them."""
    signature: bytes
    """``r || s``, 96 bytes, big-endian."""

    @classmethod
    def parse(cls, document: bytes) -> Report:
        """Read the bytes of ``document``, whose signature nobody has checked yet.

        Raises `EvidenceMalformed` when they are not one report of a known version and algorithm, and
        `EvidenceSignatureInvalid` when the operator had the firmware leave it unsigned.
        """
        if len(document) != SIZE:
            raise EvidenceMalformed(f"an SEV-SNP report has {SIZE} bytes")
        signed = document[:SIGNED]
        fields = (*_BODY.unpack(signed), signed, _signature(document[SIGNED:]))
        report = cls(*fields)
        if report.version not in VERSIONS:
            raise EvidenceMalformed(f"no layout is known for version {report.version} of the report")
        if report.signature_algo != _ECDSA_P384_SHA384:
            raise EvidenceMalformed("the report's signature algorithm is not ECDSA P-384 with SHA-384")
        if report._signing_key == _UNSIGNED:
            raise EvidenceSignatureInvalid("the operator had the firmware leave this report unsigned")
        if report._signing_key not in list(SigningKey):
            raise EvidenceMalformed("the report names a signing key that does not exist")
        return report

    @property
    def signing_key(self) -> SigningKey:
        """Which kind of key the report says has signed it."""
        return SigningKey(self._signing_key)

    @property
    def _signing_key(self) -> int:
        return self.key_info >> 2 & 0b111

    @property
    def line(self) -> ProductLine | None:
        """The processor's; None of a report so old that it does not say.

        Raises `EvidenceMalformed` when the processor is of no known line.
        """
        return ProductLine.of_cpuid(self.cpuid_fam_id, self.cpuid_mod_id) if self.version >= 3 else None

    def verify(self, key: EllipticCurvePublicKey) -> None:
        """Raises `EvidenceSignatureInvalid` unless the P-384 ``key`` signed this report."""
        p384.verify(key, self.signature, self.signed)


def _signature(field: bytes) -> bytes:
    r, s, rest = field[:_COMPONENT], field[_COMPONENT : 2 * _COMPONENT], field[2 * _COMPONENT :]
    # No signature covers these bytes: were they free, one report could be written in many ways.
    if any(r[HALF:] + s[HALF:] + rest):
        raise EvidenceMalformed("the bytes around the report's signature are not zero")
    return r[HALF - 1 :: -1] + s[HALF - 1 :: -1]
