"""Putting the segments of a streamed answer one after the other.

A Chat Completions stream may mix what the other dialects keep apart: words and a call in one chunk, two calls
taking turns, a call whose id and name come late. Here a segment begins only when the one before has ended;
what comes too early waits. Nothing waits in an answer that arrives in order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from assay.engines.inference.provider import ProviderGarbage
from assay.engines.inference.translation.segments import Begin, End, Kind, Piece, Segment, SegmentEvent


@dataclass(slots=True)
class GrowingSegment:
    """A segment that is still arriving."""

    kind: Kind
    id: str = ""
    fallback_id: str = ""
    """What a call goes by when the server has given it no id by the time it begins."""
    name: str = ""
    signature: str = ""
    begun: bool = False
    waiting: list[str] = field(default_factory=list)
    """Text that has not been handed on."""
    sent: list[str] = field(default_factory=list)
    logprobs_waiting: list[dict[str, Any]] = field(default_factory=list)
    logprobs: list[dict[str, Any]] = field(default_factory=list)

    def is_whole(self) -> bool:
        """Whether it is over now that another segment has begun; a call is over when its JSON is."""
        if self.kind is not Kind.CALL:
            return True
        try:
            orjson.loads("".join(self.sent))
        except orjson.JSONDecodeError:
            return False
        return True

    def piece(self, place: int) -> Piece:
        text, tokens = "".join(self.waiting), tuple(self.logprobs_waiting)
        self.waiting.clear()
        self.logprobs_waiting.clear()
        self.sent.append(text)
        self.logprobs.extend(tokens)
        return Piece(place, self.kind, text, tokens)

    def whole(self) -> Segment:
        text = "".join(self.sent) or ("{}" if self.kind is Kind.CALL else "")
        return Segment(self.kind, text, self.signature, self.id, self.name, tuple(self.logprobs))


class SegmentQueue:
    """Segments in the order in which they begin; only the first of them is being handed on."""

    def __init__(self) -> None:
        self._waiting: deque[GrowingSegment] = deque()
        self._newest: GrowingSegment | None = None
        self._place = 0

    def grow(self, kind: Kind, *, anew: bool = False) -> GrowingSegment:
        """The segment that new text of ``kind`` belongs to: the newest, if it is of that kind."""
        newest = self._newest
        if newest is None or newest.kind is not kind or anew:
            newest = self._newest = GrowingSegment(kind)
            self._waiting.append(newest)
        return newest

    def release(self, *, final: bool) -> Iterator[SegmentEvent]:
        """What can be handed on now; with ``final``, everything.

        Raises `ProviderGarbage` when the answer is over and one of its calls has no name.
        """
        while self._waiting:
            head = self._waiting[0]
            if not head.begun:
                if head.kind is Kind.CALL and not head.name:
                    if final:
                        raise ProviderGarbage("the provider called a function without naming it")
                    return
                head.id = head.id or head.fallback_id
                head.begun = True
                yield Begin(self._place, head.kind, head.id, head.name)
            if head.waiting:
                yield head.piece(self._place)
            if not final and (len(self._waiting) == 1 or not head.is_whole()):
                return
            yield End(self._place, head.whole())
            self._waiting.popleft()
            self._place += 1
