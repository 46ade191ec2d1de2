"""Any server that speaks OpenAI's wire format, and perhaps Anthropic's: vLLM, llama.cpp, Ollama, a vendor."""

from __future__ import annotations

from typing import ClassVar

from assay.engines.inference.operation import Operation
from assay.engines.inference.providers.hosted import HostedProvider
from assay.engines.inference.settings import Settings, operation_named


class Compatible(HostedProvider):
    """Settings beside those of every hosted provider: ``speaks``, the names of the operations it answers.

    The key is optional, ``base_url`` is not.
    """

    kind: ClassVar[str] = "compatible"
    key_required: ClassVar[bool] = False
    operations: ClassVar[frozenset[Operation]] = frozenset(
        {Operation.CHAT, Operation.COMPLETIONS, Operation.EMBEDDINGS}
    )

    @classmethod
    def spoken(cls, settings: Settings) -> frozenset[Operation]:
        named = settings.texts("speaks")
        if named is None:
            return cls.operations
        return frozenset(operation_named(name, f"{settings.where}.speaks") for name in named)
