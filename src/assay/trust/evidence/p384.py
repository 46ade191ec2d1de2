"""ECDSA on P-384 over SHA-384 (FIPS 186-5 §6): how Nitro, SEV-SNP and NVIDIA sign what they attest."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP384R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384

from assay.trust.evidence.certificates import Certificate
from assay.trust.evidence.errors import EvidenceChainInvalid, EvidenceSignatureInvalid

HALF: Final = 48
"""Bytes of each of ``r`` and ``s``."""


def key_of(leaf: Certificate) -> EllipticCurvePublicKey:
    """The key that ``leaf`` certifies. Raises `EvidenceChainInvalid` when it is not on P-384."""
    key = leaf.public_key
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP384R1):
        return key
    raise EvidenceChainInvalid("the leaf certificate's key is not on P-384")


def verify(key: EllipticCurvePublicKey, signature: bytes, message: bytes) -> None:
    """Check ``signature``, which is ``r || s``, each of `HALF` bytes, big-endian.

    Raises `EvidenceSignatureInvalid` unless ``key`` signed ``message``.
    """
    r, s = (int.from_bytes(half, "big") for half in (signature[:HALF], signature[HALF:]))
    try:
        key.verify(encode_dss_signature(r, s), message, ECDSA(SHA384()))
    except InvalidSignature:
        raise EvidenceSignatureInvalid("the document's signature does not fit its leaf key") from None
