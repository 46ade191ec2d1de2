"""Anthropic messages: ``POST /v1/messages`` and ``/v1/messages/count_tokens``."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from tests.upstreams import sse
from tests.upstreams.answer import Answer, Finish
from tests.upstreams.anthropic_content import attachments_of, text_of
from tests.upstreams.ask import JSON, Ask, Tool, count_tokens, pieces, require

_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}

_STOP_REASON = {
    Finish.END: "end_turn",
    Finish.LENGTH: "max_tokens",
    Finish.TOOLS: "tool_use",
    Finish.STOP_SEQUENCE: "stop_sequence",
    Finish.REFUSAL: "refusal",
    Finish.FILTER: "refusal",
}

_CHOICES = {"auto": "auto", "any": "required", "none": "none"}


def read(body: JSON) -> Ask:
    require(body, "model", "messages", "max_tokens")
    choice = body.get("tool_choice") or {"type": "auto"}
    content = body["messages"][-1]["content"]
    form = (body.get("output_config") or {}).get("format") or body.get("output_format") or {}
    return Ask(
        model=body["model"],
        text=text_of(content),
        answers_tools=not isinstance(content, str) and any(b["type"] == "tool_result" for b in content),
        attachments=attachments_of(content),
        tools=tuple(
            Tool(tool["name"], tool["input_schema"])
            for tool in body.get("tools", ())
            if "input_schema" in tool
        ),
        tool_choice=_CHOICES.get(choice["type"]) or choice["name"],
        parallel_tools=not choice.get("disable_parallel_tool_use", False),
        schema=form.get("schema"),
        think=(body.get("thinking") or {}).get("type") == "enabled",
        stop=tuple(body.get("stop_sequences") or ()),
        max_tokens=body["max_tokens"],
        stream=bool(body.get("stream")),
        input_tokens=_input_tokens(body),
    )


def count(body: JSON) -> JSON:
    require(body, "model", "messages")
    return {"input_tokens": _input_tokens(body)}


def _input_tokens(body: JSON) -> int:
    contents = [body.get("system") or "", *(message["content"] for message in body["messages"])]
    return count_tokens(text_of(content) for content in contents)


def whole(body: JSON, ask: Ask, answer: Answer) -> JSON:
    return {
        **_head(ask, answer),
        "content": list(_blocks(answer)),
        "stop_reason": _STOP_REASON[answer.finish],
        "stop_sequence": answer.stopped_at,
        "usage": _usage(ask, answer.output_tokens if answer.with_usage else 0),
    }


def events(body: JSON, ask: Ask, answer: Answer) -> Iterator[bytes]:
    empty: JSON = {"content": [], "stop_reason": None, "stop_sequence": None, "usage": _usage(ask, 1)}
    yield sse.event({"type": "message_start", "message": {**_head(ask, answer), **empty}})
    for index, block in enumerate(_blocks(answer)):
        yield sse.event({"type": "content_block_start", "index": index, "content_block": _emptied(block)})
        if index == 0:
            yield sse.event({"type": "ping"})
        for delta in _deltas(block):
            yield sse.event({"type": "content_block_delta", "index": index, "delta": delta})
        yield sse.event({"type": "content_block_stop", "index": index})
    ended = {"stop_reason": _STOP_REASON[answer.finish], "stop_sequence": answer.stopped_at}
    usage = _usage(ask, answer.output_tokens if answer.with_usage else 0)
    yield sse.event({"type": "message_delta", "delta": ended, "usage": usage})
    yield sse.event({"type": "message_stop"})


def error(status: int, message: str) -> JSON:
    return {
        "type": "error",
        "error": {"type": _ERRORS.get(status, "api_error"), "message": message},
        "request_id": "req_scripted",
    }


def error_event(message: str) -> bytes:
    return sse.event(error(529, message))


def _head(ask: Ask, answer: Answer) -> JSON:
    return {
        "id": answer.id or f"msg_{answer.token}",
        "type": "message",
        "role": "assistant",
        "model": ask.model,
    }


def _blocks(answer: Answer) -> Iterator[JSON]:
    if answer.thinking:
        signature = base64.b64encode(answer.token.encode()).decode()
        yield {"type": "thinking", "thinking": answer.thinking, "signature": signature}
    if answer.refusal or answer.text or not answer.tool_calls:
        yield {"type": "text", "text": answer.refusal or answer.text}
    for call in answer.tool_calls:
        arguments = json.loads(call.arguments)
        yield {"type": "tool_use", "id": f"toolu_{call.token}", "name": call.name, "input": arguments}


def _emptied(block: JSON) -> JSON:
    """A content block as it starts out in a stream."""
    blank: dict[str, Any] = {"text": "", "thinking": "", "signature": "", "input": {}}
    return {name: blank.get(name, value) if name != "type" else value for name, value in block.items()}


def _deltas(block: JSON) -> Iterator[JSON]:
    match block["type"]:
        case "thinking":
            yield from ({"type": "thinking_delta", "thinking": piece} for piece in pieces(block["thinking"]))
            yield {"type": "signature_delta", "signature": block["signature"]}
        case "tool_use":
            yield {"type": "input_json_delta", "partial_json": ""}
            arguments = pieces(json.dumps(block["input"], ensure_ascii=False))
            yield from ({"type": "input_json_delta", "partial_json": piece} for piece in arguments)
        case _:
            yield from ({"type": "text_delta", "text": piece} for piece in pieces(block["text"]))


def _usage(ask: Ask, output_tokens: int) -> JSON:
    return {
        "input_tokens": ask.input_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": output_tokens,
        "service_tier": "standard",
    }
