"""The vendors' roots, pinned by fingerprint: what hardware evidence may end in unless a policy says otherwise.

Sources: AWS, "Verifying the root of trust" of the Nitro Enclaves user guide. Intel, the "SGX Provisioning
Certification Root CA" of its trusted services; the same certificate ends the PCK chain inside real quotes. NVIDIA,
``verifier_device_root.pem`` and ``verifier_RIM_root.pem`` of nvtrust's local GPU verifier, also on PyPI as
nv-local-gpu-verifier 2.7.3.
AMD, the ARK of each product line, as its key distribution service serves it (``/vcek/v1/Milan/cert_chain``, and so
for Genoa and Turin); copies in google/go-sev-guest, ``verify/trust``, and virtee/sev, ``tests/certs_data``.
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

AMD_ARK_MILAN: Final = TrustAnchor(
    AnchorKind.PRODUCTION,
    "snp",
    "AMD ARK-Milan",
    "69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd",
)
AMD_ARK_GENOA: Final = TrustAnchor(
    AnchorKind.PRODUCTION,
    "snp",
    "AMD ARK-Genoa",
    "4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1",
)
AMD_ARK_TURIN: Final = TrustAnchor(
    AnchorKind.PRODUCTION,
    "snp",
    "AMD ARK-Turin",
    "1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a",
)

NVIDIA_DEVICE_IDENTITY: Final = TrustAnchor(
    AnchorKind.PRODUCTION,
    "nvidia",
    "NVIDIA Device Identity CA",
    "102bf659d5419614c9d8e6aecebc80454eb26b1df6a769ac720b9a690b167b48",
)
NVIDIA_RIM: Final = TrustAnchor(
    AnchorKind.PRODUCTION,
    "nvidia-rim",
    "NVIDIA CoRIM signing Root CA",
    "12977b5115acb0381179279fffeb5a8c4d264971ebb32298023a465fa41df5d1",
)
"""Signs what a GPU's measurements should be, never a GPU."""

PRODUCTION: Final = (
    AWS_NITRO_G1,
    AMD_ARK_MILAN,
    AMD_ARK_GENOA,
    AMD_ARK_TURIN,
    INTEL_SGX,
    NVIDIA_DEVICE_IDENTITY,
    NVIDIA_RIM,
)
"""Every root whose leaves live in hardware."""
