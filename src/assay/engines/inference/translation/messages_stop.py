"""Why an answer ended, in Anthropic's words and in OpenAI's."""

from __future__ import annotations

_TO_CHAT = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
_TO_MESSAGES = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}


def finish_reason(stop_reason: str) -> str:
    """Chat Completions' ``finish_reason`` for an Anthropic ``stop_reason``."""
    return _TO_CHAT.get(stop_reason, "stop")


def stop_reason(finish_reason: str, *, refused: bool, stop_sequence: str | None) -> str:
    """Anthropic's ``stop_reason``.

    Chat Completions says ``stop`` for a stop string as well; only a server that names the string tells the
    two apart.
    """
    if refused:
        return "refusal"
    if finish_reason == "stop" and stop_sequence is not None:
        return "stop_sequence"
    return _TO_MESSAGES.get(finish_reason, "end_turn")
