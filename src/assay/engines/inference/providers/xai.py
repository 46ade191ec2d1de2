"""Grok, through xAI's API."""

from __future__ import annotations

from typing import ClassVar

from assay.engines.inference.operation import Operation
from assay.engines.inference.providers.hosted import HostedProvider


class XAI(HostedProvider):
    """https://docs.x.ai/docs/api-reference"""

    kind: ClassVar[str] = "xai"
    base_url: ClassVar[str | None] = "https://api.x.ai/v1"
    operations: ClassVar[frozenset[Operation]] = frozenset(
        {Operation.CHAT, Operation.RESPONSES, Operation.IMAGES}
    )
