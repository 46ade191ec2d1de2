"""Reading a whole Chat Completions answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assay.engines.inference.provider import ProviderGarbage
from assay.engines.inference.translation import reasoning
from assay.engines.inference.translation.identifiers import part_id
from assay.engines.inference.translation.segments import Kind, Segment
from assay.engines.inference.translation.usage import Usage


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """The one choice of a ``chat.completion``, in segments: thinking, then words, then calls."""

    id: str
    model: str
    created: int
    """Unix seconds."""
    segments: tuple[Segment, ...]
    finish_reason: str
    stop_sequence: str | None
    """The stop string that ended the answer, where the server says which (vLLM's ``stop_reason``)."""
    service_tier: str | None
    usage: Usage | None


def read(body: dict[str, Any]) -> ChatAnswer:
    """Raises `ProviderGarbage` when ``body`` is not a ``chat.completion`` with a choice."""
    try:
        choice = body["choices"][0]
        segments = _segments(choice, body["id"])
        usage = body.get("usage")
        return ChatAnswer(
            id=body["id"],
            model=body["model"],
            created=body.get("created") or 0,
            segments=segments,
            finish_reason=finish_reason(
                choice.get("finish_reason"), called=any(s.kind is Kind.CALL for s in segments)
            ),
            stop_sequence=stop_sequence(choice),
            service_tier=body.get("service_tier"),
            usage=Usage.from_chat(usage) if usage else None,
        )
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise ProviderGarbage("the provider's answer is not a chat completion") from error


def _segments(choice: dict[str, Any], answer: str) -> tuple[Segment, ...]:
    message = choice["message"]
    segments = reasoning.from_chat(message)
    if words := message.get("content"):
        if not isinstance(words, str):
            raise TypeError("content is not a string")
        tokens = (choice.get("logprobs") or {}).get("content") or ()
        segments.append(Segment(Kind.TEXT, words, logprobs=tuple(tokens)))
    if message.get("refusal"):
        segments.append(Segment(Kind.REFUSAL, message["refusal"]))
    for place, call in enumerate(message.get("tool_calls") or ()):
        function = call["function"]
        identifier = call.get("id") or part_id("call", answer, place)
        segments.append(
            Segment(Kind.CALL, function.get("arguments") or "{}", id=identifier, name=function["name"])
        )
    return tuple(segments)


def finish_reason(given: str | None, *, called: bool) -> str:
    """Some servers say ``stop`` for an answer that waits on a call, or nothing at all."""
    if called and given in (None, "stop", "function_call"):
        return "tool_calls"
    return given or "stop"


def stop_sequence(choice: dict[str, Any]) -> str | None:
    given = choice.get("stop_reason")
    return given if isinstance(given, str) else None
