"""The key that signs receipts: made at each boot, never written anywhere, and certified by the node's identity."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.engines.enclave.node_key import NodeKey
from assay.trust.keys.certificate import KeyCertificate

LIFETIME: Final = timedelta(days=7)
"""How long a certificate holds. A node that runs longer gets the next one at half of it."""
BACKDATING: Final = timedelta(minutes=1)
"""How long before it is made a certificate holds, so that a clock set back a little costs no receipt."""


class BootKey:
    """An Ed25519 key pair that lives as long as this process, and the identity's word for it."""

    def __init__(self, identity: NodeKey, clock: Callable[[], datetime]) -> None:
        self._key = NodeKey(Ed25519PrivateKey.generate())
        self._identity = identity
        self._clock = clock
        self.public_key = self._key.public_key
        """32 bytes (RFC 8032 §5.1.5)."""
        self.key_id = self._key.key_id
        """SHA-256 of `public_key` in lower-case hexadecimal; the ``keyid`` of its DSSE signatures."""
        self._renew(clock())

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of ``message`` (pure Ed25519, RFC 8032 §5.1.6)."""
        return self._key.sign(message)

    def certificate(self, now: datetime) -> KeyCertificate:
        """The identity's word for this key, with half of its time or more still to come."""
        if not self._serves_from <= now < self._renew_from:
            self._renew(now)
        return self._certificate

    def _renew(self, now: datetime) -> None:
        self._serves_from, self._renew_from = now - BACKDATING, now + LIFETIME / 2
        self._certificate = KeyCertificate.issue(
            self._identity.public_key.hex(),
            self.public_key.hex(),
            self._serves_from,
            now + LIFETIME,
            self._identity.sign,
        )
