"""A stream of chat chunks whose last frame is signed: it alone has a reason to finish, the usage and the signature.

OpenGradient's clients take any frame with a finish reason or usage for the last, and keep no more than one such.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from assay.engines.inference.operation import Operation
from assay.engines.inference.translation import StreamTranslation, sse
from assay.services.gateway.opengradient.canonical import content_text, output_text


class SignedStream:
    """Implements `StreamTranslation`, behind the one that a provider's dialect may need."""

    def __init__(
        self, translation: StreamTranslation | None, seal: Callable[[str], Mapping[str, Any]]
    ) -> None:
        """``seal``: the members that the last frame has for what was said."""
        self._translation = translation
        self._seal = seal
        self._text: list[str] = []
        self._calls: dict[int, dict[str, Any]] = {}
        self._last: dict[str, Any] | None = None

    def feed(self, event: bytes) -> list[bytes]:
        translation = self._translation
        return self._sign_last([event] if translation is None else translation.feed(event))

    def finish(self) -> list[bytes]:
        return [] if self._translation is None else self._sign_last(self._translation.finish())

    def _sign_last(self, blocks: list[bytes]) -> list[bytes]:
        return [mine for block in blocks for mine in self._pass_on(block)]

    def _pass_on(self, block: bytes) -> list[bytes]:
        event = sse.parse(block)
        if event is None:
            return [block]
        if event.data == sse.DONE:
            return [block] if self._last is None else [self._signed(self._last), block]
        chunk = event.json()
        choices = chunk.get("choices")
        if not choices:  # usage alone, which the last frame has, or an error
            return [] if choices == [] else [block]
        choice = choices[0]
        delta = choice.get("delta") or {}
        self._text.append(content_text(delta.get("content")))
        for piece in delta.get("tool_calls") or ():
            self._extend(piece)
        if choice.get("finish_reason") is None:
            return [block]
        self._last = chunk | {"choices": [choice | {"delta": {}}]}
        unfinished = chunk | {"choices": [choice | {"finish_reason": None}]}
        unfinished.pop("usage", None)
        return [sse.encode(unfinished)] if delta else []

    def _extend(self, piece: Mapping[str, Any]) -> None:
        """Put a tool call together from its pieces, as their verifiers do."""
        empty = {"id": "", "type": "function", "function": {"name": "", "arguments": ""}}
        call = self._calls.setdefault(piece.get("index", 0), empty)
        call |= {name: piece[name] for name in ("id", "type") if piece.get(name)}
        function = piece.get("function") or {}
        call["function"]["name"] = function.get("name") or call["function"]["name"]
        call["function"]["arguments"] += function.get("arguments") or ""

    def _signed(self, last: dict[str, Any]) -> bytes:
        calls = [self._calls[index] for index in sorted(self._calls)]
        message = {"content": "".join(self._text)} | ({"tool_calls": calls} if calls else {})
        said = {"choices": [last["choices"][0] | {"message": message}]}
        return sse.encode({**last, **self._seal(output_text(Operation.CHAT, said))})
