"""OpenAI chat completions: ``POST /v1/chat/completions``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from tests.upstreams import sse
from tests.upstreams.answer import Answer, Finish
from tests.upstreams.ask import JSON, Ask, Tool, count_tokens, pieces, require, served_model
from tests.upstreams.openai_content import attachments_of, text_of
from tests.upstreams.openai_errors import error

__all__ = ["error", "error_event", "events", "read", "whole"]

_FINISH = {
    Finish.END: "stop",
    Finish.LENGTH: "length",
    Finish.TOOLS: "tool_calls",
    Finish.STOP_SEQUENCE: "stop",
    Finish.REFUSAL: "stop",
    Finish.FILTER: "content_filter",
}


def read(body: JSON) -> Ask:
    require(body, "model", "messages")
    messages = body["messages"]
    last = messages[-1]
    results = _trailing_tool_results(messages)
    turn = results or [last]
    choice = body.get("tool_choice", "auto")
    form = body.get("response_format") or {}
    stop = body.get("stop") or ()
    return Ask(
        model=body["model"],
        text="\n".join(text_of(message.get("content")) for message in turn),
        answers_tools=bool(results),
        attachments=sum((attachments_of(message.get("content")) for message in turn), ()),
        tools=tuple(
            Tool(tool["function"]["name"], tool["function"].get("parameters", {}))
            for tool in body.get("tools", ())
            if tool["type"] == "function"
        ),
        tool_choice=choice if isinstance(choice, str) else choice["function"]["name"],
        parallel_tools=body.get("parallel_tool_calls", True),
        schema=form["json_schema"].get("schema", {}) if form.get("type") == "json_schema" else None,
        json_object=form.get("type") == "json_object",
        stop=(stop,) if isinstance(stop, str) else tuple(stop),
        max_tokens=body.get("max_completion_tokens") or body.get("max_tokens"),
        stream=bool(body.get("stream")),
        include_usage=bool((body.get("stream_options") or {}).get("include_usage")),
        choices=body.get("n") or 1,
        input_tokens=count_tokens(text_of(message.get("content")) for message in messages),
    )


def _trailing_tool_results(messages: list[Any]) -> list[Any]:
    results: list[Any] = []
    for message in reversed(messages):
        if message["role"] not in ("tool", "function"):
            break
        results.insert(0, message)
    return results


def whole(body: JSON, ask: Ask, answer: Answer) -> JSON:
    message = {
        "role": "assistant",
        "content": None if answer.refusal or (answer.tool_calls and not answer.text) else answer.text,
        "refusal": answer.refusal or None,
        "annotations": [],
        **({"reasoning_content": answer.thinking} if answer.thinking else {}),
        **({"tool_calls": [_call(call) for call in answer.tool_calls]} if answer.tool_calls else {}),
    }
    return {
        **_head(ask, answer, "chat.completion"),
        "choices": [
            {"index": index, "message": message, "logprobs": None, "finish_reason": _FINISH[answer.finish]}
            for index in range(ask.choices)
        ],
        **({"usage": _usage(ask, answer)} if answer.with_usage else {}),
        "service_tier": "default",
    }


def events(body: JSON, ask: Ask, answer: Answer) -> Iterator[bytes]:
    head = _head(ask, answer, "chat.completion.chunk")
    deltas = list(_deltas(answer))
    for index in range(ask.choices):
        for number, delta in enumerate(deltas):
            finish = _FINISH[answer.finish] if number == len(deltas) - 1 else None
            choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}
            yield sse.data({**head, "choices": [choice]})
    if ask.include_usage and answer.with_usage:
        yield sse.data({**head, "choices": [], "usage": _usage(ask, answer)})
    yield sse.DONE


def error_event(message: str) -> bytes:
    return sse.data(error(500, message))


def _deltas(answer: Answer) -> Iterator[JSON]:
    """The message in pieces; the last delta is empty and carries the finish reason."""
    yield {"role": "assistant", "content": None if answer.refusal else "", "refusal": None}
    yield from ({"reasoning_content": piece} for piece in pieces(answer.thinking))
    yield from ({"content": piece} for piece in pieces(answer.text))
    yield from ({"refusal": piece} for piece in pieces(answer.refusal))
    for index, call in enumerate(answer.tool_calls):
        start = _call(call)
        start["function"]["arguments"] = ""
        yield {"tool_calls": [{"index": index, **start}]}
        for piece in pieces(call.arguments):
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}
    yield {}


def _call(call: Any) -> JSON:
    return {
        "id": f"call_{call.token}",
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }


def _head(ask: Ask, answer: Answer, kind: str) -> JSON:
    return {
        "id": answer.id or f"chatcmpl-{answer.token}",
        "object": kind,
        "created": int(time.time()),
        "model": served_model(ask.model),
        "system_fingerprint": "fp_scripted",
    }


def _usage(ask: Ask, answer: Answer) -> JSON:
    output = answer.output_tokens * ask.choices
    return {
        "prompt_tokens": ask.input_tokens,
        "completion_tokens": output,
        "total_tokens": ask.input_tokens + output,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": answer.thinking_tokens * ask.choices,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
