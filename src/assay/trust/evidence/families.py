"""The families of evidence, each by the module that reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from types import ModuleType
from typing import Final, TypeAlias, cast

from assay.trust.evidence.anchors import TrustAnchor
from assay.trust.evidence.claims import Claims
from assay.trust.evidence.errors import EvidenceUnknownFamily
from assay.trust.evidence.evidence import Evidence

Collect: TypeAlias = Callable[[Sequence[bytes]], dict[str, bytes]]
"""``collect(files)``: a family's collateral in files without names, by its names."""

Verify: TypeAlias = Callable[[bytes, Sequence[TrustAnchor], datetime, Mapping[str, bytes]], Claims]
"""``verify(document, anchors, at, collateral)``: the one verb of a family's module."""

FAMILIES: Final = ("nitro", "snp", "tdx", "nvidia")


def verify(evidence: Evidence, anchors: Sequence[TrustAnchor], at: datetime) -> Claims:
    """What ``evidence`` claims, once its signature and chain hold at ``at`` (aware) under one of ``anchors``.

    Raises an `EvidenceError`: `EvidenceUnknownFamily` for a family that is not one of `FAMILIES`, else
    whatever the family's module found wrong.
    """
    read = cast(Verify, _module(evidence.family).verify)
    return read(evidence.document, anchors, at, evidence.collateral)


def collect(family: str, files: Sequence[bytes]) -> dict[str, bytes]:
    """Sort unnamed ``files`` into the collateral of ``family``, by its names.

    Raises `EvidenceUnknownFamily`, or `EvidenceMalformed` for a file that it has no use for.
    """
    return cast(Collect, _module(family).collect)(files)


def _module(family: str) -> ModuleType:
    if family not in FAMILIES:
        raise EvidenceUnknownFamily(f"this verifier knows no evidence of type {family!r}")
    return import_module(f"assay.trust.evidence.{family}")
