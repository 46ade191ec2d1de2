"""The bytes of a TDX quote, cut at its fields; nothing here is believed yet.

Source: Intel, "TDX DCAP: Quote Generation Library and Quote Verification Library", appendix A (quote formats 4
and 5, certification data), and "TDX Module: ABI specification", TDREPORT_STRUCT and TD_INFO_STRUCT.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from assay.trust.evidence.errors import EvidenceMalformed

MAX_QUOTE: Final = 16 * 1024
"""Bytes; real quotes have five to eight thousand."""

_TEE_SGX: Final = 0x00
_TEE_TDX: Final = 0x81

_TD_REPORT_1_0: Final[tuple[tuple[str, int], ...]] = (
    ("tee_tcb_svn", 16),
    ("mr_seam", 48),
    ("mr_signer_seam", 48),
    ("seam_attributes", 8),
    ("td_attributes", 8),
    ("xfam", 8),
    ("mr_td", 48),
    ("mr_config_id", 48),
    ("mr_owner", 48),
    ("mr_owner_config", 48),
    ("rtmr0", 48),
    ("rtmr1", 48),
    ("rtmr2", 48),
    ("rtmr3", 48),
    ("report_data", 64),
)
_TD_REPORT_1_5: Final = (*_TD_REPORT_1_0, ("tee_tcb_svn2", 16), ("mr_service_td", 48))
_BODIES: Final = {2: _TD_REPORT_1_0, 3: _TD_REPORT_1_5}
"""By the type that a version 5 quote gives its body."""

_QE_REPORT_CERTIFICATION: Final = 6
_PCK_CHAIN_IN_PEM: Final = 5


@dataclass(frozen=True, slots=True)
class Quote:
    """What a quote carries, signed or not."""

    version: int
    report: Mapping[str, bytes]
    """The fields of the TD report, by their names in the specification."""
    pck_chain: bytes
    """PEM, from the platform's certificate (PCK) up to the root."""

    @classmethod
    def parse(cls, document: bytes) -> Quote:
        """Cut ``document``: a quote, and perhaps the zeros up to the end of the buffer it was read into.

        Raises `EvidenceMalformed` for anything else, an SGX quote among it.
        """
        if len(document) > MAX_QUOTE:
            raise EvidenceMalformed(f"a TDX quote has at most {MAX_QUOTE} bytes")
        reader = _Reader(document)
        version = _header(reader)
        report = _body(reader, version)
        chain = _signature_data(_Reader(reader.take(reader.number(4))))
        if document[reader.position :].strip(b"\0"):
            raise EvidenceMalformed("something follows the quote")
        return cls(version, MappingProxyType(report), chain)


class _Reader:
    """Takes bytes from the front; numbers are little-endian."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def take(self, size: int) -> bytes:
        end = self.position + size
        if end > len(self.data):
            raise EvidenceMalformed("the quote ends in the middle of a field")
        taken = self.data[self.position : end]
        self.position = end
        return taken

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")

    def finish(self) -> None:
        if self.position != len(self.data):
            raise EvidenceMalformed("a part of the quote is longer than what is in it")


def _header(reader: _Reader) -> int:
    """The quote's version; the kind of key and the vendor are left to the engine."""
    version = reader.number(2)
    reader.take(2)
    tee_type = reader.number(4)
    if tee_type == _TEE_SGX:
        raise EvidenceMalformed("this is a quote of an SGX enclave, not of a TDX domain")
    if tee_type != _TEE_TDX or version not in (4, 5):
        raise EvidenceMalformed("this is not a TDX quote of version 4 or 5")
    reader.take(2 + 2 + 16 + 20)
    return version


def _body(reader: _Reader, version: int) -> dict[str, bytes]:
    fields = _TD_REPORT_1_0
    if version == 5:
        body_type, size = reader.number(2), reader.number(4)
        if body_type not in _BODIES:
            raise EvidenceMalformed("the quote's body is neither a TD report 1.0 nor 1.5")
        fields = _BODIES[body_type]
        if size != sum(width for _, width in fields):
            raise EvidenceMalformed("the quote's body has not the size of its type")
    return {name: reader.take(width) for name, width in fields}


def _signature_data(reader: _Reader) -> bytes:
    """The PCK chain from behind the signature, the attestation key and the report of the quoting enclave."""
    reader.take(64 + 64)
    enclave = _Reader(_certification(reader, _QE_REPORT_CERTIFICATION))
    enclave.take(384 + 64)
    enclave.take(enclave.number(2))
    return _certification(enclave, _PCK_CHAIN_IN_PEM)


def _certification(reader: _Reader, expected: int) -> bytes:
    """The content of the certification data that ends a part of the quote."""
    kind = reader.number(2)
    content = reader.take(reader.number(4))
    reader.finish()
    if kind != expected:
        raise EvidenceMalformed(f"the quote certifies its key by data of type {kind}, not {expected}")
    return content
