"""A translation for answers of any shape: what it cannot read is the provider's fault, and is called so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from assay.engines.inference.operation import Operation
from assay.engines.inference.provider import ProviderGarbage
from assay.engines.inference.translation.translation import StreamTranslation, Translation

_UNREADABLE = (AttributeError, IndexError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Guarded:
    """``translation``, with every way of stumbling over an answer named `ProviderGarbage`."""

    translation: Translation

    @property
    def client(self) -> Operation:
        return self.translation.client

    @property
    def provider(self) -> Operation:
        return self.translation.provider

    def request(self, body: dict[str, Any]) -> dict[str, Any]:
        return self.translation.request(body)

    def answer(self, body: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
        with _reading():
            return self.translation.answer(body, asked)

    def stream(self, asked: dict[str, Any]) -> StreamTranslation:
        return GuardedStream(self.translation.stream(asked))


@dataclass(frozen=True, slots=True)
class GuardedStream:
    """One stream's translation, with the same said of its events."""

    stream: StreamTranslation

    def feed(self, event: bytes) -> list[bytes]:
        with _reading():
            return self.stream.feed(event)

    def finish(self) -> list[bytes]:
        with _reading():
            return self.stream.finish()


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except _UNREADABLE as error:
        # The error's text is left out: it may quote the answer.
        raise ProviderGarbage("the provider's answer does not have the shape of its dialect") from error
