"""A node's evidence in one file: what each of its attesters says, and which keys all of it vouches for.

The file is what receipts name by digest and bundles archive. It carries the collateral too, so that evidence stays
judgeable as of its time for ever, and with no network.

A composite attester (RFC 9334 §3.3) comes as several parts: the processor's evidence first, then that of its
accelerators, whose challenge is the SHA-256 of the first. So an accelerator cannot be borrowed from another machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from assay.errors import FormatError
from assay.trust.canonical import canonicalize, parse_canonical
from assay.trust.envelope import decode_base64, encode_base64
from assay.trust.evidence.binding import NODE_KEY_DOMAIN, bind
from assay.trust.evidence.errors import EvidenceMalformed
from assay.trust.evidence.evidence import Evidence
from assay.trust.keys.certificate import KeyCertificate

TYPE: Final = "urn:assay:evidence:v1"
"""Names the format, in the file and in the receipts that point to one."""

_MEMBERS: Final = {"certificate", "channel_keys", "key", "nonce", "parts", "type"}

MAX_BYTES: Final = 8 * 1024 * 1024
KEY_BYTES: Final = 32
MAX_CHANNEL_KEYS: Final = 16
MAX_NONCE: Final = 64
MAX_PARTS: Final = 9
"""A processor and eight accelerators, the most that one confidential machine has."""


@dataclass(frozen=True, slots=True)
class Collection:
    """Evidence and the keys it is for. Nothing in it has been checked yet."""

    parts: tuple[Evidence, ...]
    key: bytes
    """The raw public key (Ed25519, 32 bytes) by which the enclave signs receipts; empty when it is for none."""
    channel_keys: tuple[bytes, ...] = ()
    """The public keys by which it ends TLS or HPKE, in the order of `bind`."""
    nonce: bytes = b""
    """The challenge that all of it answers; empty when there was none."""
    certificate: KeyCertificate | None = None
    """The node's word for `key`, where there is a node behind it."""

    @property
    def bound(self) -> bytes:
        """The 64 bytes that the first part must have signed."""
        return bind(NODE_KEY_DOMAIN, self.key, self.channel_keys, self.nonce)

    def to_bytes(self) -> bytes:
        """The file: RFC 8785 JSON."""
        return canonicalize(
            {
                "certificate": None if self.certificate is None else _certificate_to_json(self.certificate),
                "channel_keys": [key.hex() for key in self.channel_keys],
                "key": self.key.hex(),
                "nonce": self.nonce.hex(),
                "parts": [_part_to_json(part) for part in self.parts],
                "type": TYPE,
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Collection:
        """Read what `to_bytes` wrote. Raises `EvidenceMalformed` for anything else."""
        if len(data) > MAX_BYTES:
            raise EvidenceMalformed(f"an evidence file has at most {MAX_BYTES} bytes")
        try:
            value = parse_canonical(data)
            if value.keys() != _MEMBERS or value["type"] != TYPE:
                raise EvidenceMalformed(f"this is no evidence file: its type is not {TYPE}")
            parts = tuple(map(_part_from_json, value["parts"]))
            collection = cls(
                parts=parts,
                key=bytes.fromhex(value["key"]),
                channel_keys=tuple(map(bytes.fromhex, value["channel_keys"])),
                nonce=bytes.fromhex(value["nonce"]),
                certificate=_certificate_from_json(value["certificate"]),
            )
        except (AttributeError, LookupError, TypeError, ValueError, FormatError):
            raise EvidenceMalformed("the evidence file is not written as a node writes it") from None
        if not collection._fits() or collection.to_bytes() != data:
            raise EvidenceMalformed("the evidence file is not written as a node writes it")
        return collection

    def _fits(self) -> bool:
        return (
            1 <= len(self.parts) <= MAX_PARTS
            and len(self.key) in (0, KEY_BYTES)
            and len(self.channel_keys) <= MAX_CHANNEL_KEYS
            and len(self.nonce) <= MAX_NONCE
        )


def _certificate_to_json(certificate: KeyCertificate) -> dict[str, str]:
    return {"node": certificate.node, **certificate.to_json()}


def _certificate_from_json(value: Mapping[str, Any] | None) -> KeyCertificate | None:
    if value is None:
        return None
    members = dict(value)
    return KeyCertificate.from_json(members.pop("node"), members)


def challenge(processor: bytes) -> bytes:
    """The nonce for the accelerators of the machine that issued the document ``processor``."""
    return hashlib.sha256(processor).digest()


def _part_to_json(part: Evidence) -> dict[str, Any]:
    return {
        "collateral": {name: encode_base64(content) for name, content in part.collateral.items()},
        "document": encode_base64(part.document),
        "family": part.family,
    }


def _part_from_json(value: Mapping[str, Any]) -> Evidence:
    if value.keys() != {"collateral", "document", "family"} or not isinstance(value["family"], str):
        raise ValueError
    collateral = {name: decode_base64(content) for name, content in value["collateral"].items()}
    return Evidence(value["family"], decode_base64(value["document"]), collateral)
