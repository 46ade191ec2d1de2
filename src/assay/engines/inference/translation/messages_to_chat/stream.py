"""Chat Completions chunks as Anthropic stream events.

``message_start``, then for every block ``content_block_start``, deltas and ``content_block_stop``, then
``message_delta`` and ``message_stop``. Chat servers count tokens at the end, so ``message_start`` carries
zeros unless the first chunk already has counts; ``message_delta`` carries all of them.
"""

from __future__ import annotations

from typing import Any

from assay.engines.inference.translation import sse
from assay.engines.inference.translation.chat_chunks import ChunkReader
from assay.engines.inference.translation.failures import TRUNCATED, Failure
from assay.engines.inference.translation.messages_to_chat.answer import ending, message
from assay.engines.inference.translation.segments import Begin, End, Kind, Piece, SegmentEvent
from assay.engines.inference.translation.usage import Usage


class MessagesFromChunks:
    """One answer; see `StreamTranslation`."""

    def __init__(self) -> None:
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
        opened = self._reader.opened
        segments = self._reader.feed(chunk)
        blocks = [] if opened else [self._start()]
        for segment in segments:
            blocks.extend(_block(segment))
        return blocks

    def finish(self) -> list[bytes]:
        if self._ended:
            return []
        return self._end() if self._reader.finished else self._fail(TRUNCATED)

    def _start(self) -> bytes:
        reader = self._reader
        begun = message(reader.id, reader.model, content=[], usage=reader.usage or Usage())
        return _encode({"type": "message_start", "message": begun})

    def _end(self) -> list[bytes]:
        reader = self._reader
        if not reader.opened:
            return self._fail(TRUNCATED)
        self._ended = True
        blocks = [block for segment in reader.close() for block in _block(segment)]
        delta = ending(reader.finish_reason, refused=reader.refused, stop_sequence=reader.stop_sequence)
        usage = (reader.usage or Usage()).to_messages()
        blocks.append(_encode({"type": "message_delta", "delta": delta, "usage": usage}))
        blocks.append(_encode({"type": "message_stop"}))
        return blocks

    def _fail(self, failure: Failure) -> list[bytes]:
        self._ended = True
        return [_encode(failure.to_messages())]


def _block(event: SegmentEvent) -> list[bytes]:
    match event:
        case Piece(place, kind, text):
            if kind is Kind.REDACTED:
                return []
            return [_delta(place, _piece(kind, text))]
        case Begin(place, kind, identifier, name):
            if kind is Kind.REDACTED:  # has no deltas: it starts when its text is whole
                return []
            return [_block_start(place, _opening(kind, identifier, name))]
        case End(place, segment):
            stop = _encode({"type": "content_block_stop", "index": place})
            if segment.kind is Kind.REDACTED:
                return [_block_start(place, {"type": "redacted_thinking", "data": segment.text}), stop]
            if segment.signature:
                return [_delta(place, {"type": "signature_delta", "signature": segment.signature}), stop]
            return [stop]


def _opening(kind: Kind, identifier: str, name: str) -> dict[str, Any]:
    if kind is Kind.CALL:
        return {"type": "tool_use", "id": identifier, "name": name, "input": {}}
    if kind is Kind.THINKING:
        return {"type": "thinking", "thinking": "", "signature": ""}
    return {"type": "text", "text": ""}


def _piece(kind: Kind, text: str) -> dict[str, Any]:
    if kind is Kind.CALL:
        return {"type": "input_json_delta", "partial_json": text}
    if kind is Kind.THINKING:
        return {"type": "thinking_delta", "thinking": text}
    return {"type": "text_delta", "text": text}


def _block_start(place: int, block: dict[str, Any]) -> bytes:
    return _encode({"type": "content_block_start", "index": place, "content_block": block})


def _delta(place: int, delta: dict[str, Any]) -> bytes:
    return _encode({"type": "content_block_delta", "index": place, "delta": delta})


def _encode(event: dict[str, Any]) -> bytes:
    return sse.encode(event, event["type"])
