"""The vendors' roots, pinned by fingerprint: what hardware evidence may end in unless a policy says otherwise.

Sources: AWS, "Verifying the root of trust" of the Nitro Enclaves user guide. Intel, the "SGX Provisioning
Certification Root CA" of its trusted services; the same certificate ends the PCK chain inside real quotes.
"""

from __future__ import annotations

from typing import Final

from assay.trust.evidence.anchors import AnchorKind, TrustAnchor

AWS_NITRO_G1: Final = TrustAnchor(
    AnchorKind.PRODUCTION,
    "nitro",
    "AWS Nitro Enclaves root G1",
    "641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b",
)

INTEL_SGX: Final = TrustAnchor(
    AnchorKind.PRODUCTION,
    "tdx",
    "Intel SGX Root CA",
    "44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3",
)

PRODUCTION: Final = (AWS_NITRO_G1, INTEL_SGX)
"""Every root whose leaves live in hardware."""
