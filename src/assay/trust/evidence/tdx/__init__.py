"""Intel TDX: the quote of a trust domain, signed by a platform that Intel certifies.

The document is the bare quote, version 4 (TD report 1.0) or 5 (TD report 1.0 or 1.5). What it is judged with comes
beside it: see `collateral`. Intel's rules are in an engine, the extra ``tdx``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from assay.trust.evidence.anchors import TrustAnchor, match
from assay.trust.evidence.certificates import Certificate
from assay.trust.evidence.claims import NOTHING, Claims
from assay.trust.evidence.tdx import engine
from assay.trust.evidence.tdx.claims import FAMILY, claims_of
from assay.trust.evidence.tdx.collateral import Collateral, collect
from assay.trust.evidence.tdx.quote import Quote

__all__ = ["FAMILY", "collect", "verify"]


def verify(
    document: bytes,
    anchors: Sequence[TrustAnchor],
    at: datetime,
    collateral: Mapping[str, bytes] = NOTHING,
) -> Claims:
    """What a quote claims, once its signature and chain hold at ``at`` under one of ``anchors``.

    ``at`` is an aware datetime: the moment as of which certificates, revocation lists and Intel's statements must be
    valid. The claims' anchor is the one that pins the root of all of them. ``identity`` is the PPID, in hexadecimal:
    Intel's name for the processor package, the same for every domain on it. ``issued_at`` is None: a quote has no
    clock.

    Raises `EvidenceMalformed` (also for the quote of an SGX enclave), `EvidenceCollateralMissing`,
    `EvidenceUntrustedRoot`, `EvidenceChainInvalid`, `EvidenceExpired`, `EvidenceRevoked`,
    `EvidenceSignatureInvalid`, `EvidenceEngineMissing`, or `EvidenceUnprotected` for a domain under debug and for
    one on firmware that Intel does not list: of these the engine tells nothing, so nothing is claimed.
    """
    quote = Quote.parse(document)
    given = Collateral.read(collateral)
    pck_chain = Certificate.parse_pem(quote.pck_chain)
    anchor = match(given.root(pck_chain).fingerprint, anchors, FAMILY)
    validity = given.validity(pck_chain)
    validity.require(at)
    given.require_unlisted(pck_chain)
    platform = engine.verify(document, given, pck_chain, at)
    return claims_of(quote, platform, anchor, validity)
