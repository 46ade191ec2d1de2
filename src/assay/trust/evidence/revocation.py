"""Revocation lists at a given time (RFC 5280 §6.3): complete lists, signed by the authority itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509

from assay.trust.evidence.certificates import UNREADABLE, Certificate, Validity, is_strongly_signed
from assay.trust.evidence.errors import EvidenceChainInvalid, EvidenceMalformed, EvidenceRevoked


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A list whose issuer nobody has checked yet."""

    validity: Validity
    """From ``thisUpdate`` to ``nextUpdate``."""
    serial_numbers: frozenset[int]
    parsed: x509.CertificateRevocationList

    @classmethod
    def parse(cls, der: bytes) -> RevocationList:
        """Raises `EvidenceMalformed` when ``der`` is not one list that can be read whole, or does not say its end."""
        try:
            parsed = x509.load_der_x509_crl(der)
            if parsed.next_update_utc is None:
                raise EvidenceMalformed("the revocation list does not say when the next one comes")
            # Such an extension makes a list partial or indirect (§5.2), or an entry something else (§5.3).
            if any(extension.critical for part in (parsed, *parsed) for extension in part.extensions):
                raise EvidenceMalformed("the revocation list has a critical extension that is not understood")
            return cls(
                validity=Validity(parsed.last_update_utc, parsed.next_update_utc),
                serial_numbers=frozenset(entry.serial_number for entry in parsed),
                parsed=parsed,
            )
        except UNREADABLE:
            raise EvidenceMalformed("the revocation list cannot be read") from None

    def verify(self, issuer: Certificate) -> None:
        """Raises `EvidenceChainInvalid` unless ``issuer``, already trusted, may sign lists and signed this one."""
        if issuer.key_usage is not None and not issuer.key_usage.crl_sign:
            raise EvidenceChainInvalid("the revocation list's issuer may not sign such lists")
        if not self._signed_by(issuer):
            raise EvidenceChainInvalid(
                "the revocation list was not issued by the authority it should be from"
            )

    def require_unlisted(self, certificates: Iterable[Certificate]) -> None:
        """Raises `EvidenceRevoked` when one of ``certificates`` is on the list, whenever that came about."""
        for certificate in certificates:
            if certificate.serial_number in self.serial_numbers:
                raise EvidenceRevoked("a certificate of the chain is on its authority's revocation list")

    def _signed_by(self, issuer: Certificate) -> bool:
        try:
            return (
                is_strongly_signed(self.parsed)
                and self.parsed.issuer == issuer.parsed.subject
                and self.parsed.is_signature_valid(issuer.public_key)
            )
        except UNREADABLE:
            return False
