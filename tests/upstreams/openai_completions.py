"""OpenAI's older text completions: ``POST /v1/completions``."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.upstreams import sse
from tests.upstreams.answer import Answer, Finish
from tests.upstreams.ask import JSON, Ask, count_tokens, pieces, require, served_model
from tests.upstreams.openai_errors import error

__all__ = ["error", "error_event", "events", "read", "whole"]

_FINISH = {Finish.LENGTH: "length", Finish.FILTER: "content_filter"}


def read(body: JSON) -> Ask:
    require(body, "model", "prompt")
    prompt = body["prompt"] or ""
    text = prompt if isinstance(prompt, str) else "\n".join(str(part) for part in prompt)
    stop = body.get("stop") or ()
    return Ask(
        model=body["model"],
        text=text,
        stop=(stop,) if isinstance(stop, str) else tuple(stop),
        max_tokens=body.get("max_tokens"),
        stream=bool(body.get("stream")),
        include_usage=bool((body.get("stream_options") or {}).get("include_usage")),
        choices=body.get("n") or 1,
        input_tokens=count_tokens([text]),
    )


def whole(body: JSON, ask: Ask, answer: Answer) -> JSON:
    choices = [_choice(n, answer.text, _finish(answer)) for n in range(ask.choices)]
    usage = {"usage": _usage(ask, answer)} if answer.with_usage else {}
    return {**_head(ask, answer), "choices": choices, **usage}


def events(body: JSON, ask: Ask, answer: Answer) -> Iterator[bytes]:
    head = _head(ask, answer)
    for index in range(ask.choices):
        for piece in pieces(answer.text):
            yield sse.data({**head, "choices": [_choice(index, piece, None)]})
        yield sse.data({**head, "choices": [_choice(index, "", _finish(answer))]})
    if ask.include_usage and answer.with_usage:
        yield sse.data({**head, "choices": [], "usage": _usage(ask, answer)})
    yield sse.DONE


def error_event(message: str) -> bytes:
    return sse.data(error(500, message))


def _choice(index: int, text: str, finish: str | None) -> JSON:
    return {"index": index, "text": text, "logprobs": None, "finish_reason": finish}


def _finish(answer: Answer) -> str:
    return _FINISH.get(answer.finish, "stop")


def _head(ask: Ask, answer: Answer) -> JSON:
    return {
        "id": answer.id or f"cmpl-{answer.token}",
        "object": "text_completion",
        "created": int(time.time()),
        "model": served_model(ask.model),
    }


def _usage(ask: Ask, answer: Answer) -> JSON:
    output = answer.output_tokens * ask.choices
    return {
        "prompt_tokens": ask.input_tokens,
        "completion_tokens": output,
        "total_tokens": ask.input_tokens + output,
    }
