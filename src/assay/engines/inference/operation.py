"""What can be asked of an engine, and in which wire dialect."""

from __future__ import annotations

from enum import StrEnum


class Dialect(StrEnum):
    """A family of HTTP shapes: paths, bodies, events and errors."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


class Operation(StrEnum):
    """One endpoint of a dialect. The value is the name that receipts carry."""

    CHAT = "chat.completions"
    COMPLETIONS = "completions"
    RESPONSES = "responses"
    EMBEDDINGS = "embeddings"
    IMAGES = "images.generations"
    MESSAGES = "messages"
    COUNT_TOKENS = "messages.count_tokens"

    @property
    def dialect(self) -> Dialect:
        return _DIALECT[self]

    @property
    def path(self) -> str:
        """Path below the dialect's base URL, e.g. ``/v1/chat/completions``."""
        return _PATH[self]


_PATH = {
    Operation.CHAT: "/v1/chat/completions",
    Operation.COMPLETIONS: "/v1/completions",
    Operation.RESPONSES: "/v1/responses",
    Operation.EMBEDDINGS: "/v1/embeddings",
    Operation.IMAGES: "/v1/images/generations",
    Operation.MESSAGES: "/v1/messages",
    Operation.COUNT_TOKENS: "/v1/messages/count_tokens",
}

_DIALECT = {
    operation: Dialect.ANTHROPIC
    if operation in (Operation.MESSAGES, Operation.COUNT_TOKENS)
    else Dialect.OPENAI
    for operation in Operation
}
