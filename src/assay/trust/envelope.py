"""DSSE: the envelope in which a statement is signed (Dead Simple Signing Envelope v1.0).

https://github.com/secure-systems-lab/dsse: protocol and envelope. A receipt carries exactly one signature, Ed25519.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from assay.errors import AssayError, FormatError
from assay.trust.canonical import parse_canonical

IN_TOTO_PAYLOAD = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
"""What the payloads of that type call themselves (in-toto Attestation Framework)."""


class SignatureError(AssayError):
    """A signature does not fit the bytes, or names another key."""

    code = "signature_invalid"


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """PAE: what is signed in place of the payload itself, so that a type cannot be swapped."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def key_id(public_key: bytes) -> str:
    """SHA-256 of the raw 32-byte Ed25519 public key, lower-case hex."""
    return hashlib.sha256(public_key).hexdigest()


def check_signature(public_key: bytes, payload_type: str, payload: bytes, signature: bytes) -> None:
    """Raises `SignatureError` unless ``signature`` is by ``public_key`` over the payload."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            signature, pre_authentication_encoding(payload_type, payload)
        )
    except (InvalidSignature, ValueError) as error:
        raise SignatureError("The signature does not fit the signed bytes.") from error


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload with its type and its one signature."""

    payload: bytes
    key_id: str
    signature: bytes
    payload_type: str = IN_TOTO_PAYLOAD

    @classmethod
    def sign(cls, payload: bytes, key_id: str, sign: Callable[[bytes], bytes]) -> Envelope:
        return cls(payload, key_id, sign(pre_authentication_encoding(IN_TOTO_PAYLOAD, payload)))

    def check(self, public_key: bytes) -> None:
        """Raises `SignatureError` unless ``public_key`` made the signature and is the key that is named."""
        if self.key_id != key_id(public_key):
            raise SignatureError("The envelope names another key than the statement.")
        check_signature(public_key, self.payload_type, self.payload, self.signature)

    def to_json(self) -> dict[str, Any]:
        return {
            "payload": encode_base64(self.payload),
            "payloadType": self.payload_type,
            "signatures": [{"keyid": self.key_id, "sig": encode_base64(self.signature)}],
        }

    def to_bytes(self) -> bytes:
        """Canonical JSON: the bytes of ``receipt.json`` and of the log's entry."""
        return b'{"payload":"%s","payloadType":"%s","signatures":[{"keyid":"%s","sig":"%s"}]}' % (
            base64.b64encode(self.payload),
            self.payload_type.encode(),
            self.key_id.encode(),
            base64.b64encode(self.signature),
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Envelope:
        return cls.from_json(parse_canonical(data))

    @classmethod
    def from_json(cls, value: Any) -> Envelope:
        """Parse strictly: no further members, one signature, canonical base64. Raises `FormatError`."""
        try:
            (signature,) = value["signatures"]
            envelope = cls(
                payload=decode_base64(value["payload"]),
                key_id=signature["keyid"],
                signature=decode_base64(signature["sig"]),
                payload_type=value["payloadType"],
            )
            exact = envelope.to_json() == value
            if not isinstance(envelope.key_id, str):
                raise TypeError(envelope.key_id)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise FormatError("This is not a DSSE envelope with one signature.") from error
        if not exact:
            raise FormatError("The envelope has members that DSSE does not know.")
        if envelope.payload_type != IN_TOTO_PAYLOAD:
            raise FormatError(f"The envelope's payload is not {IN_TOTO_PAYLOAD}.")
        return envelope


def encode_base64(data: bytes) -> str:
    """Standard base64 (RFC 4648 §4)."""
    return base64.b64encode(data).decode()


def decode_base64(text: str) -> bytes:
    """Standard base64 (RFC 4648 §4) in its one canonical spelling. Raises `FormatError`."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise FormatError("This is not base64.") from error
    if encode_base64(data) != text:
        raise FormatError("This base64 is not in its canonical spelling.")
    return data
