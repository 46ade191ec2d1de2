"""One document of one attester, with the collateral that lets it be judged without a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verifier is handed; nothing in it has been checked yet."""

    family: str
    """The format, which says who can read it: ``nitro``, ``snp``, ``tdx`` or ``nvidia``."""
    document: bytes
    collateral: Mapping[str, bytes] = field(default_factory=dict)
    """Endorsements, revocation lists and reference manifests, by the family's names for them."""
