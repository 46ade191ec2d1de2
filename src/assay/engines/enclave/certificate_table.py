"""The certificates that a SEV-SNP host hands its guests along with a report.

Source: AMD, "SEV-ES Guest-Hypervisor Communication Block Standardization" 2.03, §4.1.8.1: entries of a GUID (16
bytes), and offset and length (32 bits each, little-endian) from the beginning of the table, ended by an entry of zeros.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from assay.trust.evidence import EvidenceMalformed

_ENTRY: Final = struct.Struct("<16sII")
_END: Final = bytes(16)
_KNOWN: Final = frozenset(
    UUID(guid).bytes
    for guid in (
        "63da758d-e664-4564-adc5-f4b93be8accd",  # VCEK
        "a8074bc2-a25a-483e-aae6-39c045a0b8a1",  # VLEK
        "4ab7b379-bbac-4fe4-a02f-05aef327c782",  # ASK
        "c0b406a4-a803-4952-9743-3fb6014cd0ae",  # ARK
        "92f81bc3-5811-4d3d-97ff-d19f88dc67ea",  # CRL
    )
)


def read_table(table: bytes) -> Iterator[bytes]:
    """The certificates and revocation lists of AMD's in ``table``, which may be empty.

    What the host adds of its own is passed over. Raises `EvidenceMalformed` for an entry that reaches outside.
    """
    for start in range(0, len(table), _ENTRY.size):
        entry = table[start : start + _ENTRY.size]
        if len(entry) < _ENTRY.size:
            raise EvidenceMalformed("the host's table of certificates has no end")
        guid, offset, length = _ENTRY.unpack(entry)
        if guid == _END:
            return
        if offset + length > len(table):
            raise EvidenceMalformed("the host's table of certificates points outside itself")
        if guid in _KNOWN and length:
            yield table[offset : offset + length]
