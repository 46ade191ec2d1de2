"""Certificate chains under a pinned root, at a given time (RFC 5280 §6.1 without policies and revocation)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PSS
from cryptography.hazmat.primitives.serialization import Encoding

from assay.trust.evidence.errors import EvidenceChainInvalid, EvidenceExpired, EvidenceMalformed

UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""All that the library raises for bytes that it cannot read."""

_UNDERSTOOD = (x509.BasicConstraints, x509.KeyUsage)
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_STRONG_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


@dataclass(frozen=True, slots=True)
class Validity:
    """The instants, both included, between which something holds; aware, UTC."""

    not_before: datetime
    not_after: datetime

    @classmethod
    def of_all(cls, parts: Iterable[Validity]) -> Validity:
        """When every one of ``parts``, of which there is at least one, holds; empty when they never all do."""
        held = list(parts)
        return cls(max(part.not_before for part in held), min(part.not_after for part in held))

    def require(self, at: datetime) -> None:
        """RFC 5280 §6.1.3 (a)(2). Raises `EvidenceExpired` unless it holds at ``at`` (aware)."""
        if not self.not_before <= at <= self.not_after:
            raise EvidenceExpired(
                f"the evidence is valid from {self.not_before:%Y-%m-%d %H:%M:%SZ}"
                f" to {self.not_after:%Y-%m-%d %H:%M:%SZ}, not at the time it is judged at"
            )


PublicKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
"""The two kinds of keys that vendors certify."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the rules below look at, read out at once: the library parses late and would fail late."""

    fingerprint: str
    """SHA-256 of the DER, in lower-case hexadecimal."""
    subject: str
    """The subject's name as RFC 4514 text."""
    serial_number: int
    public_key: PublicKey
    validity: Validity
    strongly_signed: bool
    """See `is_strongly_signed`."""
    constraints: x509.BasicConstraints | None
    key_usage: x509.KeyUsage | None
    not_understood: bool
    """Whether a critical extension is there that no rule below knows."""
    parsed: x509.Certificate

    @classmethod
    def parse(cls, der: bytes) -> Certificate:
        """Raises `EvidenceMalformed` when the bytes are not one certificate that can be read whole."""
        try:
            parsed = x509.load_der_x509_certificate(der)
            extensions = list(parsed.extensions)
            values = {type(extension.value): extension.value for extension in extensions}
            constraints, key_usage = values.get(x509.BasicConstraints), values.get(x509.KeyUsage)
            return cls(
                fingerprint=hashlib.sha256(der).hexdigest(),
                subject=parsed.subject.rfc4514_string(),
                serial_number=parsed.serial_number,
                public_key=_public_key(parsed),
                validity=Validity(parsed.not_valid_before_utc, parsed.not_valid_after_utc),
                strongly_signed=is_strongly_signed(parsed),
                constraints=constraints if isinstance(constraints, x509.BasicConstraints) else None,
                key_usage=key_usage if isinstance(key_usage, x509.KeyUsage) else None,
                not_understood=any(e.critical and not isinstance(e.value, _UNDERSTOOD) for e in extensions),
                parsed=parsed,
            )
        except UNREADABLE:
            raise EvidenceMalformed("a certificate in the evidence cannot be read") from None

    @classmethod
    def parse_pem(cls, pem: bytes) -> list[Certificate]:
        """The certificates of a PEM bundle (RFC 7468), in its order.

        Raises `EvidenceMalformed` when one cannot be read, or there is none.
        """
        try:
            bundle = x509.load_pem_x509_certificates(pem)
        except UNREADABLE:
            raise EvidenceMalformed("what should be certificates in PEM is not") from None
        return [cls.parse(certificate.public_bytes(Encoding.DER)) for certificate in bundle]


def is_strongly_signed(signed: x509.Certificate | x509.CertificateRevocationList) -> bool:
    """Whether it says that it is signed as vendors sign: by ECDSA or RSA-PSS, over SHA-256, SHA-384 or SHA-512."""
    return isinstance(signed.signature_hash_algorithm, _STRONG_HASHES) and isinstance(
        signed.signature_algorithm_parameters, ec.ECDSA | PSS
    )


def _public_key(certificate: x509.Certificate) -> PublicKey:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) or (
        isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES)
    ):
        return key
    raise EvidenceMalformed("a certificate's key is neither of RSA nor on P-256, P-384 or P-521")


def verify_chain(chain: Sequence[Certificate], at: datetime) -> Validity:
    """Check that each certificate issued the next, and that all are valid at ``at`` (aware).

    ``chain`` runs from the root, which the caller has pinned, down to the leaf, which must be allowed to
    sign. The result is the time during which the whole chain is valid.
    Raises `EvidenceChainInvalid` or `EvidenceExpired`.
    """
    for certificate in chain:
        if certificate.not_understood:
            raise EvidenceChainInvalid("a certificate has a critical extension that is not understood")
    for height, (issuer, subject) in enumerate(pairwise(chain)):
        _require_authority(issuer, intermediates_below=len(chain) - 2 - height)
        _require_issued(issuer, subject)
    usage = chain[-1].key_usage
    if usage is not None and not usage.digital_signature:
        raise EvidenceChainInvalid("the leaf certificate's key may not sign")
    validity = Validity.of_all(certificate.validity for certificate in chain)
    validity.require(at)
    return validity


def _require_authority(issuer: Certificate, *, intermediates_below: int) -> None:
    """RFC 5280 §6.1.4 (k) to (n): only an authority issues, and no more levels than it is granted."""
    if issuer.constraints is None or not issuer.constraints.ca:
        raise EvidenceChainInvalid("an issuing certificate is not a certificate authority")
    if issuer.constraints.path_length is not None and issuer.constraints.path_length < intermediates_below:
        raise EvidenceChainInvalid("the chain is longer than one of its authorities allows")
    if issuer.key_usage is not None and not issuer.key_usage.key_cert_sign:
        raise EvidenceChainInvalid("an issuing certificate's key may not sign certificates")


def _require_issued(issuer: Certificate, subject: Certificate) -> None:
    """RFC 5280 §6.1.3 (a)(1) and (a)(4): the names join up, and the issuer's key signed the subject."""
    if not subject.strongly_signed:
        raise EvidenceChainInvalid("a certificate is signed in a way that is not believed")
    try:
        subject.parsed.verify_directly_issued_by(issuer.parsed)
    except (InvalidSignature, *UNREADABLE):
        raise EvidenceChainInvalid("a certificate was not issued by the one above it") from None
