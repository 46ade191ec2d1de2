"""Witness cosignatures (c2sp.org/tlog-cosignature, Ed25519 form, ``cosignature/v1``).

A witness states that, at a time, the checkpoint was the largest tree it had seen of this log and was
consistent with all it had seen before. It is one more signature line on the checkpoint's note.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import ClassVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.trust.transparency.encoding import MAX_INTEGER
from assay.trust.transparency.note import NoteError, NoteSignature, NoteVerifier

_TIMESTAMPED_SIGNATURE = struct.Struct(">Q64s")


@dataclass(frozen=True, slots=True)
class CosignatureVerifier(NoteVerifier):
    """A witness's public key: timestamped Ed25519, signature type 0x04."""

    signature_type: ClassVar[int] = 0x04

    def _signed(self, text: str, signature: bytes) -> tuple[bytes, bytes]:
        timestamp, ed25519_signature = _unpack(signature)
        return _cosigned_message(text, timestamp), ed25519_signature


@dataclass(frozen=True, slots=True)
class CosignatureSigner:
    """A witness's private key. The caller has checked consistency before it cosigns."""

    name: str
    private_key: Ed25519PrivateKey = field(repr=False)

    @property
    def verifier(self) -> CosignatureVerifier:
        """The public half."""
        return CosignatureVerifier(self.name, self.private_key.public_key().public_bytes_raw())

    def cosign(self, text: str, timestamp: int) -> NoteSignature:
        """The signature line for a checkpoint's note text, stated at ``timestamp`` (POSIX seconds)."""
        signature = self.private_key.sign(_cosigned_message(text, timestamp))
        return NoteSignature(
            self.name, self.verifier.key_id, _TIMESTAMPED_SIGNATURE.pack(timestamp, signature)
        )


def cosigned_at(signature: NoteSignature) -> int:
    """POSIX seconds at which a witness says it signed; believe it only after the line verified."""
    return _unpack(signature.signature)[0]


def _unpack(signature: bytes) -> tuple[int, bytes]:
    if len(signature) != _TIMESTAMPED_SIGNATURE.size:
        raise NoteError("a cosignature is not an 8-byte timestamp and a 64-byte signature")
    timestamp, ed25519_signature = _TIMESTAMPED_SIGNATURE.unpack(signature)
    if timestamp > MAX_INTEGER:
        raise NoteError("a cosignature's timestamp is out of range")
    return timestamp, ed25519_signature


def _cosigned_message(text: str, timestamp: int) -> bytes:
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()
