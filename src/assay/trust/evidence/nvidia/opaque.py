"""What a GPU adds to its measurements: type-length-value fields in the response's opaque data.

Source: NVIDIA nvtrust and attestation-sdk, the ``OPAQUE_FIELD_ID_*`` types.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from assay.trust.evidence.errors import EvidenceMalformed
from assay.trust.evidence.nvidia.reader import Reader


class Field(IntEnum):
    """The types that are read here; others may be there."""

    DRIVER_VERSION = 3
    VBIOS_VERSION = 6
    NVDEC0_STATUS = 11
    CHIP_SKU = 15
    PROJECT = 17
    PROJECT_SKU = 18
    FWID = 20
    PROTECTED_PCIE_STATUS = 21
    OPAQUE_DATA_VERSION = 34
    CHIP_INFO = 35
    FEATURE_FLAG = 36


DISABLED: Final = b"\x55"
"""The value of a status field whose feature is off; on, it is 0xAA."""

_NEWEST_VERSION = 1
"""Of the opaque data itself; what has no version field is older still."""

_VBIOS_SIZE = 8


def fields(opaque: bytes) -> Mapping[int, bytes]:
    """The fields by type.

    Raises `EvidenceMalformed` when one is cut short or there twice, or when they are of a newer version.
    """
    reader = Reader(opaque)
    found: dict[int, bytes] = {}
    while reader.left:
        kind = reader.number(2)
        if kind in found:
            raise EvidenceMalformed("a field of the opaque data is there twice")
        found[kind] = reader.take(reader.number(2))
    if int.from_bytes(found.get(Field.OPAQUE_DATA_VERSION, b""), "little") > _NEWEST_VERSION:
        raise EvidenceMalformed("the opaque data is of a version newer than this verifier")
    return MappingProxyType(found)


def text(value: bytes) -> str:
    """A string padded with zeros. Raises `EvidenceMalformed` unless it is printable ASCII."""
    trimmed = value.rstrip(b"\0")
    # It is shown on terminals, so control characters are out.
    if trimmed.isascii() and trimmed.decode("ascii").isprintable():
        return trimmed.decode("ascii")
    raise EvidenceMalformed("a field of the opaque data is not printable ASCII")


def driver_version(found: Mapping[int, bytes]) -> str:
    """Such as ``550.90.07``. Raises `EvidenceMalformed` when there is none: only a GPU's report has one."""
    version = text(found.get(Field.DRIVER_VERSION, b""))
    if not version:
        raise EvidenceMalformed("the report names no driver version: it is not a GPU's")
    return version


def vbios_version(found: Mapping[int, bytes]) -> str:
    """Such as ``96.00.9F.00.01``: the low word's four bytes from the top, then the lowest of the high word.

    Raises `EvidenceMalformed` when there is none.
    """
    value = found.get(Field.VBIOS_VERSION, b"")
    if len(value) != _VBIOS_SIZE:
        raise EvidenceMalformed("the report names no VBIOS version: it is not a GPU's")
    return ".".join(f"{byte:02X}" for byte in (*reversed(value[:4]), value[4]))
