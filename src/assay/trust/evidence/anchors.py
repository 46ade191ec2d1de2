"""The roots a verifier believes, each typed by what belief in it is worth.

The type travels from the matched anchor into the claims and from there into the verdict; nothing in a
document can raise it. That is what keeps simulated evidence from ever reading as attested.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assay.errors import FormatError
from assay.trust.evidence.errors import EvidenceUntrustedRoot

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class AnchorKind(StrEnum):
    """What stands behind a root's signature."""

    PRODUCTION = "production"
    """A vendor's root: its leaves live in hardware."""
    DEBUG = "debug"
    """A vendor's root for engineering parts: the hardware is real, its secrets are not."""
    SIMULATED = "simulated"
    """A root made by software: proves the format and nothing about hardware."""


@dataclass(frozen=True, slots=True)
class TrustAnchor:
    """One pinned root certificate (RFC 9334 §7.4 trust anchor).

    Raises `FormatError` unless ``fingerprint`` is 64 lower-case hexadecimal digits.
    """

    kind: AnchorKind
    family: str
    """The evidence format it may sign, such as ``nitro``."""
    name: str
    """For a person to read; no rule looks at it."""
    fingerprint: str
    """SHA-256 of the root certificate's DER, in hexadecimal."""

    def __post_init__(self) -> None:
        if not _FINGERPRINT.fullmatch(self.fingerprint):
            raise FormatError("an anchor's fingerprint is not a SHA-256 in lower-case hexadecimal")

    def to_json(self) -> dict[str, str]:
        """The anchor as a JSON object."""
        return {
            "kind": self.kind.value,
            "family": self.family,
            "name": self.name,
            "fingerprint": self.fingerprint,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, object]) -> TrustAnchor:
        """Read what `to_json` wrote. Raises `FormatError` for a missing, unknown or ill-typed member."""
        if value.keys() != {"kind", "family", "name", "fingerprint"}:
            raise FormatError("a trust anchor has exactly the members kind, family, name and fingerprint")
        members = {name: member for name, member in value.items() if isinstance(member, str)}
        if len(members) != len(value):
            raise FormatError("a trust anchor's members are strings")
        try:
            kind = AnchorKind(members["kind"])
        except ValueError:
            raise FormatError("a trust anchor's kind is production, debug or simulated") from None
        return cls(kind, members["family"], members["name"], members["fingerprint"])


def match(fingerprint: str, anchors: Sequence[TrustAnchor], family: str) -> TrustAnchor:
    """The one of ``anchors`` that pins, for ``family``, the root whose DER has this SHA-256.

    Raises `EvidenceUntrustedRoot` when there is none, or when two disagree about what the root is worth.
    """
    matching = [anchor for anchor in anchors if (anchor.family, anchor.fingerprint) == (family, fingerprint)]
    if not matching:
        raise EvidenceUntrustedRoot(f"no {family} anchor pins the root {fingerprint}")
    if len({anchor.kind for anchor in matching}) > 1:
        raise EvidenceUntrustedRoot(f"the root {fingerprint} is pinned as two kinds at once")
    return matching[0]
