"""What a request asks for, whatever its dialect."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.upstreams.attachments import Attachment

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    parameters: Any
    """JSON Schema of the arguments; callers do send things that are not one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The neutral reading of one request."""

    model: str
    text: str
    """Text of the last message: the user's, or the results of the tools that were called."""
    answers_tools: bool = False
    """Whether the last message carries tool results."""
    attachments: tuple[Attachment, ...] = ()
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    """``auto``, ``none``, ``required`` or the name of one tool."""
    parallel_tools: bool = True
    schema: Any = None
    """The answer must be an instance of this JSON Schema."""
    json_object: bool = False
    think: bool = False
    stop: tuple[str, ...] = ()
    max_tokens: int | None = None
    stream: bool = False
    include_usage: bool = True
    choices: int = 1
    input_tokens: int = 0


class BadAsk(Exception):
    """The request is refused: an HTTP status and a sentence, shaped later by the dialect."""

    def __init__(self, status: int, message: str, *, retry_after: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.retry_after = retry_after


def pieces(text: str) -> list[str]:
    """Cut a text into this upstream's tokens: a word with the space after it."""
    return re.findall(r"\S+\s*|\s+", text)


def count_tokens(texts: Iterable[str]) -> int:
    return sum(len(pieces(text)) for text in texts)


def require(body: Mapping[str, Any], *names: str) -> None:
    for name in names:
        if name not in body:
            raise BadAsk(400, f"Missing required parameter: '{name}'.")


def served_model(model: str) -> str:
    """The dated snapshot behind an alias, as the real providers report it."""
    return model if re.search(r"\d{4}-?\d{2}-?\d{2}$", model) else f"{model}-2026-11-01"
