"""What is carried: the names under which it answers, and where it listens."""

from __future__ import annotations

from assay.engines.inference.operation import Operation

LANGUAGE = "smollm2-135m"
"""SmolLM2-135M-Instruct, Q4_1: fluent short English, unreliable facts. Demo quality."""

EMBEDDING = "e5-small"
"""multilingual-e5-small, 4-bit: 384 dimensions, sound enough for search in a small memory."""

PICTURES = "procedural-test-image"
"""A generator of labelled test pictures. Not a model."""

LANGUAGE_SOCKET = "language.sock"
"""llama.cpp's own HTTP server."""
SIDE_SOCKET = "side.sock"
"""Embeddings and pictures."""

ANSWERS = {
    Operation.CHAT: LANGUAGE,
    Operation.COMPLETIONS: LANGUAGE,
    Operation.COUNT_TOKENS: LANGUAGE,
    Operation.EMBEDDINGS: EMBEDDING,
    Operation.IMAGES: PICTURES,
}
"""Which of the three answers an operation. Messages and responses reach the chat model by translation."""
