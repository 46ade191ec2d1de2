"""What a dialect must know to read a request and to write an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from tests.upstreams.answer import Answer
from tests.upstreams.ask import JSON, Ask


class Dialect(Protocol):
    """One generating endpoint. Its module is the implementation."""

    def read(self, body: JSON) -> Ask:
        """Raises `BadAsk` when the body lacks what the dialect requires."""

    def whole(self, body: JSON, ask: Ask, answer: Answer) -> JSON:
        """The answer as one JSON body."""

    def events(self, body: JSON, ask: Ask, answer: Answer) -> Iterator[bytes]:
        """The answer as server-sent events, the terminator included."""

    def error(self, status: int, message: str) -> JSON: ...

    def error_event(self, message: str) -> bytes:
        """How an error is told when the stream has already begun."""
