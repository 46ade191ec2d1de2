"""The one interface behind which everything that can answer stands.

A provider takes the bytes of a request in a dialect it speaks and gives back bytes in the same dialect,
whole or as they come. Completing, streaming, embedding and drawing are one verb, `send`, because on the wire
they differ only in path and body, and because bytes that are not re-serialised can be hashed and forwarded
untouched.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from assay.engines.inference.operation import Operation
from assay.errors import AssayError


@dataclass(frozen=True, slots=True)
class EngineProfile:
    """What must be equal for two runs to give the same bytes, as far as the provider lets us know.

    ``determinism`` is ``exact`` (greedy decoding repeats bit for bit under an equal profile), or ``none``
    (a hosted model: the provider promises nothing).
    """

    name: str
    build: str
    determinism: str
    settings: Mapping[str, str | int | bool] = field(default_factory=dict)
    """Everything else that shapes the output: weights digest, threads, context size, template digest."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call as the provider will see it."""

    operation: Operation
    model: str
    """The provider's own name of the model; already written into ``body``."""
    body: bytes
    stream: bool
    headers: Mapping[str, str] = field(default_factory=dict)
    """Dialect headers to forward (``anthropic-version``, ``anthropic-beta``, ``idempotency-key``)."""


class Reply(Protocol):
    """An answer that has begun: status and headers are known, the body may still be on its way."""

    status: int
    headers: Mapping[str, str]
    """Found by their lower-case names."""

    async def read(self, limit: int) -> bytes:
        """The whole body. Raises `ProviderGarbage` when it is longer than ``limit`` bytes."""

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives, never held back. Raises `ProviderBroken` when it ends before its time."""

    def linger(self) -> None:
        """Nothing more is wanted of the body: give the upstream a moment to end it, and close it if it does not."""

    async def aclose(self) -> None:
        """Close the upstream at once if the body has not ended and nobody lingers. Safe to call twice."""


class Provider(Protocol):
    """Something that can answer: a hosted API, a server on this network, the local model."""

    name: str
    speaks: frozenset[Operation]
    """Operations that need no translation."""

    def profile(self, model: str) -> EngineProfile: ...

    async def send(self, request: Request) -> Reply:
        """Begin one call. A reply of any HTTP status is returned, not raised.

        Raises `ProviderUnreachable` or `ProviderTimeout` when no reply begins.
        """

    async def aclose(self) -> None: ...


class ProviderError(AssayError):
    """A provider gave no usable answer. ``retryable`` says whether another try may help."""

    code = "provider_failed"
    retryable: ClassVar[bool] = False


class ProviderUnreachable(ProviderError):
    """No connection, or it broke before the answer began."""

    code = "provider_unreachable"
    retryable = True


class ProviderTimeout(ProviderError):
    """The deadline passed before the answer began, or between two chunks of it."""

    code = "provider_timeout"
    retryable = True


class ProviderBroken(ProviderError):
    """The answer stopped before its end."""

    code = "provider_broken_stream"


class ProviderGarbage(ProviderError):
    """The answer is not what the dialect allows: not JSON, too long, no events."""

    code = "provider_garbage"
    retryable = True
