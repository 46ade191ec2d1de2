"""A Chat Completions client before Anthropic.

Where the dialects do not meet:

- Anthropic requires a bound on the answer; without one it is `DEFAULT_MAX_TOKENS`.
- ``reasoning_effort`` becomes adaptive thinking of that effort, and ``none`` turns thinking off.
- Thinking comes back in `reasoning`'s fields, and is taken back from them with its seal.
- ``json_schema`` becomes ``output_config.format``; ``json_object`` has no like and is refused.
- ``allowed_tools`` narrows the tools themselves.
- ``cache_control`` on parts and tools goes through; OpenAI's own cache settings stay behind, as they set a
  price, not the answer.
- ``n`` above 1, ``seed``, log probabilities, penalties, file ids and a temperature above 1 are refused.
- Anthropic's messages carry no time: ``created`` is read from ``clock``, or 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assay.engines.inference.operation import Operation
from assay.engines.inference.translation.chat_to_messages import answer, request
from assay.engines.inference.translation.chat_to_messages.request import DEFAULT_MAX_TOKENS
from assay.engines.inference.translation.chat_to_messages.stream import ChunksFromMessages

__all__ = ["DEFAULT_MAX_TOKENS", "ChatToMessages"]


class ChatToMessages:
    """See `Translation`. ``clock`` gives Unix seconds."""

    client = Operation.CHAT
    provider = Operation.MESSAGES

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock

    def request(self, body: dict[str, Any]) -> dict[str, Any]:
        return request.translate(body)

    def answer(self, body: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
        return answer.translate(body, asked, self._clock())

    def stream(self, asked: dict[str, Any]) -> ChunksFromMessages:
        return ChunksFromMessages(asked, self._clock())
