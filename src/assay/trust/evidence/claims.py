"""What a genuine piece of evidence says, before anybody judges it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from assay.trust.evidence.anchors import TrustAnchor


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of one attester, in the words of RATS (RFC 9334 §8).

    A parser fills this in once the signature and the chain hold, and decides nothing: whether these
    measurements, this anchor or a debug enclave are acceptable is for the appraisal.
    """

    family: str
    """The evidence format, such as ``nitro``."""
    anchor: TrustAnchor
    """The pinned root the chain ends in; its kind says whether hardware stands behind all this."""
    identity: str
    """The attester's own name for itself."""
    measurements: Mapping[str, str]
    """What runs inside: register name (``PCR0``) to digest in lower-case hexadecimal."""
    bound: bytes
    """Bytes the enclave chose to have signed, normally those of `bind`; may be empty."""
    nonce: bytes | None
    """The caller's challenge, when the document carries one."""
    public_key: bytes | None
    """A key of the enclave's, when the document carries one."""
    issued_at: datetime
    """When the attester says it made this; aware, UTC."""
    not_before: datetime
    """From when the whole chain is valid; aware, UTC."""
    not_after: datetime
    """Until when the whole chain is valid, this instant included; aware, UTC."""
    debug: bool
    """Whether the operator could look inside: such an enclave keeps no secret."""
