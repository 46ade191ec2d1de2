"""The one way in which signed things write a public key."""

from __future__ import annotations

from typing import Any, Final

from assay.errors import FormatError

SIZE: Final = 32
"""Bytes of a raw Ed25519 public key (RFC 8032 §5.1.5)."""


def read_public_key(value: Any) -> str:
    """``value``, if it is a raw Ed25519 public key in lower-case hexadecimal. Raises `FormatError`.

    One key has one spelling: whoever looks for it among others compares texts.
    """
    try:
        raw = bytes.fromhex(value)
    except (TypeError, ValueError):
        raw = b""
    if len(raw) != SIZE or raw.hex() != value:
        raise FormatError(f"A public key is written as {2 * SIZE} lower-case hexadecimal digits.")
    return str(value)
