"""What a node asks of the enclave it runs in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from assay.trust.evidence import TrustAnchor


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

    def attest(
        self, *, user_data: bytes, nonce: bytes | None = None, public_key: bytes | None = None
    ) -> bytes:
        """A fresh evidence document over the caller's bytes.

        At most 512 bytes of ``user_data`` and ``nonce`` and 1,024 of ``public_key``; `ValueError` above that.
        """
