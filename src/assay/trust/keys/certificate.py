"""A node's word that a key signs for it, for a while.

The certificate lies in every receipt, so a receipt can be checked alone: the identity that a policy pins signed the
certificate, and the key that the certificate names signed the receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from assay.trust.canonical import canonicalize
from assay.trust.envelope import (
    SignatureError,
    check_signature,
    decode_base64,
    encode_base64,
    pre_authentication_encoding,
)
from assay.trust.keys.errors import KeyNotCertified
from assay.trust.keys.public_key import read_public_key
from assay.trust.timestamp import read_time, write_time

PAYLOAD_TYPE: Final = "application/vnd.assay.key+json"
TYPE: Final = "urn:assay:key:v1"


@dataclass(frozen=True, slots=True)
class KeyCertificate:
    """One key of a node's, with the node's signature. Nothing in it has been checked yet."""

    node: str
    """The identity: a raw Ed25519 public key, hex."""
    key: str
    """The key that signs for it: a raw Ed25519 public key, hex."""
    not_before: str
    """RFC 3339 in UTC with milliseconds; this instant included."""
    not_after: str
    signature: bytes
    """By the identity, over the DSSE encoding of `_payload`."""

    @classmethod
    def issue(
        cls, node: str, key: str, not_before: datetime, not_after: datetime, sign: Callable[[bytes], bytes]
    ) -> KeyCertificate:
        """Certify ``key``; ``sign`` signs by the identity ``node``."""
        start, end = write_time(not_before), write_time(not_after)
        signed = pre_authentication_encoding(PAYLOAD_TYPE, _payload(node, key, start, end))
        return cls(node, key, start, end, sign(signed))

    def check(self, at: datetime) -> None:
        """Raises `KeyNotCertified` unless the identity signed this, and it holds at ``at`` (aware)."""
        payload = _payload(self.node, self.key, self.not_before, self.not_after)
        try:
            check_signature(bytes.fromhex(self.node), PAYLOAD_TYPE, payload, self.signature)
        except SignatureError:
            raise KeyNotCertified("The node did not certify the key that signed.") from None
        if not read_time(self.not_before) <= at <= read_time(self.not_after):
            raise KeyNotCertified(
                f"The node certified the key that signed from {self.not_before} to {self.not_after} only."
            )

    def to_json(self) -> dict[str, str]:
        """The members that stand beside ``node`` in a statement."""
        return {
            "not_after": self.not_after,
            "not_before": self.not_before,
            "public": self.key,
            "signature": encode_base64(self.signature),
        }

    @classmethod
    def from_json(cls, node: str, value: Mapping[str, Any]) -> KeyCertificate:
        """Read what `to_json` wrote. Raises `ValueError`, `TypeError`, `LookupError` or `FormatError`."""
        certificate = cls(
            node=read_public_key(node),
            key=read_public_key(value["public"]),
            not_before=_time(value["not_before"]),
            not_after=_time(value["not_after"]),
            signature=decode_base64(value["signature"]),
        )
        if value.keys() != {"not_after", "not_before", "public", "signature"}:
            raise ValueError("members")
        return certificate


def _payload(node: str, key: str, not_before: str, not_after: str) -> bytes:
    return canonicalize(
        {"key": key, "node": node, "not_after": not_after, "not_before": not_before, "type": TYPE}
    )


def _time(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("time")
    if write_time(read_time(value)) != value:
        raise ValueError("time")
    return value
