"""What a node asks of the enclave it runs in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from assay.trust.evidence import Evidence, TrustAnchor


class Enclave(Protocol):
    """A trusted execution environment, real or simulated, seen from inside."""

    @property
    def family(self) -> str:
        """The evidence format it issues; names the parser under `assay.trust.evidence`."""

    @property
    def measurements(self) -> Mapping[str, str]:
        """What runs inside: register name to digest in lower-case hexadecimal, as the documents will say."""

    def anchor(self) -> TrustAnchor:
        """The root that its documents end in, typed by what that root is worth."""

    def evidence(self, bound: bytes, nonce: bytes) -> tuple[Evidence, ...]:
        """Fresh evidence over the 64 bytes ``bound``, in answer to ``nonce`` of at most 64 bytes.

        The processor's comes first, then that of its accelerators, which answer the SHA-256 of the first document.
        """
