"""What a translation between two wire dialects is."""

from __future__ import annotations

from typing import Any, Protocol

from assay.engines.inference.operation import Operation


class StreamTranslation(Protocol):
    """One streamed answer on its way from the provider's dialect into the client's. Used once."""

    def feed(self, event: bytes) -> list[bytes]:
        """Take one upstream SSE block, blank line included; give the client's blocks it leads to, maybe none.

        Raises `ProviderGarbage` when the block is not what the provider's dialect allows.
        """

    def finish(self) -> list[bytes]:
        """The upstream has ended: give the blocks that are still owed.

        An answer cut before its end closes with the dialect's error event, so that nobody takes it for whole.
        """


class Translation(Protocol):
    """Carries one operation of a client's dialect over to an operation that a provider speaks.

    Dict to dict, without I/O and without memory between calls. Every parameter of a request reaches the
    provider or is refused by name.
    """

    @property
    def client(self) -> Operation: ...

    @property
    def provider(self) -> Operation: ...

    def request(self, body: dict[str, Any]) -> dict[str, Any]:
        """The provider's request body for the client's; ``body`` is left as it is.

        Raises `UnsupportedParameter` for what the provider's dialect cannot hold, and `InvalidParameter` for
        what the client's own dialect does not allow.
        """

    def answer(self, body: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
        """The client's answer for a provider's whole 2xx ``body``; ``asked`` is the client's request.

        Raises `ProviderGarbage` when the body is not what the provider's dialect allows.
        """

    def stream(self, asked: dict[str, Any]) -> StreamTranslation:
        """A fresh translation of one streamed answer to the client's request ``asked``."""
