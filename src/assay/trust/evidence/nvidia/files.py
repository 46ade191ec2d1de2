"""Collateral as people have it: files without names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assay.trust.evidence.errors import EvidenceMalformed
from assay.trust.evidence.nvidia import chain, rim

_VBIOS_VERSION = re.compile(r"[0-9A-Fa-f]{2}(\.[0-9A-Fa-f]{2}){4}")


def collect(files: Sequence[bytes]) -> dict[str, bytes]:
    """The collateral in ``files``, by its names.

    Raises `EvidenceMalformed` for a file that is none, or the second of its name; `EvidenceEngineMissing` for
    a manifest without the extra ``gpu``.
    """
    collateral: dict[str, bytes] = {}
    for content in files:
        name = _name(content)
        if name in collateral:
            raise EvidenceMalformed(f"two of the files are the {name}")
        collateral[name] = content
    return collateral


def _name(content: bytes) -> str:
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "vbios_rim" if _VBIOS_VERSION.fullmatch(rim.release(content)) else "driver_rim"
    chain.parse(content)
    return "chain"
