"""AMD's product lines: each has its own root, its own bytes in a TCB_VERSION, its own length of a chip's name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum
from typing import Final

from assay.trust.evidence.errors import EvidenceMalformed


class ProductLine(Enum):
    """A generation of EPYC processors, by the name that AMD's key distribution service has for it."""

    MILAN = "Milan"
    GENOA = "Genoa"
    """Bergamo and Siena too."""
    TURIN = "Turin"

    @classmethod
    def of_cpuid(cls, family: int, model: int) -> ProductLine:
        """The line of a processor, by its combined family and model (CPUID Fn0000_0001_EAX).

        Raises `EvidenceMalformed` for a processor that belongs to none of them.
        """
        for line, models in _MODELS:
            if (family, model) in models:
                return line
        raise EvidenceMalformed(f"no product line is known for processor family {family:#x} model {model:#x}")

    @property
    def chip_id_size(self) -> int:
        """Bytes of a chip's name in its certificate; in a report zeros follow, up to 64 (AMD 57230 §3)."""
        return 8 if self is ProductLine.TURIN else 64

    @property
    def parts(self) -> Collection[str]:
        """The parts of the firmware that have security version numbers."""
        return _TCB_VERSION[self].keys()

    def svns(self, tcb: bytes) -> dict[str, int]:
        """The security version number of each part of the firmware in a TCB_VERSION (AMD 56860 §2.2)."""
        return {part: tcb[offset] for part, offset in _TCB_VERSION[self].items()}


_MODELS: Final = (
    (ProductLine.MILAN, {(0x19, model) for model in range(0x00, 0x10)}),
    (ProductLine.GENOA, {(0x19, model) for model in (*range(0x10, 0x20), *range(0xA0, 0xB0))}),
    (ProductLine.TURIN, {(0x1A, model) for model in range(0x00, 0x12)}),
)

_UNTIL_GENOA: Final = {"bootloader": 0, "tee": 1, "snp": 6, "microcode": 7}
_SINCE_TURIN: Final = {"fmc": 0, "bootloader": 1, "tee": 2, "snp": 3, "microcode": 7}
_TCB_VERSION: Final[Mapping[ProductLine, Mapping[str, int]]] = {
    ProductLine.MILAN: _UNTIL_GENOA,
    ProductLine.GENOA: _UNTIL_GENOA,
    ProductLine.TURIN: _SINCE_TURIN,
}
"""The byte of each part."""
