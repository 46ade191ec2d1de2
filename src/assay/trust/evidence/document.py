"""Evidence documents in the forms in which people keep them in files."""

from __future__ import annotations

import base64
import binascii

from assay.trust.evidence.errors import EvidenceMalformed


def read_document(content: bytes) -> bytes:
    """The document in a file: its bytes, or what they are in hexadecimal or base64, with any white space.

    No family's document is ASCII. Raises `EvidenceMalformed` for text that is neither.
    """
    if not content.isascii() or b"\0" in content:
        return content
    text = b"".join(content.split())
    try:
        return binascii.unhexlify(text)
    except binascii.Error:
        pass
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise EvidenceMalformed("the file is text, and neither hexadecimal nor base64") from None
