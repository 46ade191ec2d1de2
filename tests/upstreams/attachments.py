"""Attachments as they arrived: size and digest tell a test that the bytes came through."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attachment:
    media_type: str
    data: bytes | None
    """None for an attachment named by URL or file id, which this upstream does not fetch."""
    reference: str = ""

    @classmethod
    def from_base64(cls, media_type: str, text: str) -> Attachment:
        try:
            return cls(media_type, base64.b64decode(text, validate=True))
        except binascii.Error:
            return cls(media_type, None, "(not base64)")

    @classmethod
    def from_url(cls, url: str) -> Attachment:
        """Take a ``data:`` URL apart (RFC 2397); keep any other URL as a reference."""
        head, comma, text = url.partition(",")
        if comma and head.startswith("data:") and head.endswith(";base64"):
            return cls.from_base64(head.removeprefix("data:").removesuffix(";base64"), text)
        return cls("", None, url)

    def describe(self) -> str:
        if self.data is None:
            return f"reference {self.reference}"
        size = png_size(self.data)
        extent = f"{size[0]}x{size[1]}" if size else f"{len(self.data)} bytes"
        return f"{self.media_type} {extent} sha256:{hashlib.sha256(self.data).hexdigest()}"


def png_size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels from the IHDR chunk (PNG, section 11.2.2), None if this is no PNG."""
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return None
    return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
