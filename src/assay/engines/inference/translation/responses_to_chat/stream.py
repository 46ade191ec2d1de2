"""Chat Completions chunks as the semantic events of the Responses API.

``response.created``, ``response.in_progress``; for every item ``output_item.added``, its part and deltas,
``output_item.done``; then ``response.completed``, ``.incomplete`` or ``.failed``. Events are numbered.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assay.engines.inference.translation import sse
from assay.engines.inference.translation.chat_chunks import ChunkReader
from assay.engines.inference.translation.failures import TRUNCATED, Failure
from assay.engines.inference.translation.responses_to_chat import response
from assay.engines.inference.translation.segments import Begin, End, Kind, Piece, Segment, SegmentEvent

Fields = dict[str, Any]

_EVENT_OF = {
    Kind.TEXT: "response.output_text",
    Kind.REFUSAL: "response.refusal",
    Kind.THINKING: "response.reasoning_text",
    Kind.CALL: "response.function_call_arguments",
}


class EventsFromChunks:
    """One answer; see `StreamTranslation`."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self._asked = asked
        self._reader = ChunkReader()
        self._response: Fields = {}
        self._output: list[Fields] = []
        self._sequence = 0
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
        blocks = [] if opened else self._start()
        for segment in segments:
            blocks.extend(self._events(segment))
        return blocks

    def finish(self) -> list[bytes]:
        if self._ended:
            return []
        return self._end() if self._reader.finished else self._fail(TRUNCATED)

    def _start(self) -> list[bytes]:
        reader = self._reader
        self._response = response.begun(reader.id, reader.model, reader.created, self._asked)
        return [
            self._encode("response.created", response=self._response),
            self._encode("response.in_progress", response=self._response),
        ]

    def _end(self) -> list[bytes]:
        reader = self._reader
        if not reader.opened:
            return self._fail(TRUNCATED)
        self._ended = True
        closing = reader.close()
        blocks: list[bytes] = []
        for event in closing:
            cut = event is closing[-1] and reader.finish_reason == "length"
            blocks.extend(self._events(event, status="incomplete" if cut else "completed"))
        ended = response.ended(
            self._response,
            self._output,
            finish_reason=reader.finish_reason,
            service_tier=reader.service_tier,
            usage=reader.usage,
        )
        blocks.append(self._encode(f"response.{ended['status']}", response=ended))
        return blocks

    def _fail(self, failure: Failure) -> list[bytes]:
        """An answer that had begun ends as failed; without one there is only the error to tell."""
        self._ended = True
        error = failure.to_response_error()
        if not self._reader.opened:
            return [self._encode("error", **error, param=None)]
        failed = self._response | {"status": "failed", "error": error, "output": self._output}
        return [self._encode("response.failed", response=failed)]

    def _events(self, event: SegmentEvent, status: str = "completed") -> Iterator[bytes]:
        match event:
            case Piece(place, kind, text, logprobs):
                if kind is not Kind.REDACTED:
                    yield self._delta(place, kind, text, logprobs)
            case Begin(place, kind, call, name):
                yield from self._begin(place, Segment(kind, "", id=call, name=name))
            case End(place, segment):
                yield from self._finish_item(place, segment, status)

    def _begin(self, place: int, empty: Segment) -> Iterator[bytes]:
        identifier = response.item_id(empty.kind, self._reader.id, place)
        item = response.item(empty, identifier, "in_progress")
        if "content" in item:
            item["content"] = []
        yield self._encode("response.output_item.added", output_index=place, item=item)
        if _has_part(empty.kind):
            part = response.content(empty)
            yield self._encode("response.content_part.added", **self._at(place, empty.kind), part=part)

    def _delta(self, place: int, kind: Kind, text: str, logprobs: tuple[Fields, ...]) -> bytes:
        fields = self._at(place, kind)
        fields["delta"] = text
        if kind is Kind.TEXT:
            fields["logprobs"] = logprobs
        return self._encode(f"{_EVENT_OF[kind]}.delta", **fields)

    def _finish_item(self, place: int, segment: Segment, status: str) -> Iterator[bytes]:
        kind = segment.kind
        if kind is not Kind.REDACTED:
            yield self._encode(f"{_EVENT_OF[kind]}.done", **self._at(place, kind), **_whole(segment))
        if _has_part(kind):
            part = response.content(segment)
            yield self._encode("response.content_part.done", **self._at(place, kind), part=part)
        item = response.item(segment, response.item_id(kind, self._reader.id, place), status)
        self._output.append(item)
        yield self._encode("response.output_item.done", output_index=place, item=item)

    def _at(self, place: int, kind: Kind) -> Fields:
        """Where an event belongs: its item, and in it the one part that an item here has."""
        where: Fields = {"item_id": response.item_id(kind, self._reader.id, place), "output_index": place}
        if _has_part(kind):
            where["content_index"] = 0
        return where

    def _encode(self, name: str, **fields: Any) -> bytes:
        event = {"type": name, "sequence_number": self._sequence, **fields}
        self._sequence += 1
        return sse.encode(event, name)


def _has_part(kind: Kind) -> bool:
    return kind in (Kind.TEXT, Kind.REFUSAL, Kind.THINKING)


def _whole(segment: Segment) -> Fields:
    match segment.kind:
        case Kind.CALL:
            return {"arguments": segment.text}
        case Kind.REFUSAL:
            return {"refusal": segment.text}
        case Kind.TEXT:
            return {"text": segment.text, "logprobs": segment.logprobs}
        case _:
            return {"text": segment.text}
