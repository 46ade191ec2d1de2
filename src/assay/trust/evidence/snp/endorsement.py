"""What AMD certifies about the key that signs reports: which chip or provider it is for, and which firmware.

Source: AMD 57230, "Versioned Chip Endorsement Key (VCEK) Certificate and KDS Interface Specification", §3, and the
certificates themselves: a number is a DER INTEGER, a name an IA5String, a chip's name its bare bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography import x509

from assay.trust.evidence.certificates import Certificate
from assay.trust.evidence.errors import EvidenceChainInvalid, EvidenceMalformed
from assay.trust.evidence.snp.product import ProductLine
from assay.trust.evidence.snp.report import Report, SigningKey

_AMD: Final = "1.3.6.1.4.1.3704.1"
PRODUCT_NAME: Final = f"{_AMD}.2"
CHIP_ID: Final = f"{_AMD}.4"
CSP_ID: Final = f"{_AMD}.5"
SVNS: Final[Mapping[str, str]] = {
    "bootloader": f"{_AMD}.3.1",
    "tee": f"{_AMD}.3.2",
    "snp": f"{_AMD}.3.3",
    "microcode": f"{_AMD}.3.8",
    "fmc": f"{_AMD}.3.9",
}

_INTEGER: Final = 0x02
_IA5_STRING: Final = 0x16
_ISSUER: Final = re.compile(r"(?:^|,)CN=SEV-(VLEK-)?(Milan|Genoa|Turin)(?:,|$)")
"""The ASK, which issues VCEKs, is named SEV-Milan; the ASVK, which issues VLEKs, is named SEV-VLEK-Milan."""

_MASKED: Final = bytes(64)
"""What a report has in place of the chip's name when the operator hides it."""


def extensions(certificate: Certificate) -> dict[str, bytes]:
    """The content of each extension that only AMD knows, by its object identifier."""
    return {
        extension.oid.dotted_string: extension.value.value
        for extension in certificate.parsed.extensions
        if isinstance(extension.value, x509.UnrecognizedExtension)
    }


@dataclass(frozen=True, slots=True)
class Endorsement:
    """The certified properties of a VCEK or a VLEK."""

    kind: SigningKey
    line: ProductLine
    product_name: str
    """With its stepping, such as ``Milan-B0``."""
    svns: Mapping[str, int]
    """The security version number of each part of the firmware that the key was derived for."""
    chip_id: bytes | None
    """The chip's name; None of a VLEK, which is for every chip of a provider's."""
    csp_id: str | None
    """The cloud provider's name; None of a VCEK."""

    @classmethod
    def read(cls, issuer: Certificate, leaf: Certificate) -> Endorsement:
        """Of ``leaf``, which ``issuer`` is known to have issued.

        Raises `EvidenceChainInvalid` when these are not AMD's two kinds of certificates, `EvidenceMalformed`
        when an extension is missing or cannot be read.
        """
        named = _ISSUER.search(issuer.subject)
        if named is None:
            raise EvidenceChainInvalid("the issuer of the signing key is not named as AMD names its own")
        kind = SigningKey.VLEK if named[1] else SigningKey.VCEK
        line = ProductLine(named[2])
        found = extensions(leaf)
        return cls(
            kind=kind,
            line=line,
            product_name=_name(found, PRODUCT_NAME),
            svns={part: _svn(found, SVNS[part]) for part in line.parts},
            chip_id=_chip_id(found, line) if kind is SigningKey.VCEK else None,
            csp_id=_name(found, CSP_ID) if kind is SigningKey.VLEK else None,
        )

    @property
    def identity(self) -> str:
        """Whose key it is: the chip's name in hexadecimal, or ``VLEK`` and the provider's."""
        return f"VLEK {self.csp_id}" if self.chip_id is None else self.chip_id.hex()

    def require_fit(self, report: Report) -> None:
        """Raises `EvidenceChainInvalid` when the key was not certified for what the report says it comes from."""
        if self.kind is not report.signing_key:
            raise EvidenceChainInvalid(
                f"the report says that a {report.signing_key.name} signed it; another did"
            )
        if report.line not in (None, self.line):
            raise EvidenceChainInvalid("the report is of another processor than its signing key")
        if self.svns != self.line.svns(report.reported_tcb):
            raise EvidenceChainInvalid("the report says another firmware than its signing key is for")
        if self.chip_id is not None and report.chip_id not in (_in_report(self.chip_id), _MASKED):
            raise EvidenceChainInvalid("the report is of another chip than its signing key")


def _in_report(chip_id: bytes) -> bytes:
    return chip_id.ljust(len(_MASKED), b"\0")


def _chip_id(found: Mapping[str, bytes], line: ProductLine) -> bytes:
    chip_id = found.get(CHIP_ID, b"")
    if len(chip_id) != line.chip_id_size:
        raise EvidenceMalformed(f"a chip of {line.value} has a name of {line.chip_id_size} bytes")
    return chip_id


def _name(found: Mapping[str, bytes], oid: str) -> str:
    text = _content(found, oid, _IA5_STRING)
    # It is shown on terminals, so control characters are out.
    if not text.isascii() or not (name := text.decode()).isprintable():
        raise EvidenceMalformed("a name in the signing key's certificate is not printable ASCII")
    return name


def _svn(found: Mapping[str, bytes], oid: str) -> int:
    number = int.from_bytes(_content(found, oid, _INTEGER), "big", signed=True)
    if not 0 <= number <= 255:
        raise EvidenceMalformed("a version in the signing key's certificate is not from 0 to 255")
    return number


def _content(found: Mapping[str, bytes], oid: str, tag: int) -> bytes:
    """The content of a short DER value (X.690 §8.1)."""
    match tuple(found.get(oid, b"")):
        case (first, length, *content) if first == tag and 0 < length == len(content) < 0x80:
            return bytes(content)
    raise EvidenceMalformed(f"the signing key's certificate does not have extension {oid} as AMD writes it")
