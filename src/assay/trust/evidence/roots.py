"""The vendors' roots, pinned by fingerprint: what hardware evidence may end in unless a policy says otherwise.

Sources: AWS, "Verifying the root of trust" of the Nitro Enclaves user guide.
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

PRODUCTION: Final = (AWS_NITRO_G1,)
"""Every root whose leaves live in hardware."""
