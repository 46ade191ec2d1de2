"""The certificates and the revocation list that a report is judged with.

A report carries none. AMD's key distribution service, or the host, gives

``vcek`` or ``vlek``
    the signing key's certificate, DER;
``chain``
    the certificates above it, PEM: the ASK (or ASVK), then the ARK;
``crl``
    the ARK's revocation list, DER. Without it nobody knows whether AMD has revoked the signing key's issuer.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning

from assay.trust.evidence.certificates import UNREADABLE, Certificate
from assay.trust.evidence.errors import EvidenceCollateralMissing, EvidenceMalformed
from assay.trust.evidence.revocation import RevocationList
from assay.trust.evidence.snp.endorsement import CHIP_ID, CSP_ID, extensions
from assay.trust.evidence.snp.report import SigningKey

VCEK: Final = "vcek"
VLEK: Final = "vlek"
CHAIN: Final = "chain"
CRL: Final = "crl"
NAMES: Final = (VCEK, VLEK, CHAIN, CRL)

_PEM: Final = b"-----BEGIN "
_ASK: Final = "ask"
_ARK: Final = "ark"

MAX_FILE: Final = 64 * 1024
"""Bytes of each; AMD's certificates have less than 2 KiB."""


@dataclass(frozen=True, slots=True)
class Collateral:
    """What came with a report, read and not believed yet."""

    ark: Certificate
    ask: Certificate
    leaf: Certificate
    crl: RevocationList | None

    @classmethod
    def read(cls, files: Mapping[str, bytes], signing_key: SigningKey) -> Collateral:
        """The part of ``files`` that is for a report signed by ``signing_key``.

        Raises `EvidenceCollateralMissing` without certificates, and `EvidenceMalformed` for a name that is not one of
        `NAMES` and for what cannot be read.
        """
        if not files.keys() <= set(NAMES):
            raise EvidenceMalformed(f"the collateral of SEV-SNP is called {', '.join(NAMES)}")
        for content in files.values():
            _require_small(content)
        leaf = VLEK if signing_key is SigningKey.VLEK else VCEK
        if missing := [name for name in (leaf, CHAIN) if name not in files]:
            raise EvidenceCollateralMissing(
                f"a report signed by a {leaf} needs the collateral {', '.join(missing)}"
            )
        with _serial_numbers_of_zero():
            authorities = Certificate.parse_pem(files[CHAIN])
            signer = Certificate.parse(files[leaf])
        if len(authorities) != 2:
            raise EvidenceMalformed("the chain is not exactly two certificates, the ASK's and the ARK's")
        ask, ark = authorities
        return cls(ark, ask, signer, RevocationList.parse(files[CRL]) if CRL in files else None)


def collect(files: Sequence[bytes]) -> dict[str, bytes]:
    """Sort ``files``, each one or more certificates or a revocation list, DER or PEM, into named collateral.

    Raises `EvidenceMalformed` for a file that is none of these, and for two that differ and want the same name.
    """
    found: dict[str, bytes] = {}
    for content in files:
        _require_small(content)
        for name, der in _sort(content):
            if found.setdefault(name, der) != der:
                raise EvidenceMalformed(f"two files that differ both seem to be the {name}")
    if authorities := [found.pop(name) for name in (_ASK, _ARK) if name in found]:
        found[CHAIN] = b"".join(map(_to_pem, authorities))
    return found


def _sort(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Each part of one file, in DER, by what it is."""
    if (crl := _crl(content)) is not None:
        yield CRL, crl
        return
    with _serial_numbers_of_zero():
        bundle = Certificate.parse_pem(content) if _PEM in content else [Certificate.parse(content)]
    for certificate in bundle:
        yield _role(certificate), certificate.parsed.public_bytes(Encoding.DER)


def _crl(content: bytes) -> bytes | None:
    """The revocation list that ``content`` is, in DER; None when it is something else."""
    load = x509.load_pem_x509_crl if _PEM in content else x509.load_der_x509_crl
    try:
        return load(content).public_bytes(Encoding.DER)
    except UNREADABLE:
        return None


def _role(certificate: Certificate) -> str:
    amd = extensions(certificate)
    if CHIP_ID in amd:
        return VCEK
    if CSP_ID in amd:
        return VLEK
    if certificate.constraints is None or not certificate.constraints.ca:
        raise EvidenceMalformed(f"the certificate {certificate.subject} is none of AMD's")
    return _ARK if _is_self_issued(certificate) else _ASK


def _is_self_issued(certificate: Certificate) -> bool:
    try:
        return certificate.parsed.issuer == certificate.parsed.subject
    except UNREADABLE:
        raise EvidenceMalformed("the issuer of a certificate cannot be read") from None


def _to_pem(der: bytes) -> bytes:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)


@contextmanager
def _serial_numbers_of_zero() -> Iterator[None]:
    """AMD numbers every VCEK zero, against RFC 5280 §4.1.2.2. The library still reads that, but warns."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Parsed a serial number", CryptographyDeprecationWarning)
        yield


def _require_small(content: bytes) -> None:
    if len(content) > MAX_FILE:
        raise EvidenceMalformed(f"a file of SEV-SNP collateral has at most {MAX_FILE} bytes")
