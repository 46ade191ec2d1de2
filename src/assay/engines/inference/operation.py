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
    COMPACT = "responses.compact"
    INPUT_TOKENS = "responses.input_tokens"
    EMBEDDINGS = "embeddings"
    MODERATIONS = "moderations"
    IMAGES = "images.generations"
    IMAGE_EDITS = "images.edits"
    IMAGE_VARIATIONS = "images.variations"
    MESSAGES = "messages"
    COUNT_TOKENS = "messages.count_tokens"

    @property
    def dialect(self) -> Dialect:
        return Dialect.ANTHROPIC if self in (Operation.MESSAGES, Operation.COUNT_TOKENS) else Dialect.OPENAI

    @property
    def path(self) -> str:
        """Path below the dialect's base URL, e.g. ``/v1/chat/completions``."""
        return f"/v1/{self.value.replace('.', '/')}"

    @property
    def is_form(self) -> bool:
        """Whether it is asked with a multipart form (RFC 7578) in place of JSON."""
        return self in (Operation.IMAGE_EDITS, Operation.IMAGE_VARIATIONS)

    @property
    def draws(self) -> bool:
        """Whether it is answered with pictures."""
        return self in (Operation.IMAGES, Operation.IMAGE_EDITS, Operation.IMAGE_VARIATIONS)

    @property
    def counts(self) -> bool:
        """Whether it only counts tokens, which costs nothing."""
        return self in (Operation.COUNT_TOKENS, Operation.INPUT_TOKENS)
