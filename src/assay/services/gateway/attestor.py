"""The node's evidence: what backs the key that signs its receipts."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from assay.engines.enclave.boot_key import BootKey
from assay.engines.enclave.enclave import Enclave
from assay.engines.tlog.durable import write_durably
from assay.trust.evidence import NODE_KEY_DOMAIN, bind, collection
from assay.trust.evidence.collection import Collection
from assay.trust.receipts.predicate import EvidenceClaim

RENEW_AFTER = timedelta(hours=1)
"""Evidence older than this is replaced before the next receipt names it; a Nitro leaf lives for three hours."""
RETRY_AFTER = timedelta(minutes=1)
"""How long a node that failed to renew its evidence goes on with what it has before it tries again."""

logger = logging.getLogger(__name__)


class Attestor:
    """Keeps one current evidence file over the key of this boot, and every earlier one by digest."""

    def __init__(
        self, enclave: Enclave, key: BootKey, directory: Path, clock: Callable[[], datetime]
    ) -> None:
        self._enclave = enclave
        self._key = key
        self._directory = directory
        self._clock = clock
        self._due = clock() + RENEW_AFTER
        self._current = self._renew()

    def current(self) -> tuple[EvidenceClaim, ...]:
        """What a receipt issued now names as its evidence.

        Evidence that cannot be renewed, as on a full disk, stays: a receipt is better with it than not issued.
        """
        now = self._clock()
        if now > self._due:
            try:
                self._current = self._renew()
            except OSError as error:
                logger.error("the evidence could not be renewed: %s", error)
                self._due = now + RETRY_AFTER
            else:
                self._due = now + RENEW_AFTER
        return self._current

    def attest(self, nonce: bytes) -> bytes:
        """A fresh evidence file over the key of this boot and a caller's nonce."""
        bound = bind(NODE_KEY_DOMAIN, self._key.public_key, (), nonce)
        parts = self._enclave.evidence(bound, nonce)
        certificate = self._key.certificate(self._clock())
        return Collection(parts, self._key.public_key, nonce=nonce, certificate=certificate).to_bytes()

    def document(self, sha256: str) -> bytes | None:
        """The evidence file with this digest (64 hex digits), if this node ever issued it."""
        if len(sha256) != 64 or not all(digit in "0123456789abcdef" for digit in sha256):
            return None
        path = self._directory / sha256
        return path.read_bytes() if path.is_file() else None

    def _renew(self) -> tuple[EvidenceClaim, ...]:
        document = self.attest(b"")
        digest = hashlib.sha256(document).hexdigest()
        write_durably(self._directory / digest, document)
        return (EvidenceClaim(collection.TYPE, digest),)
