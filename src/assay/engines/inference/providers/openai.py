"""OpenAI's own API."""

from __future__ import annotations

from typing import ClassVar

from assay.engines.inference.operation import Dialect, Operation
from assay.engines.inference.providers.hosted import HostedProvider


class OpenAI(HostedProvider):
    """https://platform.openai.com/docs/api-reference"""

    kind: ClassVar[str] = "openai"
    base_url: ClassVar[str | None] = "https://api.openai.com/v1"
    operations: ClassVar[frozenset[Operation]] = frozenset(
        operation for operation in Operation if operation.dialect is Dialect.OPENAI
    )
