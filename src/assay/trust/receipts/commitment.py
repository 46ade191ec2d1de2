"""Salted commitments: a receipt can be public while what it speaks of stays private.

Every committed value has a *label* that says what it is (``request``, ``request/temperature``, ``answer``).
The salt of a label is derived from one secret that only the caller receives, so the caller can open any
subset of the commitments and nobody else can guess at them, however short the prompt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from assay.errors import FormatError
from assay.trust.canonical import canonicalize, parse_canonical
from assay.trust.envelope import decode_base64, encode_base64

SECRET_BYTES = 32
SALT_BYTES = 32

ALGORITHM = "salted-sha256"
"""SHA-256 of the label's 32-byte salt followed by the value; names the digest in a statement's subject."""


_INNER_PAD = bytes(byte ^ 0x36 for byte in range(256))
_OUTER_PAD = bytes(byte ^ 0x5C for byte in range(256))


def commit(salt: bytes, value: bytes) -> str:
    """SHA-256 of ``salt || value``, lower-case hex. Salts have one length, so no two inputs run together."""
    return sha256(salt + value).hexdigest()


@dataclass(frozen=True, slots=True)
class OpeningSecret:
    """The secret from which every salt of one receipt is derived. It goes to the caller only."""

    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET_BYTES:
            raise FormatError(f"An opening secret has {SECRET_BYTES} bytes, not {len(self.secret)}.")

    def __repr__(self) -> str:
        return "OpeningSecret(...)"

    def salt(self, label: str) -> bytes:
        """32 bytes: HMAC-SHA256 of the label under the secret."""
        # RFC 2104 §2 written out: the library's sets a context up for each salt, at twice the cost of the hashing.
        block = self.secret.ljust(64, b"\0")
        inner = sha256(block.translate(_INNER_PAD) + label.encode()).digest()
        return sha256(block.translate(_OUTER_PAD) + inner).digest()

    def commit(self, label: str, value: bytes) -> str:
        """The commitment to ``value`` under ``label``, as lower-case hex."""
        return commit(self.salt(label), value)


@dataclass(frozen=True, slots=True)
class Opening:
    """What the holder of a receipt chose to reveal: salts by label, and values that no file of the bundle holds."""

    salts: Mapping[str, bytes]
    disclosed: Mapping[str, bytes] = field(default_factory=dict)

    def commit(self, label: str, value: bytes) -> str:
        """Raises `FormatError` when the salt of ``label`` was not revealed."""
        try:
            return commit(self.salts[label], value)
        except KeyError:
            raise FormatError(f"The opening lacks the salt of {label}.") from None

    def to_bytes(self) -> bytes:
        """Canonical JSON: the bytes of ``opening.json``."""
        return canonicalize(
            {
                "disclosed": {label: encode_base64(value) for label, value in self.disclosed.items()},
                "salts": {label: salt.hex() for label, salt in self.salts.items()},
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Opening:
        """Parse strictly. Raises `FormatError`."""
        value: Any = parse_canonical(data)
        try:
            opening = cls(
                salts={label: bytes.fromhex(salt) for label, salt in value["salts"].items()},
                disclosed={label: decode_base64(text) for label, text in value["disclosed"].items()},
            )
            exact = opening.to_bytes() == data
            if any(len(salt) != SALT_BYTES for salt in opening.salts.values()):
                raise ValueError("salt")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise FormatError("This is not an opening.") from error
        if not exact:
            raise FormatError("The opening has members that are not known.")
        return opening
