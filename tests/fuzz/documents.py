"""The doors that every family has: a document with its collateral, and files without names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tests.fuzz.door import Door
from tests.fuzz.packing import MARK, pack, pack_files, unpack_files

from assay.trust.evidence import Claims, Evidence, TrustAnchor
from assay.trust.evidence.families import collect, verify


def whole(name: str, anchors: Sequence[TrustAnchor], at: datetime, seeds: Sequence[Evidence]) -> Door:
    """Documents of one family as they are handed to a verifier, all of it signed."""
    family = seeds[0].family
    files = sorted({file for seed in seeds for file in seed.collateral})

    def enter(data: bytes) -> Claims:
        given = unpack_files(["document", *files], data)
        return verify(Evidence(family, given.pop("document", b""), given), anchors, at)

    packed = [
        pack_files(["document", *files], {**seed.collateral, "document": seed.document}) for seed in seeds
    ]
    return Door(name, enter, packed, sealed=True)


def sorting(seeds: Sequence[Evidence]) -> Door:
    """The collateral of one family as people have it."""
    family = seeds[0].family

    def enter(data: bytes) -> dict[str, bytes]:
        return collect(family, data.split(MARK))

    return Door("files without names", enter, [pack(seed.collateral.values()) for seed in seeds])
