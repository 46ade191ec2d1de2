"""Gemini, through Google's OpenAI-compatible endpoint."""

from __future__ import annotations

from typing import ClassVar

from assay.engines.inference.operation import Operation
from assay.engines.inference.providers.hosted import HostedProvider


class Google(HostedProvider):
    """https://ai.google.dev/gemini-api/docs/openai"""

    kind: ClassVar[str] = "google"
    base_url: ClassVar[str | None] = "https://generativelanguage.googleapis.com/v1beta/openai"
    operations: ClassVar[frozenset[Operation]] = frozenset(
        {Operation.CHAT, Operation.EMBEDDINGS, Operation.IMAGES}
    )
