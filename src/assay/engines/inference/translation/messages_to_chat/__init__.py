"""An Anthropic client before a provider that speaks Chat Completions.

Where the dialects do not meet:

- ``cache_control`` is accepted and stays behind: it sets a price, not the answer.
- Images in a tool result follow it as the user's message, labelled with the call; ``is_error`` becomes the
  word "Error" in front of the result.
- A thinking budget becomes the nearest ``reasoning_effort``.
- Thinking goes both ways in `reasoning`'s fields; a server that seals nothing gives an empty ``signature``.
- A stop string is reported as ``end_turn`` unless the server names it.
- ``top_k``, server tools, file ids, citations and containers are refused.
"""

from __future__ import annotations

from typing import Any

from assay.engines.inference.operation import Operation
from assay.engines.inference.translation.messages_to_chat import answer, request
from assay.engines.inference.translation.messages_to_chat.stream import MessagesFromChunks


class MessagesToChat:
    """See `Translation`."""

    client = Operation.MESSAGES
    provider = Operation.CHAT

    def request(self, body: dict[str, Any]) -> dict[str, Any]:
        return request.translate(body)

    def answer(self, body: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
        return answer.translate(body)

    def stream(self, asked: dict[str, Any]) -> MessagesFromChunks:
        return MessagesFromChunks()
