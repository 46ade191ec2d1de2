"""What a model said, apart from ids, times and counts that differ at every run.

Two runs of an ``exact`` engine profile give equal outputs, so `output_digest` is what a repeat is compared by. It is
not salted: compute it from an opened answer, do not publish it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from assay.errors import FormatError
from assay.trust.canonical import canonicalize
from assay.trust.receipts.stream import BlockSplitter

_VOLATILE = frozenset(
    {"id", "call_id", "item_id", "status", "signature", "logprobs", "annotations", "caller"}
)


def output_digest(operation: str, answer: bytes, *, streamed: bool) -> str:
    """SHA-256, hex, of the canonical JSON of what was said; equal for a whole answer and for a stream of it.

    ``operation`` and ``streamed`` are the statement's, ``answer`` the bytes a bundle keeps. Raises `FormatError`.
    """
    try:
        whole = _gather(operation, _events(answer)) if streamed else orjson.loads(answer)
        return hashlib.sha256(canonicalize(_said(operation, whole))).hexdigest()
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise FormatError(f"This is not an answer of {operation}.") from error


def _said(operation: str, answer: dict[str, Any]) -> Any:
    match operation:
        case "chat.completions":
            return [(_lasting(choice["message"]), choice["finish_reason"]) for choice in answer["choices"]]
        case "completions":
            return [(choice["text"], choice["finish_reason"]) for choice in answer["choices"]]
        case "messages":
            return [_lasting(answer["content"]), answer["stop_reason"]]
        case "responses":
            return _lasting(answer["output"])
        case "embeddings" | "images.generations":
            return [item.get("embedding") or item.get("b64_json") for item in answer["data"]]
        case _:
            return _lasting(answer)


def _lasting(value: Any) -> Any:
    """The value without members that are new at every run, and without empty ones, which streams leave out."""
    if isinstance(value, dict):
        return {
            name: _lasting(member)
            for name, member in value.items()
            if name not in _VOLATILE and member is not None and member != [] and member != ""
        }
    if isinstance(value, list):
        return [_lasting(item) for item in value]
    return value


def _events(stream: bytes) -> Iterator[dict[str, Any]]:
    for block in BlockSplitter().feed(stream):
        data = b"\n".join(line[5:].strip() for line in block.splitlines() if line.startswith(b"data:"))
        if data and data != b"[DONE]":
            yield orjson.loads(data)


def _gather(operation: str, events: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The whole answer that a stream amounts to."""
    match operation:
        case "messages":
            return _gather_message(events)
        case "responses":
            return next(event["response"] for event in reversed(list(events)) if "response" in event)
        case _:
            return {"choices": _gather_choices(events)}


def _gather_choices(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    choices: dict[int, dict[str, Any]] = {}
    for event in events:
        for piece in event.get("choices") or ():
            choice = choices.setdefault(piece["index"], {"message": {}, "text": "", "finish_reason": None})
            choice["text"] += piece.get("text") or ""
            choice["finish_reason"] = piece.get("finish_reason") or choice["finish_reason"]
            _extend(choice["message"], piece.get("delta") or {})
    return [choices[index] for index in sorted(choices)]


def _extend(message: dict[str, Any], delta: dict[str, Any]) -> None:
    for name, member in delta.items():
        if name == "tool_calls":
            calls = message.setdefault("tool_calls", [])
            for piece in member or ():
                while len(calls) <= piece["index"]:
                    calls.append({"type": "function", "function": {}})
                _extend(calls[piece["index"]]["function"], piece.get("function") or {})
        elif isinstance(member, str) and name != "role":
            message[name] = message.get(name, "") + member
        elif member is not None:
            message[name] = member


def _gather_message(events: Iterable[dict[str, Any]]) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = []
    stop_reason = None
    for event in events:
        match event["type"]:
            case "content_block_start":
                blocks.append(dict(event["content_block"]))
            case "content_block_delta":
                _extend_block(blocks[event["index"]], event["delta"])
            case "content_block_stop":
                arguments = blocks[event["index"]].pop("partial_json", None)
                if arguments:
                    blocks[event["index"]]["input"] = orjson.loads(arguments)
            case "message_delta":
                stop_reason = event["delta"].get("stop_reason")
    return {"content": blocks, "stop_reason": stop_reason}


def _extend_block(block: dict[str, Any], delta: dict[str, Any]) -> None:
    for name in ("text", "thinking", "partial_json"):
        if name in delta:
            block[name] = block.get(name, "") + delta[name]
