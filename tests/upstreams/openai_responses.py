"""OpenAI responses: ``POST /v1/responses`` and what becomes of a stored one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from tests.upstreams import sse
from tests.upstreams.answer import Answer, Finish
from tests.upstreams.ask import JSON, Ask, Tool, count_tokens, pieces, served_model
from tests.upstreams.openai_content import attachments_of, text_of
from tests.upstreams.openai_errors import error

__all__ = ["error", "error_event", "events", "read", "usage", "whole"]

DEFAULT_MODEL = "gpt-6-astra"
"""Served when the body names none: a stored prompt may carry the model."""

_INCOMPLETE = {Finish.LENGTH: "max_output_tokens", Finish.FILTER: "content_filter"}


def read(body: JSON) -> Ask:
    items = _items(body)
    outputs = [item for item in items if item.get("type") == "function_call_output"]
    answers_tools = bool(items) and items[-1].get("type") == "function_call_output"
    turn = [item["output"] for item in outputs] if answers_tools else [i.get("content") for i in items[-1:]]
    choice = body.get("tool_choice", "auto")
    form = (body.get("text") or {}).get("format") or {}
    return Ask(
        model=body.get("model") or DEFAULT_MODEL,
        text="\n".join(text_of(content) for content in turn),
        answers_tools=answers_tools,
        attachments=sum((attachments_of(content) for content in turn), ()),
        tools=tuple(
            Tool(tool["name"], tool.get("parameters") or {})
            for tool in body.get("tools", ())
            if tool["type"] == "function"
        ),
        tool_choice=choice if isinstance(choice, str) else choice.get("name", "required"),
        parallel_tools=body.get("parallel_tool_calls", True),
        schema=form.get("schema") if form.get("type") == "json_schema" else None,
        json_object=form.get("type") == "json_object",
        max_tokens=body.get("max_output_tokens"),
        stream=bool(body.get("stream")),
        input_tokens=count_tokens(
            [body.get("instructions") or "", *(text_of(item.get("content")) for item in items)]
        ),
    )


def _items(body: JSON) -> list[JSON]:
    given = body.get("input") or []
    return [{"role": "user", "content": given}] if isinstance(given, str) else given


def whole(body: JSON, ask: Ask, answer: Answer) -> JSON:
    return _response(body, ask, answer, list(_output(answer)))


def events(body: JSON, ask: Ask, answer: Answer) -> Iterator[bytes]:
    for number, payload in enumerate(_events(body, ask, answer)):
        yield sse.event({**payload, "sequence_number": number})


def error_event(message: str) -> bytes:
    return sse.event(
        {"type": "error", "code": "server_error", "message": message, "param": None, "sequence_number": 0}
    )


def _events(body: JSON, ask: Ask, answer: Answer) -> Iterator[JSON]:
    begun = {**_response(body, ask, answer, []), "status": "in_progress", "usage": None, "completed_at": None}
    begun["incomplete_details"] = None
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    output = list(_output(answer))
    for index, item in enumerate(output):
        yield from _item_events(index, item)
    final = _response(body, ask, answer, output)
    yield {"type": f"response.{final['status']}", "response": final}


def _item_events(index: int, item: JSON) -> Iterator[JSON]:
    at = {"item_id": item["id"], "output_index": index}
    match item["type"]:
        case "reasoning":
            empty, inside = {**item, "summary": []}, _summary_events(at, item["summary"][0])
        case "function_call":
            empty, inside = {**item, "arguments": "", "status": "in_progress"}, _call_events(at, item)
        case _:
            empty, inside = (
                {**item, "content": [], "status": "in_progress"},
                _part_events(at, item["content"][0]),
            )
    yield {"type": "response.output_item.added", "output_index": index, "item": empty}
    yield from inside
    yield {"type": "response.output_item.done", "output_index": index, "item": item}


def _summary_events(at: JSON, part: JSON) -> Iterator[JSON]:
    at = {**at, "summary_index": 0}
    yield {"type": "response.reasoning_summary_part.added", **at, "part": {**part, "text": ""}}
    for piece in pieces(part["text"]):
        yield {"type": "response.reasoning_summary_text.delta", **at, "delta": piece}
    yield {"type": "response.reasoning_summary_text.done", **at, "text": part["text"]}
    yield {"type": "response.reasoning_summary_part.done", **at, "part": part}


def _call_events(at: JSON, item: JSON) -> Iterator[JSON]:
    for piece in pieces(item["arguments"]):
        yield {"type": "response.function_call_arguments.delta", **at, "delta": piece}
    done = {"name": item["name"], "arguments": item["arguments"]}
    yield {"type": "response.function_call_arguments.done", **at, **done}


def _part_events(at: JSON, part: JSON) -> Iterator[JSON]:
    at = {**at, "content_index": 0}
    field = "refusal" if part["type"] == "refusal" else "text"
    name = "response.refusal" if field == "refusal" else "response.output_text"
    extra: JSON = {} if field == "refusal" else {"logprobs": []}
    yield {"type": "response.content_part.added", **at, "part": {**part, field: ""}}
    for piece in pieces(part[field]):
        yield {"type": f"{name}.delta", **at, "delta": piece, **extra}
    yield {"type": f"{name}.done", **at, field: part[field], **extra}
    yield {"type": "response.content_part.done", **at, "part": part}


def _output(answer: Answer) -> Iterator[JSON]:
    if answer.thinking:
        summary = [{"type": "summary_text", "text": answer.thinking}]
        yield {"type": "reasoning", "id": f"rs_{answer.token}", "summary": summary}
    for call in answer.tool_calls:
        yield {
            "type": "function_call",
            "id": f"fc_{call.token}",
            "call_id": f"call_{call.token}",
            "name": call.name,
            "arguments": call.arguments,
            "status": "completed",
        }
    if answer.refusal or answer.text or not answer.tool_calls:
        part: JSON = {"type": "output_text", "text": answer.text, "annotations": [], "logprobs": []}
        if answer.refusal:
            part = {"type": "refusal", "refusal": answer.refusal}
        yield {
            "type": "message",
            "id": f"msg_{answer.token}",
            "role": "assistant",
            "status": "incomplete" if answer.finish in _INCOMPLETE else "completed",
            "content": [part],
        }


_ECHOED: dict[str, Any] = {
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "reasoning": {"effort": None, "summary": None},
    "service_tier": "default",
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}
"""Parameters of the request that the response repeats, with their defaults."""


def _response(body: JSON, ask: Ask, answer: Answer, output: list[JSON]) -> JSON:
    reason = _INCOMPLETE.get(answer.finish)
    now = int(time.time())
    return {
        "id": answer.id or f"resp_{answer.token}",
        "object": "response",
        "created_at": now,
        "completed_at": now,
        "status": "incomplete" if reason else "completed",
        "background": False,
        "error": None,
        "incomplete_details": {"reason": reason} if reason else None,
        "model": served_model(ask.model),
        "output": output,
        **{name: body.get(name, default) for name, default in _ECHOED.items()},
        "usage": usage(ask.input_tokens, answer.output_tokens, answer.thinking_tokens)
        if answer.with_usage
        else None,
    }


def usage(input_tokens: int, output_tokens: int, reasoning_tokens: int = 0) -> JSON:
    return {
        "input_tokens": input_tokens,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": output_tokens,
        "output_tokens_details": {"reasoning_tokens": reasoning_tokens},
        "total_tokens": input_tokens + output_tokens,
    }
