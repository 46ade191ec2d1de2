"""AWS Nitro attestation documents, real or simulated: the same bytes, the same rules, another root.

The format is that of the Nitro Secure Module: a COSE_Sign1 over a CBOR map, signed by a leaf that lives for
some three hours, with the chain from the leaf to the root inside.
Source: aws-nitro-enclaves-nsm-api, docs/attestation_process.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from assay.trust.evidence import p384
from assay.trust.evidence.anchors import AnchorKind, TrustAnchor, match
from assay.trust.evidence.cbor import Value, decode
from assay.trust.evidence.certificates import Certificate, verify_chain
from assay.trust.evidence.claims import NOTHING, Claims
from assay.trust.evidence.cose import Sign1
from assay.trust.evidence.errors import (
    EvidenceMalformed,
    EvidenceSimulated,
)

FAMILY = "nitro"

SIMULATED_MARK = "SIMULATED"
"""A document or certificate that names itself with this word is not from hardware and says so."""

MAX_DOCUMENT = 16 * 1024
"""Bytes; the Nitro Secure Module answers in at most 12 KiB."""
MAX_USER_DATA = 512
MAX_NONCE = 512
MAX_PUBLIC_KEY = 1024
MAX_CERTIFICATE = 1024
MAX_CABUNDLE = 8
"""Authorities above the leaf; AWS's regions have four."""

PCR_SIZE = 48
"""Bytes of a register: SHA-384."""
CODE_PCRS = (0, 1, 2)
"""The registers that say what runs: image, kernel, application."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_REQUIRED = {"module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle"}
_OPTIONAL = {"public_key", "user_data", "nonce"}


def collect(files: Sequence[bytes]) -> dict[str, bytes]:
    """Raises `EvidenceMalformed` for any file: a Nitro document carries all it needs."""
    if files:
        raise EvidenceMalformed("a Nitro document needs no collateral")
    return {}


@dataclass(frozen=True, slots=True)
class _Payload:
    """The signed map, its limits checked and nothing believed yet."""

    module_id: str
    issued_at: datetime
    pcrs: Mapping[int, bytes]
    certificate: bytes
    cabundle: Sequence[bytes]
    public_key: bytes | None
    user_data: bytes | None
    nonce: bytes | None


def verify(
    document: bytes,
    anchors: Sequence[TrustAnchor],
    at: datetime,
    collateral: Mapping[str, bytes] = NOTHING,
) -> Claims:
    """What a Nitro document claims, once its signature and chain hold at ``at`` under one of ``anchors``.

    ``document`` is the bare COSE_Sign1, without padding. ``at`` is an aware datetime: the moment as of which
    the chain must be valid. The claims' anchor is the one that pins the document's root; nothing in the
    document can change its kind. ``debug`` is None: the format has no bit for it, an enclave that was started
    in debug mode shows zeros in PCR0 to PCR2. The document carries all it needs, so ``collateral`` is empty.

    Raises `EvidenceMalformed`, `EvidenceUntrustedRoot`, `EvidenceChainInvalid`, `EvidenceExpired`,
    `EvidenceSignatureInvalid`, or `EvidenceSimulated` for a document that calls itself simulated under an
    anchor that is not.
    """
    if collateral:
        raise EvidenceMalformed("a Nitro document needs no collateral")
    if len(document) > MAX_DOCUMENT:
        raise EvidenceMalformed(f"a Nitro document has at most {MAX_DOCUMENT} bytes")
    envelope = Sign1.parse(document)
    payload = _parse_payload(envelope.payload)
    chain = [Certificate.parse(der) for der in (*payload.cabundle, payload.certificate)]

    anchor = match(chain[0].fingerprint, anchors, FAMILY)
    validity = verify_chain(chain, at)
    envelope.verify(p384.key_of(chain[-1]))
    if anchor.kind is not AnchorKind.SIMULATED and _calls_itself_simulated(payload, chain):
        raise EvidenceSimulated(f"a simulated document came under a {anchor.kind} root")

    return Claims(
        family=FAMILY,
        anchor=anchor,
        identity=payload.module_id,
        measurements=MappingProxyType({f"PCR{index}": pcr.hex() for index, pcr in payload.pcrs.items()}),
        code=tuple(f"PCR{index}" for index in CODE_PCRS),
        bound=payload.user_data or b"",
        nonce=payload.nonce,
        public_key=payload.public_key,
        issued_at=payload.issued_at,
        not_before=validity.not_before,
        not_after=validity.not_after,
        debug=None,
    )


def _calls_itself_simulated(payload: _Payload, chain: Sequence[Certificate]) -> bool:
    return any(SIMULATED_MARK in name for name in (payload.module_id, *(c.subject for c in chain)))


def _parse_payload(data: bytes) -> _Payload:
    fields = decode(data)
    if not isinstance(fields, dict) or not _REQUIRED <= fields.keys() <= _REQUIRED | _OPTIONAL:
        raise EvidenceMalformed("the payload does not have exactly the fields of an attestation document")
    if fields["digest"] != "SHA384":
        raise EvidenceMalformed("the digest is not SHA384")
    return _Payload(
        module_id=_name(fields["module_id"]),
        issued_at=_instant(fields["timestamp"]),
        pcrs=_pcrs(fields["pcrs"]),
        certificate=_octets(fields["certificate"], at_least=1, at_most=MAX_CERTIFICATE),
        cabundle=_cabundle(fields["cabundle"]),
        public_key=_optional(fields.get("public_key"), at_least=1, at_most=MAX_PUBLIC_KEY),
        user_data=_optional(fields.get("user_data"), at_least=0, at_most=MAX_USER_DATA),
        nonce=_optional(fields.get("nonce"), at_least=0, at_most=MAX_NONCE),
    )


def _name(value: Value) -> str:
    # It is shown on terminals, so control characters are out.
    if isinstance(value, str) and value and value.isascii() and value.isprintable():
        return value
    raise EvidenceMalformed("the module id is not printable ASCII")


def _instant(milliseconds: Value) -> datetime:
    try:
        if isinstance(milliseconds, int) and milliseconds > 0:
            return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        pass
    raise EvidenceMalformed("the timestamp is not a time in milliseconds since 1970")


def _pcrs(value: Value) -> dict[int, bytes]:
    if not isinstance(value, dict) or not set(CODE_PCRS) <= value.keys() <= set(range(32)):
        raise EvidenceMalformed(
            "the registers are not numbered from 0 to at most 31, or lack one of PCR0 to PCR2"
        )
    numbers = (number for number in range(32) if number in value)
    return {number: _octets(value[number], at_least=PCR_SIZE, at_most=PCR_SIZE) for number in numbers}


def _cabundle(value: Value) -> list[bytes]:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_CABUNDLE:
        raise EvidenceMalformed(f"the bundle does not hold 1 to {MAX_CABUNDLE} certificates")
    return [_octets(der, at_least=1, at_most=MAX_CERTIFICATE) for der in value]


def _optional(value: Value, *, at_least: int, at_most: int) -> bytes | None:
    return None if value is None else _octets(value, at_least=at_least, at_most=at_most)


def _octets(value: Value, *, at_least: int, at_most: int) -> bytes:
    if isinstance(value, bytes) and at_least <= len(value) <= at_most:
        return value
    raise EvidenceMalformed(f"a field is not a byte string of {at_least} to {at_most} bytes")
