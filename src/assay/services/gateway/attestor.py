"""The node's evidence: what backs the key that signs its receipts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from assay.engines.enclave.boot_key import BootKey
from assay.engines.enclave.enclave import Enclave
from assay.engines.storage.blobs import Blobs
from assay.errors import AssayError
from assay.services.gateway.allowance import Allowance
from assay.trust.evidence import NODE_KEY_DOMAIN, bind, collection
from assay.trust.evidence.collection import Collection
from assay.trust.receipts.predicate import EvidenceClaim

RENEW_AFTER = timedelta(hours=1)
"""Evidence older than this is replaced before the next receipt names it; a Nitro leaf lives for three hours."""
RETRY_AFTER = timedelta(minutes=1)
"""How long a node that failed to renew its evidence goes on with what it has before it tries again."""

BURST, PER_SECOND = 50, 5.0
"""Fresh evidence for strangers: hosts of SEV-SNP guests let the hardware answer a few times a second."""

logger = logging.getLogger(__name__)


class AttestationBusy(AssayError):
    """Fresh evidence takes the hardware's time, and too many want it at once."""

    code = "attestation_busy"
    hint = "ask again in a second; the evidence that a receipt names needs no nonce"


class Attestor:
    """Keeps one current evidence file over the key of this boot, and every earlier one by digest."""

    def __init__(
        self, enclave: Enclave, key: BootKey, directory: Path, clock: Callable[[], datetime]
    ) -> None:
        self._enclave = enclave
        self._key = key
        self._files = Blobs(directory)
        self._clock = clock
        self._asked = Allowance(BURST, PER_SECOND, clock)
        self._due = clock() + RENEW_AFTER
        self._current = self._renew()

    def current(self) -> tuple[EvidenceClaim, ...]:
        """What a receipt issued now names as its evidence.

        Evidence that cannot be renewed, as on a full disk or where the hardware is out of breath, stays: a receipt
        is better with it than not issued.
        """
        now = self._clock()
        if now > self._due:
            try:
                self._current = self._renew()
            except (OSError, AssayError) as error:
                logger.error("the evidence could not be renewed: %s", error)
                self._due = now + RETRY_AFTER
            else:
                self._due = now + RENEW_AFTER
        return self._current

    def answer(self, nonce: bytes) -> bytes:
        """A fresh evidence file in answer to anybody's ``nonce``. Raises `AttestationBusy`."""
        if not self._asked.take():
            raise AttestationBusy("This node is asked for fresh evidence too often at the moment.")
        return self._attest(nonce)

    def _attest(self, nonce: bytes) -> bytes:
        bound = bind(NODE_KEY_DOMAIN, self._key.public_key, (), nonce)
        parts = self._enclave.evidence(bound, nonce)
        certificate = self._key.certificate(self._clock())
        return Collection(parts, self._key.public_key, nonce=nonce, certificate=certificate).to_bytes()

    def document(self, sha256: str) -> bytes | None:
        """The evidence file with this digest (64 hex digits), if this node ever issued it."""
        return self._files.get(sha256)

    def _renew(self) -> tuple[EvidenceClaim, ...]:
        return (EvidenceClaim(collection.TYPE, self._files.put(self._attest(b""))),)
