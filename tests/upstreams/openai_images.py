"""OpenAI images: generations (JSON), edits and variations (multipart forms).

Each image is a 2x2 PNG of one colour, which follows from the prompt and the given image.
"""

from __future__ import annotations

import base64
import hashlib
import struct
import time
import zlib
from collections.abc import Iterator

from tests.upstreams import sse
from tests.upstreams.ask import JSON, count_tokens

URL = "https://images.example/scripted.png"


def png(colour: bytes, width: int = 2, height: int = 2) -> bytes:
    """A PNG of one RGB colour (PNG specification, third edition, section 5)."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + colour * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def whole(ask: JSON) -> JSON:
    """``ask`` holds the parameters of the JSON body or of the form; file parts count by their bytes."""
    as_url = ask.get("response_format") == "url"
    image = {"url": URL} if as_url else {"b64_json": _picture(ask)}
    return {
        "created": int(time.time()),
        "data": [image] * int(ask.get("n") or 1),
        "output_format": "png",
        "quality": "medium",
        "size": "1024x1024",
        "background": "opaque",
        "usage": _usage(ask),
    }


def events(kind: str, ask: JSON) -> Iterator[bytes]:
    """``kind`` is ``image_generation`` or ``image_edit``."""
    common = {
        "b64_json": _picture(ask),
        "created_at": int(time.time()),
        "output_format": "png",
        "quality": "medium",
        "size": "1024x1024",
        "background": "opaque",
    }
    for number in range(int(ask.get("partial_images") or 0)):
        yield sse.event({"type": f"{kind}.partial_image", "partial_image_index": number, **common})
    yield sse.event({"type": f"{kind}.completed", **common, "usage": _usage(ask)})


def _picture(ask: JSON) -> str:
    subject = str(ask.get("prompt")).encode() + ask.get("image", b"")
    return base64.b64encode(png(hashlib.sha256(subject).digest()[:3])).decode()


def _usage(ask: JSON) -> JSON:
    text = count_tokens([str(ask.get("prompt") or "")])
    return {
        "input_tokens": text,
        "input_tokens_details": {"text_tokens": text, "image_tokens": 0},
        "output_tokens": 4,
        "total_tokens": text + 4,
    }
