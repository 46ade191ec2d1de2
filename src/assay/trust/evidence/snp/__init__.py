"""AMD SEV-SNP: the report of a guest, signed by a key of the chip's or of its cloud's that AMD certifies.

The document is the bare ATTESTATION_REPORT, 1,184 bytes. What it is judged with comes beside it: see `collateral`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from assay.trust.evidence import p384
from assay.trust.evidence.anchors import TrustAnchor, match
from assay.trust.evidence.certificates import Validity, verify_chain
from assay.trust.evidence.claims import NOTHING, Claims
from assay.trust.evidence.snp.claims import FAMILY, claims_of
from assay.trust.evidence.snp.collateral import CRL, Collateral, collect
from assay.trust.evidence.snp.endorsement import Endorsement
from assay.trust.evidence.snp.report import Report

__all__ = ["FAMILY", "collect", "verify"]


def verify(
    document: bytes,
    anchors: Sequence[TrustAnchor],
    at: datetime,
    collateral: Mapping[str, bytes] = NOTHING,
) -> Claims:
    """What a report claims, once its signature and chain hold at ``at`` under one of ``anchors``.

    ``at`` is an aware datetime: the moment as of which the certificates and the revocation list must be valid. The
    claims' anchor is the one that pins the ARK. ``issued_at`` is None: a report has no clock.

    Raises `EvidenceMalformed`, `EvidenceCollateralMissing`, `EvidenceUntrustedRoot`, `EvidenceChainInvalid` (also
    when the report is not of the chip or the firmware that its key is certified for), `EvidenceExpired`,
    `EvidenceRevoked` or `EvidenceSignatureInvalid`.
    """
    report = Report.parse(document)
    given = Collateral.read(collateral, report.signing_key)
    anchor = match(given.ark.fingerprint, anchors, FAMILY)
    validity = verify_chain((given.ark, given.ask, given.leaf), at)
    if given.crl is not None:
        given.crl.verify(given.ark)
        given.crl.require_unlisted((given.ask, given.leaf))
        validity = Validity.of_all((validity, given.crl.validity))
        validity.require(at)
    report.verify(p384.key_of(given.leaf))
    endorsement = Endorsement.read(given.ask, given.leaf)
    endorsement.require_fit(report)
    return claims_of(report, endorsement, anchor, validity, missing=() if given.crl is not None else (CRL,))
