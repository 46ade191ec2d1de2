"""The client's methods, named and nested as in the OpenAI and Anthropic clients.

Written once: for the blocking client a method returns its result, for the other one something to await.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, Literal, Protocol, TypeVar, overload

from assay.engines.inference.operation import Operation

A = TypeVar("A")
"""A whole answer, or an awaitable of one."""
S = TypeVar("S")
"""A streamed answer, or an awaitable of one."""
R = TypeVar("R")
"""A record, or an awaitable of one."""
A_co = TypeVar("A_co", covariant=True)
S_co = TypeVar("S_co", covariant=True)


class Asks(Protocol[A_co, S_co]):
    """A client, as its resources see it."""

    def ask(self, operation: Operation, parameters: Mapping[str, Any]) -> A_co: ...

    def stream(self, operation: Operation, parameters: Mapping[str, Any]) -> S_co: ...


class Streaming(Generic[A, S]):
    """An endpoint that can answer in one piece or as a stream. Parameters are the dialect's own, by name."""

    def __init__(self, operation: Operation, asks: Asks[A, S]) -> None:
        self._operation = operation
        self._asks = asks

    @overload
    def create(self, *, model: str, stream: Literal[False] = False, **parameters: Any) -> A: ...

    @overload
    def create(self, *, model: str, stream: Literal[True], **parameters: Any) -> S: ...

    def create(self, *, model: str, stream: bool = False, **parameters: Any) -> A | S:
        """Ask, verify, return. Raises `AnswerRefused`, `GatewayError` or `GatewayUnreachable`."""
        parameters = {"model": model, **parameters}
        if stream:
            return self._asks.stream(self._operation, parameters)
        return self._asks.ask(self._operation, parameters)


class Chat(Generic[A, S]):
    def __init__(self, asks: Asks[A, S]) -> None:
        self.completions = Streaming(Operation.CHAT, asks)


class Embeddings(Generic[A, S]):
    def __init__(self, asks: Asks[A, S]) -> None:
        self._asks = asks

    def create(self, *, model: str, **parameters: Any) -> A:
        """Ask, verify, return. Raises `AnswerRefused`, `GatewayError` or `GatewayUnreachable`."""
        return self._asks.ask(Operation.EMBEDDINGS, {"model": model, **parameters})


class Images(Generic[A, S]):
    def __init__(self, asks: Asks[A, S]) -> None:
        self._asks = asks

    def generate(self, *, model: str, prompt: str, **parameters: Any) -> A:
        """Ask, verify, return. Raises `AnswerRefused`, `GatewayError` or `GatewayUnreachable`."""
        return self._asks.ask(Operation.IMAGES, {"model": model, "prompt": prompt, **parameters})


class Models(Generic[R]):
    """What the gateway serves. A listing carries no receipt: it is not verified."""

    def __init__(self, get: Callable[[str], R]) -> None:
        self._get = get

    def list(self) -> R:
        return self._get("/v1/models")


class Resources(Generic[A, S, R]):
    """Everything that can be asked of a gateway."""

    def __init__(self, asks: Asks[A, S], get: Callable[[str], R]) -> None:
        self.chat = Chat(asks)
        self.completions = Streaming(Operation.COMPLETIONS, asks)
        self.responses = Streaming(Operation.RESPONSES, asks)
        self.messages = Streaming(Operation.MESSAGES, asks)
        self.embeddings = Embeddings(asks)
        self.images = Images(asks)
        self.models = Models(get)
