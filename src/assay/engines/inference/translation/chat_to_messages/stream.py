"""Anthropic stream events as Chat Completions chunks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from assay.engines.inference.operation import Operation
from assay.engines.inference.provider import ProviderGarbage
from assay.engines.inference.translation import sse
from assay.engines.inference.translation.chat_to_messages.answer import refusal, service_tier
from assay.engines.inference.translation.failures import TRUNCATED, Failure
from assay.engines.inference.translation.identifiers import answer_id
from assay.engines.inference.translation.messages_stop import finish_reason
from assay.engines.inference.translation.usage import Usage


@dataclass(slots=True)
class _Block:
    """The content block that is arriving. Anthropic sends them one after the other."""

    type: str
    place: int
    """Among the answer's calls, or among its thinking blocks."""
    input: dict[str, Any]
    """Of a call: the arguments it started with, in case no more come."""
    grown: bool = False


class ChunksFromMessages:
    """One answer; see `StreamTranslation`. Usage comes in a last chunk if the client asked for it."""

    def __init__(self, asked: dict[str, Any], created: int) -> None:
        options = asked.get("stream_options") or {}
        self._include_usage = bool(options.get("include_usage"))
        self._head: dict[str, Any] = {"object": "chat.completion.chunk", "created": created}
        self._usage: dict[str, Any] = {}
        self._block: _Block | None = None
        self._calls = 0
        self._thoughts = 0
        self._ended = False

    def feed(self, event: bytes) -> list[bytes]:
        received = sse.parse(event)
        if received is None or self._ended:
            return []
        try:
            return self._read(received.json())
        except (KeyError, TypeError, AttributeError) as error:
            raise ProviderGarbage("the provider streamed an event that is not Anthropic's") from error

    def finish(self) -> list[bytes]:
        return [] if self._ended else self._fail(TRUNCATED)

    def _read(self, event: dict[str, Any]) -> list[bytes]:
        match event["type"]:
            case "content_block_delta":
                return self._grow(event["delta"])
            case "content_block_start":
                return self._open(event["content_block"])
            case "content_block_stop":
                return self._close()
            case "message_start":
                return self._start(event["message"])
            case "message_delta":
                return self._say_why(event["delta"], event["usage"])
            case "message_stop":
                return self._end()
            case "error":
                return self._fail(Failure.from_messages(event["error"]))
        return []

    def _start(self, message: dict[str, Any]) -> list[bytes]:
        self._usage = dict(message["usage"])
        self._head = {
            "id": answer_id(message["id"], Operation.CHAT),
            **self._head,
            "model": message["model"],
            "service_tier": service_tier(self._usage),
        }
        return [self._chunk({"role": "assistant"})]

    def _open(self, block: dict[str, Any]) -> list[bytes]:
        match block["type"]:
            case "text":
                self._block = _Block("text", 0, {})
                return [self._chunk({"content": block["text"]})] if block.get("text") else []
            case "tool_use":
                self._block = _Block("tool_use", self._calls, block.get("input") or {})
                self._calls += 1
                return [self._call(id=block["id"], type="function", function=_function(block["name"], ""))]
            case "thinking":
                self._block = _Block("thinking", self._thoughts, {})
                self._thoughts += 1
                return [self._thought(block["thinking"])] if block.get("thinking") else []
            case "redacted_thinking":
                self._block = _Block("redacted_thinking", self._thoughts, {})
                self._thoughts += 1
                return [self._detail(type="reasoning.encrypted", data=block["data"])]
            case other:
                raise ProviderGarbage(f"the provider answered with a block nobody asked for: {other}")

    def _grow(self, delta: dict[str, Any]) -> list[bytes]:
        match delta["type"]:
            case "text_delta":
                return [self._chunk({"content": delta["text"]})]
            case "input_json_delta":
                if not delta["partial_json"]:
                    return []
                self._current.grown = True
                return [self._call(function={"arguments": delta["partial_json"]})]
            case "thinking_delta":
                return [self._thought(delta["thinking"])]
            case "signature_delta":
                return [self._detail(type="reasoning.text", signature=delta["signature"])]
        return []

    def _close(self) -> list[bytes]:
        """A call without arguments streams none; in Chat Completions its arguments are ``{}``."""
        block = self._current
        owed = block.type == "tool_use" and not block.grown
        chunks = [self._call(function={"arguments": orjson.dumps(block.input).decode()})] if owed else []
        self._block = None
        return chunks

    def _say_why(self, delta: dict[str, Any], usage: dict[str, Any]) -> list[bytes]:
        self._usage |= {name: count for name, count in usage.items() if count is not None}
        explanation = refusal(delta)
        last = {"refusal": explanation} if explanation else {}
        return [self._chunk(last, finish_reason(delta["stop_reason"]))]

    def _end(self) -> list[bytes]:
        self._ended = True
        if not self._include_usage:
            return [sse.encode_done()]
        usage = Usage.from_messages(self._usage).to_chat()
        return [sse.encode({**self._head, "choices": [], "usage": usage}), sse.encode_done()]

    def _fail(self, failure: Failure) -> list[bytes]:
        self._ended = True
        return [sse.encode(failure.to_chat())]

    @property
    def _current(self) -> _Block:
        if self._block is None:
            raise ProviderGarbage("the provider streamed content outside of any block")
        return self._block

    def _thought(self, text: str) -> bytes:
        detail = {"type": "reasoning.text", "text": text, "index": self._current.place}
        return self._chunk({"reasoning_content": text, "reasoning_details": [detail]})

    def _detail(self, **fields: str) -> bytes:
        return self._chunk({"reasoning_details": [{**fields, "index": self._current.place}]})

    def _call(self, **fields: Any) -> bytes:
        return self._chunk({"tool_calls": [{"index": self._current.place, **fields}]})

    def _chunk(self, delta: dict[str, Any], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}
        chunk = {**self._head, "choices": [choice]}
        if self._include_usage:
            chunk["usage"] = None
        return sse.encode(chunk)


def _function(name: str, arguments: str) -> dict[str, str]:
    return {"name": name, "arguments": arguments}
