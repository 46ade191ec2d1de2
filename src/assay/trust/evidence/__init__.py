"""Evidence: a document of a trusted execution environment, checked down to a pinned root.

Each family has one file with one verb, ``verify(document, anchors, at, collateral) -> Claims``. A parser says what the
evidence claims; the appraisal says what that is worth.
"""

from __future__ import annotations

from assay.trust.evidence.anchors import AnchorKind, TrustAnchor
from assay.trust.evidence.binding import NODE_KEY_DOMAIN, bind
from assay.trust.evidence.claims import NOTHING, Claims
from assay.trust.evidence.errors import (
    EvidenceChainInvalid,
    EvidenceCollateralMissing,
    EvidenceEngineMissing,
    EvidenceError,
    EvidenceExpired,
    EvidenceMalformed,
    EvidenceRevoked,
    EvidenceSignatureInvalid,
    EvidenceSimulated,
    EvidenceUnknownFamily,
    EvidenceUnprotected,
    EvidenceUntrustedRoot,
)
from assay.trust.evidence.evidence import Evidence

__all__ = [
    "NODE_KEY_DOMAIN",
    "NOTHING",
    "AnchorKind",
    "Claims",
    "Evidence",
    "EvidenceChainInvalid",
    "EvidenceCollateralMissing",
    "EvidenceEngineMissing",
    "EvidenceError",
    "EvidenceExpired",
    "EvidenceMalformed",
    "EvidenceRevoked",
    "EvidenceSignatureInvalid",
    "EvidenceSimulated",
    "EvidenceUnknownFamily",
    "EvidenceUnprotected",
    "EvidenceUntrustedRoot",
    "TrustAnchor",
    "bind",
]
