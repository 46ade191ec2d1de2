"""Documents as people keep them in files."""

from __future__ import annotations

import base64
import re
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.trust.evidence import EvidenceMalformed
from assay.trust.evidence.document import read_document

DOCUMENTS = st.binary(min_size=1).filter(lambda content: not (content.isascii() or _is_ambiguous(content)))


def _is_ambiguous(content: bytes) -> bool:
    """Whether its base64 is hexadecimal, too, as only that of a few bytes ever is: it is read as that."""
    return re.fullmatch(b"([0-9a-fA-F]{2})+", base64.b64encode(content)) is not None


@given(DOCUMENTS, st.integers(1, 80))
def test_as_bytes_or_as_text(document: bytes, width: int) -> None:
    assert read_document(document) == document
    for text in (document.hex(), document.hex().upper(), base64.b64encode(document).decode()):
        assert read_document(("\n".join(textwrap.wrap(text, width)) + "\r\n").encode()) == document


@pytest.mark.parametrize("data", [b"11e00", b"11e0zz", b"not base64!", b"{}"])
def test_other_text_is_refused(data: bytes) -> None:
    with pytest.raises(EvidenceMalformed, match="neither"):
        read_document(data)
