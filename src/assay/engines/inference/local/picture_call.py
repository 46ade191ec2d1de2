"""``/v1/images/generations``: what a caller may ask of the picture generator, and the answer's shape."""

from __future__ import annotations

import re
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

from assay.engines.inference.local.pictures import LARGEST, SMALLEST, draw
from assay.engines.inference.translation.parameters import InvalidParameter, Parameters

MOST_PICTURES = 10

_ONLY_PNG = "pictures come as PNG in `b64_json`; leave it out"
_NO_CHOICE = "the test generator has one way of drawing; leave it out"


@dataclass(frozen=True, slots=True)
class PictureCall:
    """One request, read. ``width`` and ``height`` are in pixels."""

    prompt: str
    count: int
    width: int
    height: int

    @classmethod
    def read(cls, body: dict[str, Any]) -> Self:
        """Raises `InvalidParameter` or `UnsupportedParameter`, naming the field."""
        with Parameters(body) as asked:
            asked.take("model")
            asked.take("user")
            asked.accept("response_format", "b64_json", hint=_ONLY_PNG)
            asked.accept("output_format", "png", hint=_ONLY_PNG)
            for field in ("quality", "background", "moderation"):
                asked.accept(field, "auto", hint=_NO_CHOICE)
            asked.accept("stream", False, hint="the test generator has no partial pictures")
            prompt = asked.required_text("prompt")
            count = asked.take("n", 1)
            if type(count) is not int or not 1 <= count <= MOST_PICTURES:
                raise InvalidParameter("n", f"a number from 1 to {MOST_PICTURES}")
            return cls(prompt, count, *_size(asked.take("size", "auto")))

    async def answer(self, run: Callable[[Callable[[], bytes]], Awaitable[bytes]]) -> dict[str, Any]:
        """``run`` does blocking work elsewhere; between two pictures a caller who has left is let go."""
        pictures = [
            await run(partial(draw, self.prompt, place, self.width, self.height))
            for place in range(self.count)
        ]
        return {
            "created": int(time.time()),
            "data": [{"b64_json": b64encode(picture).decode()} for picture in pictures],
            "output_format": "png",
            "size": f"{self.width}x{self.height}",
        }


def _size(value: Any) -> tuple[int, int]:
    if value == "auto":
        return LARGEST, LARGEST
    match = re.fullmatch(r"(\d{1,4})x(\d{1,4})", value) if isinstance(value, str) else None
    if match is not None:
        width, height = int(match[1]), int(match[2])
        if all(SMALLEST <= side <= LARGEST for side in (width, height)):
            return width, height
    raise InvalidParameter("size", f"WIDTHxHEIGHT, each side from {SMALLEST} to {LARGEST} pixels")
