"""Names of members for the public log: fresh each time, so that receipts of one member cannot be linked."""

from __future__ import annotations

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

_NONCE_BYTES = 12


class Seal:
    """Whoever has the key can tell who paid for a receipt, and nobody else can."""

    def __init__(self, key: bytes) -> None:
        """``key``: 32 bytes."""
        self._cipher = ChaCha20Poly1305(key)

    def close(self, member: str) -> str:
        """A member's id as a receipt has it."""
        nonce = os.urandom(_NONCE_BYTES)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, member.encode(), None)).decode()

    def open(self, reference: str) -> str | None:
        """The member behind a receipt's payment reference; None when another payee sealed it."""
        try:
            sealed = base64.b64decode(reference, validate=True)
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None).decode()
        except (ValueError, InvalidTag):
            return None
