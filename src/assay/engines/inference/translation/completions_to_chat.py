"""A client of OpenAI's older text completions before a provider that speaks only Chat Completions.

The prompt is the user's one message, and the answer's words are the text: a chat model answers a prompt, and does not
go on with it. Where the dialects do not meet:

- Without a bound the answer has 16 tokens at most, as completions always had.
- A prompt is one text: several, or tokens, are refused, and so are ``echo``, ``suffix``, ``best_of`` above 1 and log
  probabilities.
- Thinking has no place in a completion and is left out of it; it is paid for all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from assay.engines.inference.operation import Operation
from assay.engines.inference.translation import chat_answer, sse
from assay.engines.inference.translation.chat_answer import ChatAnswer
from assay.engines.inference.translation.chat_chunks import ChunkReader
from assay.engines.inference.translation.failures import TRUNCATED, Failure
from assay.engines.inference.translation.identifiers import answer_id
from assay.engines.inference.translation.parameters import Parameters
from assay.engines.inference.translation.segments import Kind, Piece, SegmentEvent
from assay.engines.inference.translation.usage import Usage

DEFAULT_MAX_TOKENS: Final = 16
"""Tokens a completion has where the client sets no bound (OpenAI's API reference)."""

_SAME: Final = (
    "temperature",
    "top_p",
    "stop",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "logit_bias",
    "user",
    "stream",
    "stream_options",
    "service_tier",
)
_SAID: Final = (Kind.TEXT, Kind.REFUSAL)


class CompletionsToChat:
    """See `Translation`."""

    client = Operation.COMPLETIONS
    provider = Operation.CHAT

    def request(self, body: dict[str, Any]) -> dict[str, Any]:
        with Parameters(body) as asked:
            message = {"role": "user", "content": _prompt(asked)}
            chat: dict[str, Any] = {"model": asked.required_text("model"), "messages": [message]}
            chat["max_tokens"] = asked.take("max_tokens", DEFAULT_MAX_TOKENS)
            asked.carry(chat, {name: name for name in _SAME})
            asked.accept("n", 1, hint="ask several times")
            asked.accept("best_of", 1, hint="ask several times")
            asked.accept("echo", False)
            asked.accept("suffix", "")
            asked.refuse("logprobs", "ask for a chat, whose `logprobs` are of another shape")
        return chat

    def answer(self, body: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
        answer = chat_answer.read(body)
        text = "".join(segment.text for segment in answer.segments if segment.kind in _SAID)
        usage = {} if answer.usage is None else {"usage": answer.usage.to_chat()}
        return {**_head(answer), "choices": [_choice(text, answer.finish_reason)], **usage}

    def stream(self, asked: dict[str, Any]) -> CompletionChunks:
        return CompletionChunks(asked)


class CompletionChunks:
    """One answer; see `StreamTranslation`. Usage comes in a last chunk if the client asked for it."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self._include_usage = bool((asked.get("stream_options") or {}).get("include_usage"))
        self._reader = ChunkReader()
        self._ended = False

    def feed(self, event: bytes) -> list[bytes]:
        received = sse.parse(event)
        if received is None or self._ended:
            return []
        if received.data == sse.DONE:
            return self._end()
        chunk = received.json()
        if error := chunk.get("error"):
            return self._fail(Failure.from_chat(error))
        return self._said(self._reader.feed(chunk))

    def finish(self) -> list[bytes]:
        if self._ended:
            return []
        return self._end() if self._reader.finished else self._fail(TRUNCATED)

    def _end(self) -> list[bytes]:
        if not self._reader.opened:
            return self._fail(TRUNCATED)
        self._ended = True
        blocks = self._said(self._reader.close())
        blocks.append(self._chunk("", self._reader.finish_reason))
        if self._include_usage:
            usage = (self._reader.usage or Usage()).to_chat()
            blocks.append(sse.encode({**_head(self._reader), "choices": [], "usage": usage}))
        return [*blocks, sse.encode_done()]

    def _fail(self, failure: Failure) -> list[bytes]:
        self._ended = True
        return [sse.encode(failure.to_chat())]

    def _said(self, events: Iterable[SegmentEvent]) -> list[bytes]:
        return [
            self._chunk(event.text) for event in events if isinstance(event, Piece) and event.kind in _SAID
        ]

    def _chunk(self, text: str, finish_reason: str | None = None) -> bytes:
        return sse.encode({**_head(self._reader), "choices": [_choice(text, finish_reason)]})


def _prompt(asked: Parameters) -> str:
    prompt = asked.take("prompt")
    if isinstance(prompt, list) and len(prompt) == 1:
        (prompt,) = prompt
    if not isinstance(prompt, str):
        raise asked.unsupported("prompt", "send one text")
    return prompt


def _head(answer: ChatAnswer | ChunkReader) -> dict[str, Any]:
    return {
        "id": answer_id(answer.id, Operation.COMPLETIONS),
        "object": "text_completion",
        "created": answer.created,
        "model": answer.model,
    }


def _choice(text: str, finish_reason: str | None) -> dict[str, Any]:
    return {"index": 0, "text": text, "logprobs": None, "finish_reason": finish_reason}
