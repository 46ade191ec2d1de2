"""Evidence: a document of a trusted execution environment, checked down to a pinned root.

Each family has one file with one verb, ``verify(document, anchors, at) -> Claims``. A parser says what the
evidence claims; the appraisal says what that is worth.
"""

from __future__ import annotations

from assay.trust.evidence.anchors import AnchorKind, TrustAnchor
from assay.trust.evidence.binding import NODE_KEY_DOMAIN, bind
from assay.trust.evidence.claims import Claims
from assay.trust.evidence.errors import (
    EvidenceChainInvalid,
    EvidenceError,
    EvidenceExpired,
    EvidenceMalformed,
    EvidenceSignatureInvalid,
    EvidenceSimulated,
    EvidenceUntrustedRoot,
)

__all__ = [
    "NODE_KEY_DOMAIN",
    "AnchorKind",
    "Claims",
    "EvidenceChainInvalid",
    "EvidenceError",
    "EvidenceExpired",
    "EvidenceMalformed",
    "EvidenceSignatureInvalid",
    "EvidenceSimulated",
    "EvidenceUntrustedRoot",
    "TrustAnchor",
    "bind",
]
