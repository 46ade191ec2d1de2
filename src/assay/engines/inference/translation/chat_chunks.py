"""Reading a streamed Chat Completions answer."""

from __future__ import annotations

from typing import Any

from assay.engines.inference.provider import ProviderGarbage
from assay.engines.inference.translation import chat_answer, reasoning
from assay.engines.inference.translation.identifiers import part_id
from assay.engines.inference.translation.segment_queue import GrowingSegment, SegmentQueue
from assay.engines.inference.translation.segments import Kind, SegmentEvent
from assay.engines.inference.translation.usage import Usage


class ChunkReader:
    """Takes the chunks of one answer in order and gives the events of its segments."""

    def __init__(self) -> None:
        self.opened = False
        """Whether a chunk has been seen, so that the next three hold."""
        self.id = ""
        self.model = ""
        self.created = 0
        self.usage: Usage | None = None
        self.service_tier: str | None = None
        self.stop_sequence: str | None = None
        self.refused = False
        self._given_reason: str | None = None
        self._queue = SegmentQueue()
        self._calls: dict[int, GrowingSegment] = {}
        self._call_count = 0
        self._detail_index: int | None = None

    @property
    def finished(self) -> bool:
        """Whether the provider has said why the answer ended."""
        return self._given_reason is not None

    @property
    def finish_reason(self) -> str:
        return chat_answer.finish_reason(self._given_reason, called=self._call_count > 0)

    def feed(self, chunk: dict[str, Any]) -> list[SegmentEvent]:
        """Raises `ProviderGarbage` when ``chunk`` is not a ``chat.completion.chunk``."""
        try:
            self._read(chunk)
            return list(self._queue.release(final=False))
        except (KeyError, TypeError, AttributeError) as error:
            raise ProviderGarbage("the provider streamed an event that is not a chat chunk") from error

    def close(self) -> list[SegmentEvent]:
        """The answer is over: whatever waited comes out, and the last segment ends."""
        return list(self._queue.release(final=True))

    def _read(self, chunk: dict[str, Any]) -> None:
        if not self.opened:
            self.id, self.model, self.created = chunk["id"], chunk["model"], chunk.get("created") or 0
            self.opened = True
        if usage := chunk.get("usage"):
            self.usage = Usage.from_chat(usage)
        if tier := chunk.get("service_tier"):
            self.service_tier = tier
        for choice in (chunk.get("choices") or ())[:1]:
            self._read_delta(choice)
            if reason := choice.get("finish_reason"):
                self._given_reason = reason
                self.stop_sequence = chat_answer.stop_sequence(choice)

    def _read_delta(self, choice: dict[str, Any]) -> None:
        delta = choice.get("delta") or {}
        if details := delta.get("reasoning_details"):
            for entry in details:
                self._read_detail(entry)
        elif thought := delta.get("reasoning_content") or delta.get("reasoning"):
            self._queue.grow(Kind.THINKING).waiting.append(thought)
        if text := delta.get("content"):
            growing = self._queue.grow(Kind.TEXT)
            growing.waiting.append(text)
            if logprobs := choice.get("logprobs"):
                growing.logprobs_waiting.extend(logprobs.get("content") or ())
        if refusal := delta.get("refusal"):
            self.refused = True
            self._queue.grow(Kind.REFUSAL).waiting.append(refusal)
        for fragment in delta.get("tool_calls") or ():
            self._read_call(fragment)

    def _read_detail(self, entry: dict[str, Any]) -> None:
        thought = reasoning.from_detail(entry)
        if thought is None:
            return
        index = entry.get("index")
        growing = self._queue.grow(thought.kind, anew=index != self._detail_index)
        self._detail_index = index
        if thought.text:
            growing.waiting.append(thought.text)
        growing.signature += thought.signature

    def _read_call(self, fragment: dict[str, Any]) -> None:
        function = fragment.get("function") or {}
        call = self._call(fragment.get("index"), fragment.get("id"))
        call.name = call.name or function.get("name") or ""
        if arguments := function.get("arguments"):
            call.waiting.append(arguments)

    def _call(self, index: int | None, identifier: str | None) -> GrowingSegment:
        """The call that a fragment belongs to; without an index, the newest.

        A new id opens a new call whatever the index says: some servers number every parallel call 0.
        """
        if index is None:
            index = max(0, self._call_count - 1)
        call = self._calls.get(index)
        if call is None or (identifier and call.id not in (identifier, call.fallback_id, "")):
            call = self._calls[index] = self._queue.grow(Kind.CALL, anew=True)
            call.fallback_id = part_id("call", self.id, self._call_count)
            self._call_count += 1
        call.id = call.id or identifier or ""
        return call
