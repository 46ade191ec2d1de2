"""An answer as the run of segments that every dialect cuts it into, whole or on its way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, NamedTuple


class Kind(Enum):
    TEXT = auto()
    REFUSAL = auto()
    THINKING = auto()
    REDACTED = auto()
    """Thinking that only its provider can read."""
    CALL = auto()
    """A call of one of the client's functions."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of an answer. ``text`` is what its kind holds: words, a cipher text, or JSON arguments."""

    kind: Kind
    text: str
    signature: str = ""
    """The provider's seal on a thinking text, empty when it gave none."""
    id: str = ""
    """Of a call: what its result will be filed under."""
    name: str = ""
    """Of a call: the function."""
    logprobs: tuple[dict[str, Any], ...] = ()
    """Of a text, in the shape that Chat Completions and Responses share."""


class Begin(NamedTuple):
    """A segment starts; ``place`` counts from 0, and a segment starts only when the one before has ended."""

    place: int
    kind: Kind
    id: str
    name: str


class Piece(NamedTuple):
    """More text of the segment at ``place``."""

    place: int
    kind: Kind
    text: str
    logprobs: tuple[dict[str, Any], ...]


class End(NamedTuple):
    """A segment is complete."""

    place: int
    segment: Segment


SegmentEvent = Begin | Piece | End
