"""COSE_Sign1 (RFC 9052 §4.2) as Nitro uses it: ES384, nothing unprotected, payload inside."""

from __future__ import annotations

from dataclasses import dataclass

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384

from assay.trust.evidence.cbor import decode
from assay.trust.evidence.errors import EvidenceMalformed, EvidenceSignatureInvalid

PROTECTED_ES384 = cbor2.dumps({1: -35})
"""The protected header: algorithm (label 1) ES384 (RFC 9053 §2.1), and no more."""

COORDINATE_SIZE = 48
"""Bytes of each half ``r`` and ``s`` of a P-384 signature."""

_TAG_18 = b"\xd2"


@dataclass(frozen=True, slots=True)
class Sign1:
    """A parsed COSE_Sign1 whose signature nobody has checked yet."""

    payload: bytes
    signature: bytes
    """``r || s``, 96 bytes, big-endian (RFC 9053 §2.1)."""

    @classmethod
    def parse(cls, document: bytes) -> Sign1:
        """Read ``[protected, unprotected, payload, signature]``, with or without its tag 18.

        Raises `EvidenceMalformed` for any other shape, algorithm, or header.
        """
        match decode(document.removeprefix(_TAG_18)):
            case [bytes(protected), dict(unprotected), bytes(payload), bytes(signature)]:
                pass
            case _:
                raise EvidenceMalformed("the document is not a COSE_Sign1 with its payload inside")
        if protected != PROTECTED_ES384:
            raise EvidenceMalformed("the protected header is not exactly the algorithm ES384")
        if unprotected:
            raise EvidenceMalformed("the unprotected header, which no signature covers, is not empty")
        if len(signature) != 2 * COORDINATE_SIZE:
            raise EvidenceMalformed("an ES384 signature has 96 bytes")
        return cls(payload, signature)

    def verify(self, key: EllipticCurvePublicKey) -> None:
        """Raises `EvidenceSignatureInvalid` unless the P-384 ``key`` signed this payload."""
        r = int.from_bytes(self.signature[:COORDINATE_SIZE], "big")
        s = int.from_bytes(self.signature[COORDINATE_SIZE:], "big")
        try:
            key.verify(encode_dss_signature(r, s), to_be_signed(self.payload), ECDSA(SHA384()))
        except InvalidSignature:
            raise EvidenceSignatureInvalid("the document's signature does not fit its leaf key") from None


def to_be_signed(payload: bytes) -> bytes:
    """The ``Sig_structure`` that an ES384 signer signs, without external data (RFC 9052 §4.4)."""
    return cbor2.dumps(["Signature1", PROTECTED_ES384, b"", payload])
