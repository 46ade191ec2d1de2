"""The SPDM exchange that a GPU signs: GET_MEASUREMENTS and MEASUREMENTS, version 1.1 (DMTF DSP0274 §10.11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from assay.trust.evidence.errors import EvidenceMalformed
from assay.trust.evidence.nvidia.reader import Reader

MAX_DOCUMENT: Final = 16 * 1024
"""Bytes; the reports of Hopper and Blackwell have a little over 4 KiB."""

NONCE_SIZE: Final = 32
SIGNATURE_SIZE: Final = 96
"""Bytes of ``r || s`` on P-384, big-endian."""

_VERSION = 0x11
_GET_MEASUREMENTS = 0xE0
_MEASUREMENTS = 0x60
_WITH_SIGNATURE = 0x01
_ALL_MEASUREMENTS = 0xFF
_DMTF_SPECIFICATION = 0x01


@dataclass(frozen=True, slots=True)
class Transcript:
    """Request and response, parsed; nobody has checked the signature yet."""

    nonce: bytes
    """The requester's 32 bytes, its challenge."""
    measurements: Mapping[int, bytes]
    """By the blocks' own index, from 1, in the order of the report."""
    opaque: bytes
    """What the device adds of its own; see `opaque`."""
    signed: bytes
    """All that the signature covers."""
    signature: bytes

    @classmethod
    def parse(cls, document: bytes) -> Transcript:
        """Read a request directly followed by its response. Raises `EvidenceMalformed` for anything else."""
        if len(document) > MAX_DOCUMENT:
            raise EvidenceMalformed(f"a GPU's report has at most {MAX_DOCUMENT} bytes")
        reader = Reader(document)
        nonce = _request(reader)
        measurements = _measurements(reader)
        reader.take(NONCE_SIZE)  # the responder's: it makes the signature unique and tells us nothing
        opaque = reader.take(reader.number(2))
        signature = reader.take(SIGNATURE_SIZE)
        if reader.left:
            raise EvidenceMalformed("bytes follow the report's signature")
        return cls(nonce, measurements, opaque, document[:-SIGNATURE_SIZE], signature)


def register(index: int) -> str:
    """The name under which the measurement at ``index`` goes into claims."""
    return f"MEASUREMENT{index}"


def _request(reader: Reader) -> bytes:
    """Read GET_MEASUREMENTS (table 42) and return its nonce."""
    if (reader.number(1), reader.number(1)) != (_VERSION, _GET_MEASUREMENTS):
        raise EvidenceMalformed("the report does not begin with a GET_MEASUREMENTS request of SPDM 1.1")
    attributes, operation = reader.number(1), reader.number(1)
    if not attributes & _WITH_SIGNATURE or operation != _ALL_MEASUREMENTS:
        raise EvidenceMalformed("the request is not for all measurements with a signature")
    nonce = reader.take(NONCE_SIZE)
    reader.take(1)  # the certificate slot
    return nonce


def _measurements(reader: Reader) -> dict[int, bytes]:
    """Read MEASUREMENTS (table 44) up to the end of its measurement record."""
    if (reader.number(1), reader.number(1)) != (_VERSION, _MEASUREMENTS):
        raise EvidenceMalformed("the request is not followed by a MEASUREMENTS response of SPDM 1.1")
    reader.take(2)
    count = reader.number(1)
    record = Reader(reader.take(reader.number(3)))
    blocks = dict(_block(record) for _ in range(count))
    if record.left or len(blocks) != count:
        raise EvidenceMalformed("the measurement record is not exactly the blocks it announces, each once")
    return blocks


def _block(record: Reader) -> tuple[int, bytes]:
    """Read one measurement block (§10.11.1): its index and the value inside."""
    index, specification = record.number(1), record.number(1)
    if specification != _DMTF_SPECIFICATION:
        raise EvidenceMalformed("a measurement block does not follow DMTF's specification")
    measurement = Reader(record.take(record.number(2)))
    measurement.take(1)  # what kind of code or data it is; NVIDIA says so in its reference values
    value = measurement.take(measurement.number(2))
    if measurement.left or not value:
        raise EvidenceMalformed("a measurement is not as long as it says")
    return index, value
