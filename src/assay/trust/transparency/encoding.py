"""The two encodings that every text of a C2SP log is made of, each with exactly one accepted form.

A text that could be written in two ways could be changed without anyone noticing, so whatever is not
the canonical form is refused.
"""

from __future__ import annotations

import base64
import binascii
import re

from assay.errors import FormatError

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)

MAX_INTEGER = 2**63 - 1
"""Largest tree size, index or timestamp; what a signed 64-bit integer holds."""


def encode_base64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648 §4)."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    """The bytes of canonical standard base64: padding present, unused bits zero, no white space.

    Raises:
        FormatError: the text is not what :func:`encode_base64` writes.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or encode_base64(data) != text:
        raise FormatError("a field is not canonical base64")
    return data


def decode_hash(text: str) -> bytes:
    """A SHA-256 value, 32 bytes, from its base64."""
    value = decode_base64(text)
    if len(value) != 32:
        raise FormatError(f"a hash is {len(value)} bytes long instead of 32")
    return value


def decode_decimal(text: str) -> int:
    """An integer in ``0 .. 2**63-1`` from ASCII digits without leading zeroes.

    Raises:
        FormatError: signs, spaces, leading zeroes, other scripts' digits, or a value out of range.
    """
    if not _DECIMAL.fullmatch(text) or int(text) > MAX_INTEGER:
        raise FormatError("a number is not a plain decimal below 2**63")
    return int(text)
