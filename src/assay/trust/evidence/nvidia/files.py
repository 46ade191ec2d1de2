"""Files as people have them: a report as text, and collateral without names."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence

from assay.trust.evidence.errors import EvidenceMalformed
from assay.trust.evidence.nvidia import chain, rim

_VBIOS_VERSION = re.compile(r"[0-9A-Fa-f]{2}(\.[0-9A-Fa-f]{2}){4}")
_REQUEST_IN_HEX = b"11e0"


def read(data: bytes) -> bytes:
    """The document in a file: the report's bytes, or their hexadecimal or base64.

    Raises `EvidenceMalformed` when it is none of these.
    """
    if data.startswith(b"\x11"):
        return data
    text = b"".join(data.split())
    try:
        if text[:4].lower() == _REQUEST_IN_HEX:
            return binascii.unhexlify(text)
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise EvidenceMalformed("the file is neither a report nor one in hexadecimal or base64") from None


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
