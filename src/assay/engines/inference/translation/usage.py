"""Token counts, which the dialects slice differently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Usage:
    """What one answer used, in tokens.

    OpenAI counts cached tokens inside the input, Anthropic beside it; here they are inside.
    """

    input: int = 0
    cache_read: int = 0
    cache_written: int = 0
    output: int = 0
    reasoning: int = 0

    @classmethod
    def from_chat(cls, usage: dict[str, Any]) -> Usage:
        prompt = usage.get("prompt_tokens_details") or {}
        completion = usage.get("completion_tokens_details") or {}
        return cls(
            input=usage.get("prompt_tokens") or 0,
            cache_read=prompt.get("cached_tokens") or 0,
            cache_written=prompt.get("cache_write_tokens") or 0,
            output=usage.get("completion_tokens") or 0,
            reasoning=completion.get("reasoning_tokens") or 0,
        )

    @classmethod
    def from_messages(cls, usage: dict[str, Any]) -> Usage:
        read = usage.get("cache_read_input_tokens") or 0
        written = usage.get("cache_creation_input_tokens") or 0
        details = usage.get("output_tokens_details") or {}
        return cls(
            input=(usage.get("input_tokens") or 0) + read + written,
            cache_read=read,
            cache_written=written,
            output=usage.get("output_tokens") or 0,
            reasoning=details.get("thinking_tokens") or 0,
        )

    def to_chat(self) -> dict[str, Any]:
        return {
            "prompt_tokens": self.input,
            "completion_tokens": self.output,
            "total_tokens": self.input + self.output,
            "prompt_tokens_details": {
                "cached_tokens": self.cache_read,
                "cache_write_tokens": self.cache_written,
            },
            "completion_tokens_details": {"reasoning_tokens": self.reasoning},
        }

    def to_messages(self) -> dict[str, Any]:
        return {
            "input_tokens": max(0, self.input - self.cache_read - self.cache_written),
            "cache_creation_input_tokens": self.cache_written,
            "cache_read_input_tokens": self.cache_read,
            "output_tokens": self.output,
            "output_tokens_details": {"thinking_tokens": self.reasoning},
        }

    def to_responses(self) -> dict[str, Any]:
        return {
            "input_tokens": self.input,
            "input_tokens_details": {
                "cached_tokens": self.cache_read,
                "cache_write_tokens": self.cache_written,
            },
            "output_tokens": self.output,
            "output_tokens_details": {"reasoning_tokens": self.reasoning},
            "total_tokens": self.input + self.output,
        }
