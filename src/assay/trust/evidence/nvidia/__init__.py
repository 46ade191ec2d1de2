"""NVIDIA GPUs in confidential computing: Hopper and Blackwell.

The document is what the GPU signs: an SPDM 1.1 GET_MEASUREMENTS request of 37 bytes, directly followed by the
MEASUREMENTS response. Collateral, by name:

``chain``
    The GPU's five certificates from the leaf to NVIDIA's device root, in PEM, or in DER one after another.
``driver_rim``, ``vbios_rim``
    NVIDIA's reference integrity manifests of the driver's and the VBIOS's release: signed SWID tags in XML.
    Optional; without them nothing says whether what the GPU measured is what NVIDIA released.

Not read: NVIDIA's OCSP answers and revocation lists, and the reports of NVSwitches.
Sources: DMTF DSP0274; NVIDIA nvtrust and attestation-sdk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from assay.trust.evidence import p384
from assay.trust.evidence.anchors import TrustAnchor, match
from assay.trust.evidence.certificates import Validity, verify_chain
from assay.trust.evidence.claims import NOTHING, Claims
from assay.trust.evidence.errors import EvidenceCollateralMissing, EvidenceMalformed
from assay.trust.evidence.nvidia import chain as certificates
from assay.trust.evidence.nvidia import rim
from assay.trust.evidence.nvidia.files import collect
from assay.trust.evidence.nvidia.gpu import Gpu
from assay.trust.evidence.nvidia.spdm import Transcript

__all__ = ["FAMILY", "collect", "verify"]

FAMILY = "nvidia"


def verify(
    document: bytes,
    anchors: Sequence[TrustAnchor],
    at: datetime,
    collateral: Mapping[str, bytes] = NOTHING,
) -> Claims:
    """What a GPU's report claims, once its signature and chain hold at ``at`` (aware) under one of ``anchors``.

    The identity is NVIDIA's UEID: the leaf's serial number, in decimal; it changes with the GPU's firmware. The
    registers are named by SPDM index, from ``MEASUREMENT1``, and all count as code, as NVIDIA's manifests judge
    all alike. ``debug`` is None: the report has no such bit. A GPU signs no bytes of its caller's but the nonce.

    For each manifest that is there, the attribute of its name is ``matched`` or ``mismatched``; then
    ``driver_rim_differs`` or ``vbios_rim_differs`` says in what: ``product``, ``version``, or the registers.

    Raises `EvidenceCollateralMissing` without a chain, `EvidenceEngineMissing` for a manifest without the extra
    ``gpu``, else `EvidenceMalformed`, `EvidenceUntrustedRoot`, `EvidenceChainInvalid`, `EvidenceExpired` or
    `EvidenceSignatureInvalid`, of the report or of a manifest.
    """
    if not collateral.keys() <= {"chain", "driver_rim", "vbios_rim"}:
        raise EvidenceMalformed("a GPU's collateral is its chain, a driver_rim and a vbios_rim")
    if "chain" not in collateral:
        raise EvidenceCollateralMissing("a GPU's report does not hold its certificates: give its chain")
    transcript = Transcript.parse(document)
    chain = certificates.parse(collateral["chain"])

    anchor = match(chain[0].fingerprint, anchors, FAMILY)
    validities = [verify_chain(chain, at)]
    p384.verify(p384.key_of(chain[-1]), transcript.signature, transcript.signed)

    gpu = Gpu.of(chain, transcript)
    attributes = gpu.attributes
    releases = {"driver_rim": gpu.driver, "vbios_rim": gpu.vbios}
    # A simulated manifest vouches for no hardware.
    peers = [each for each in anchors if each.kind is anchor.kind]
    for name in filter(collateral.__contains__, releases):
        manifest = rim.verify(collateral[name], peers, at)
        validities.append(manifest.validity)
        differs = gpu.differs(manifest, releases[name])
        attributes[name] = "mismatched" if differs else "matched"
        if differs:
            attributes[f"{name}_differs"] = " ".join(differs)

    validity = Validity.of_all(validities)
    return Claims(
        family=FAMILY,
        anchor=anchor,
        identity=str(chain[-1].serial_number),
        measurements=MappingProxyType(dict(gpu.measurements)),
        code=tuple(gpu.measurements),
        bound=b"",
        nonce=transcript.nonce,
        public_key=None,
        issued_at=None,
        not_before=validity.not_before,
        not_after=validity.not_after,
        debug=None,
        versions=MappingProxyType({"driver": gpu.driver, "vbios": gpu.vbios}),
        attributes=MappingProxyType(attributes),
        missing=tuple(name for name in releases if name not in collateral),
    )
