"""A Responses client before a provider that speaks only Chat Completions.

Nothing is stored between calls. ``store`` is accepted and answered with ``store: false``, because stock clients
send it; ``previous_response_id``, ``conversation`` and item references are refused.

Where the dialects do not meet:

- ``developer`` messages are ``system`` messages, which every chat server knows.
- ``allowed_tools`` narrows the tools themselves.
- Images and files in a function's output follow it as the user's message, labelled with the call.
- Thinking comes as a reasoning item; a seal on it rides in ``encrypted_content`` and is taken back from there.
- Built-in tools, file ids, ``background`` and ``truncation: auto`` are refused.
"""

from __future__ import annotations

from typing import Any

from assay.engines.inference.operation import Operation
from assay.engines.inference.translation.responses_to_chat import answer, request
from assay.engines.inference.translation.responses_to_chat.stream import EventsFromChunks


class ResponsesToChat:
    """See `Translation`."""

    client = Operation.RESPONSES
    provider = Operation.CHAT

    def request(self, body: dict[str, Any]) -> dict[str, Any]:
        return request.translate(body)

    def answer(self, body: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
        return answer.translate(body, asked)

    def stream(self, asked: dict[str, Any]) -> EventsFromChunks:
        return EventsFromChunks(asked)
