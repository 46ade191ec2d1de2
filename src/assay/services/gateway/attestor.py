"""The node's evidence: what backs the key that signs its receipts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from assay.engines.enclave.enclave import Enclave
from assay.engines.enclave.node_key import NodeKey
from assay.trust.evidence import NODE_KEY_DOMAIN, bind
from assay.trust.receipts.predicate import EvidenceClaim

RENEW_AFTER = timedelta(hours=1)
"""Evidence older than this is replaced before the next receipt names it; a Nitro leaf lives for three hours."""


class Attestor:
    """Keeps one current evidence document over the node's key, and every earlier one by digest."""

    def __init__(
        self, enclave: Enclave, key: NodeKey, directory: Path, clock: Callable[[], datetime]
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._enclave = enclave
        self._key = key
        self._directory = directory
        self._clock = clock
        self._renewed_at = clock()
        self._current = self._renew()

    @property
    def family(self) -> str:
        return self._enclave.family

    def current(self) -> tuple[EvidenceClaim, ...]:
        """What a receipt issued now names as its evidence."""
        now = self._clock()
        if now - self._renewed_at > RENEW_AFTER:
            self._renewed_at = now
            self._current = self._renew()
        return self._current

    def attest(self, nonce: bytes) -> bytes:
        """A fresh document over the node's key and a caller's nonce."""
        bound = bind(NODE_KEY_DOMAIN, self._key.public_key, (), nonce)
        return self._enclave.attest(user_data=bound, nonce=nonce or None, public_key=self._key.public_key)

    def document(self, sha256: str) -> bytes | None:
        """The evidence document with this digest (64 hex digits), if this node ever issued it."""
        if len(sha256) != 64 or not all(digit in "0123456789abcdef" for digit in sha256):
            return None
        path = self._directory / sha256
        return path.read_bytes() if path.is_file() else None

    def _renew(self) -> tuple[EvidenceClaim, ...]:
        document = self.attest(b"")
        digest = hashlib.sha256(document).hexdigest()
        draft = self._directory / f".{digest}"
        draft.write_bytes(document)
        draft.rename(self._directory / digest)
        return (EvidenceClaim(self._enclave.family, digest),)
