"""``/v1/embeddings``: what a caller may ask of the carried embedding model, and the answer's shape."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from assay.engines.inference.local.carried import EMBEDDING
from assay.engines.inference.local.embedding import DIMENSIONS, EmbeddingModel, Role
from assay.engines.inference.translation.parameters import InvalidParameter, Parameters

T = TypeVar("T")
Run = Callable[[Callable[[], T]], Awaitable[T]]
"""Runs blocking work elsewhere. Between two runs a caller who has left is let go."""

MOST_TEXTS = 2048
LONGEST_TEXT = 4096
"""Tokens. The engine cannot be stopped within a text; this one takes it some seconds."""

_AT_ONCE = 8
_FORMATS = ("float", "base64")


@dataclass(frozen=True, slots=True)
class EmbeddingCall:
    """One request, read. ``role`` comes as ``input_type``, a word other servers of E5 use as well."""

    texts: tuple[str, ...]
    role: Role
    base64: bool

    @classmethod
    def read(cls, body: dict[str, Any]) -> Self:
        """Raises `InvalidParameter` or `UnsupportedParameter`, naming the field."""
        with Parameters(body) as asked:
            asked.take("model")
            asked.take("user")
            asked.accept("dimensions", DIMENSIONS, hint=f"this model has {DIMENSIONS} dimensions")
            encoding = asked.take("encoding_format", "float")
            if encoding not in _FORMATS:
                raise InvalidParameter("encoding_format", "`float` or `base64`")
            role = asked.take("input_type", Role.QUERY)
            if role not in tuple(Role):
                raise InvalidParameter("input_type", "`query` or `passage`")
            return cls(_texts(asked.take("input")), Role(role), encoding == "base64")

    async def answer(self, model: EmbeddingModel, run: Run[Any]) -> dict[str, Any]:
        tokens = await run(partial(self._count, model))
        vectors: list[NDArray[np.float32]] = []
        for start in range(0, len(self.texts), _AT_ONCE):
            vectors.extend(await run(partial(model.embed, self.texts[start : start + _AT_ONCE], self.role)))
        return {
            "object": "list",
            "data": [
                {"object": "embedding", "index": place, "embedding": self._encoded(vector)}
                for place, vector in enumerate(vectors)
            ],
            "model": EMBEDDING,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }

    def _count(self, model: EmbeddingModel) -> int:
        counts = [model.tokens(text, self.role) for text in self.texts]
        if max(counts) > LONGEST_TEXT:
            raise InvalidParameter("input", f"texts of at most {LONGEST_TEXT} tokens each")
        return sum(counts)

    def _encoded(self, vector: NDArray[np.float32]) -> str | NDArray[np.float32]:
        return b64encode(vector.tobytes()).decode() if self.base64 else vector


def _texts(value: Any) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not 0 < len(texts) <= MOST_TEXTS or not all(map(_readable, texts)):
        raise InvalidParameter("input", f"one to {MOST_TEXTS} texts, none empty or holding a NUL")
    return tuple(texts)


def _readable(text: Any) -> bool:
    # The engine takes C strings: it would read a text up to its first NUL and not say so.
    return isinstance(text, str) and text != "" and "\0" not in text
