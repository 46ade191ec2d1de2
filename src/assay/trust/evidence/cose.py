"""COSE_Sign1 (RFC 9052 §4.2) as Nitro uses it: ES384, nothing unprotected, payload inside."""

from __future__ import annotations

from dataclasses import dataclass

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384

from assay.trust.evidence import p384
from assay.trust.evidence.cbor import decode
from assay.trust.evidence.errors import EvidenceMalformed
from assay.trust.evidence.p384 import HALF

_PROTECTED = cbor2.dumps({1: -35})
"""The protected header: algorithm (label 1) ES384 (RFC 9053 §2.1), and no more."""

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
        if protected != _PROTECTED:
            raise EvidenceMalformed("the protected header is not exactly the algorithm ES384")
        if unprotected:
            raise EvidenceMalformed("the unprotected header, which no signature covers, is not empty")
        if len(signature) != 2 * HALF:
            raise EvidenceMalformed("an ES384 signature has 96 bytes")
        return cls(payload, signature)

    def verify(self, key: EllipticCurvePublicKey) -> None:
        """Raises `EvidenceSignatureInvalid` unless the P-384 ``key`` signed this payload."""
        p384.verify(key, self.signature, _to_be_signed(self.payload))


def sign1(key: EllipticCurvePrivateKey, payload: bytes) -> bytes:
    """The COSE_Sign1 of ``payload`` under the P-384 ``key``, without tag, as an enclave issues it."""
    r, s = decode_dss_signature(key.sign(_to_be_signed(payload), ECDSA(SHA384())))
    signature = r.to_bytes(HALF, "big") + s.to_bytes(HALF, "big")
    return cbor2.dumps([_PROTECTED, {}, payload, signature])


def _to_be_signed(payload: bytes) -> bytes:
    """The ``Sig_structure`` that an ES384 signer signs, without external data (RFC 9052 §4.4)."""
    return cbor2.dumps(["Signature1", _PROTECTED, b"", payload])
