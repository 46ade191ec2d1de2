"""An Anthropic message as a Chat Completions answer."""

from __future__ import annotations

from typing import Any

import orjson

from assay.engines.inference.operation import Operation
from assay.engines.inference.provider import ProviderGarbage
from assay.engines.inference.translation import reasoning
from assay.engines.inference.translation.identifiers import answer_id
from assay.engines.inference.translation.messages_stop import finish_reason
from assay.engines.inference.translation.segments import Kind, Segment
from assay.engines.inference.translation.usage import Usage

_TIERS = {"standard": "default", "priority": "priority"}


def translate(body: dict[str, Any], asked: dict[str, Any], created: int) -> dict[str, Any]:
    """``created`` is in Unix seconds: Anthropic's messages carry no time."""
    try:
        completion = {
            "id": answer_id(body["id"], Operation.CHAT),
            "object": "chat.completion",
            "created": created,
            "model": body["model"],
            "choices": [
                {
                    "index": 0,
                    "message": _message(body),
                    "finish_reason": finish_reason(body["stop_reason"]),
                    "logprobs": None,
                }
            ],
            "usage": Usage.from_messages(body["usage"]).to_chat(),
            "service_tier": service_tier(body["usage"]),
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise ProviderGarbage("the provider's answer is not an Anthropic message") from error
    if asked.get("metadata"):
        completion["metadata"] = asked["metadata"]
    return completion


def service_tier(usage: dict[str, Any]) -> str | None:
    return _TIERS.get(usage.get("service_tier") or "")


def refusal(ending: dict[str, Any]) -> str | None:
    """Anthropic's reason for refusing, if it gives one, from a message or a ``message_delta``."""
    explanation = (ending.get("stop_details") or {}).get("explanation")
    return str(explanation) if explanation else None


def _message(body: dict[str, Any]) -> dict[str, Any]:
    thoughts: list[Segment] = []
    words: list[str] = []
    calls: list[dict[str, Any]] = []
    for block in body["content"]:
        match block["type"]:
            case "text":
                words.append(block["text"])
            case "tool_use":
                arguments = orjson.dumps(block["input"]).decode()
                function = {"name": block["name"], "arguments": arguments}
                calls.append({"id": block["id"], "type": "function", "function": function})
            case "thinking":
                thoughts.append(Segment(Kind.THINKING, block["thinking"], block.get("signature") or ""))
            case "redacted_thinking":
                thoughts.append(Segment(Kind.REDACTED, block["data"]))
            case other:
                raise ProviderGarbage(f"the provider answered with a block nobody asked for: {other}")
    message: dict[str, Any] = {
        "role": "assistant",
        "content": "".join(words) or None,
        "refusal": refusal(body),
    }
    if calls:
        message["tool_calls"] = calls
    return message | reasoning.to_chat(thoughts)
