"""What a verified report and its chain say of the GPU behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from assay.trust.evidence.certificates import Certificate
from assay.trust.evidence.errors import EvidenceChainInvalid
from assay.trust.evidence.nvidia import chain as certificates
from assay.trust.evidence.nvidia import opaque
from assay.trust.evidence.nvidia.opaque import Field
from assay.trust.evidence.nvidia.rim import Rim
from assay.trust.evidence.nvidia.spdm import Transcript, register

_ARCHITECTURES = {"GH": "hopper", "GB": "blackwell"}
"""By the first letters of a chip's name."""

_NVDEC_REGISTER: Final = register(36)
"""Measures the video decoder's firmware; says nothing while the decoder is off (attestation-sdk, verify.cpp)."""

_FEATURES = {b"\0": "SPT", b"\1": "MPT", b"\2": "PPCIE"}
"""Single GPU passed through, several, or several whose links between each other are in the clear."""

_TEXTS = (Field.PROJECT, Field.PROJECT_SKU, Field.CHIP_SKU)
"""What names the board's VBIOS in NVIDIA's library of manifests."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU, as it says itself."""

    hardware_model: str
    """Such as ``GH100 A01 GSP BROM``, from the chain."""
    measurements: Mapping[str, str]
    """Register to digest, in lower-case hexadecimal."""
    driver: str
    vbios: str
    firmware_matched: bool
    """Whether the report names the firmware that the leaf is certified for; older firmware names none."""
    fields: Mapping[int, bytes]
    """The report's opaque data."""

    @classmethod
    def of(cls, chain: Sequence[Certificate], transcript: Transcript) -> Gpu:
        """Read what the report says. Raises `EvidenceMalformed`, or `EvidenceChainInvalid` for another firmware."""
        fields = opaque.fields(transcript.opaque)
        named = fields.get(Field.FWID)
        if named is not None and named != certificates.firmware_id(chain[-1]):
            raise EvidenceChainInvalid("the report comes from a firmware that its leaf was not certified for")
        return cls(
            hardware_model=certificates.hardware_model(chain),
            measurements={register(index): value.hex() for index, value in transcript.measurements.items()},
            driver=opaque.driver_version(fields),
            vbios=opaque.vbios_version(fields),
            firmware_matched=named is not None,
            fields=fields,
        )

    @property
    def chip(self) -> str:
        """The chip as manifests call it: the report's word for it, or on Hopper, which has none, the chain's."""
        return opaque.text(self.fields.get(Field.CHIP_INFO, b"")) or self.hardware_model.split()[0]

    @property
    def attributes(self) -> dict[str, str | int | bool]:
        """What rules may look at, by NVIDIA's names. A field that is not in the report is not here either."""
        fields = self.fields
        found: dict[str, str | int | bool] = {
            "hwmodel": self.hardware_model,
            "chip": self.chip,
            "fwid_match": self.firmware_matched,
        }
        found |= {each.name.lower(): opaque.text(fields[each]) for each in _TEXTS if each in fields}
        if architecture := _ARCHITECTURES.get(self.hardware_model[:2]):
            found["architecture"] = architecture
        if Field.PROTECTED_PCIE_STATUS in fields:
            found["protected_pcie"] = fields[Field.PROTECTED_PCIE_STATUS] != opaque.DISABLED
        if Field.FEATURE_FLAG in fields:
            flag = fields[Field.FEATURE_FLAG]
            found["feature_flag"] = _FEATURES.get(flag, flag.hex())
        return found

    def differs(self, rim: Rim, release: str) -> list[str]:
        """In what this GPU is not as ``rim`` says ``release`` is: ``product``, ``version``, or its registers."""
        if rim.product != self.chip:
            return ["product"]
        if rim.version.upper() != release.upper():
            return ["version"]
        idle = self.fields.get(Field.NVDEC0_STATUS) == opaque.DISABLED
        return [
            name
            for name, alternatives in rim.golden.items()
            if not (idle and name == _NVDEC_REGISTER) and self.measurements.get(name) not in alternatives
        ]
