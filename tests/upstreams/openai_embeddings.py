"""OpenAI embeddings: ``POST /v1/embeddings``. Equal inputs get equal unit vectors; nearness means nothing."""

from __future__ import annotations

import base64
import hashlib
import math
import struct
from typing import Any

from tests.upstreams.ask import JSON, count_tokens, require, served_model

DIMENSIONS = 16


def embed(body: JSON) -> JSON:
    require(body, "model", "input")
    inputs = _inputs(body["input"])
    encode = _base64 if body.get("encoding_format") == "base64" else list
    size = body.get("dimensions") or DIMENSIONS
    tokens = count_tokens(inputs)
    return {
        "object": "list",
        "data": [
            {"object": "embedding", "index": index, "embedding": encode(vector(text, size))}
            for index, text in enumerate(inputs)
        ],
        "model": served_model(body["model"]),
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def vector(text: str, size: int) -> list[float]:
    """A unit vector of ``size`` float32 numbers grown from the SHA-256 of the text."""
    digests = b"".join(hashlib.sha256(f"{n} {text}".encode()).digest() for n in range(-(-size // 8)))
    raw = [number / 2**31 - 1 for number in struct.unpack(f"<{size}I", digests[: 4 * size])]
    length = math.hypot(*raw) or 1.0
    return list(struct.unpack(f"<{size}f", struct.pack(f"<{size}f", *(x / length for x in raw))))


def _inputs(given: Any) -> list[str]:
    """One text, many texts, one list of token numbers, or many of them."""
    if isinstance(given, str):
        return [given]
    if given and isinstance(given[0], int):
        return [str(given)]
    return [str(item) for item in given]


def _base64(numbers: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()
