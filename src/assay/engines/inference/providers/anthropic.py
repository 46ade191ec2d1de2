"""Anthropic's own API."""

from __future__ import annotations

from typing import ClassVar

from assay.engines.inference.operation import Operation
from assay.engines.inference.providers.hosted import HostedProvider


class Anthropic(HostedProvider):
    """https://docs.anthropic.com/en/api/messages"""

    kind: ClassVar[str] = "anthropic"
    base_url: ClassVar[str | None] = "https://api.anthropic.com/v1"
    operations: ClassVar[frozenset[Operation]] = frozenset({Operation.MESSAGES, Operation.COUNT_TOKENS})

    @staticmethod
    def authenticate(key: str) -> dict[str, str]:
        # The version is the one translations write for; a caller's own header replaces it.
        return {"x-api-key": key, "anthropic-version": "2023-06-01"}
