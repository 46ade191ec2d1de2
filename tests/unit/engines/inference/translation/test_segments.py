"""However a stream mixes its parts, they come out one after the other and whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.engines.inference.translation.answers import arguments, cuts, words
from tests.unit.engines.inference.translation.pairs import call_chunk, chunk

from assay.engines.inference.provider import ProviderGarbage
from assay.engines.inference.translation.chat_chunks import ChunkReader
from assay.engines.inference.translation.segments import Begin, End, Kind, Piece, Segment, SegmentEvent

Fields = dict[str, Any]


def read(chunks: list[Fields]) -> list[SegmentEvent]:
    reader = ChunkReader()
    return [event for given in chunks for event in reader.feed(given)] + reader.close()


def segments(chunks: list[Fields]) -> list[Segment]:
    return [event.segment for event in read(chunks) if isinstance(event, End)]


@st.composite
def mixed_streams(draw: st.DrawFn) -> tuple[list[Fields], str, list[str]]:
    """Chunks of words and calls in any order, the words, and each call's arguments."""
    text = draw(words)
    calls = draw(st.lists(arguments.map(json.dumps), min_size=1, max_size=3))
    queues = [[chunk({"content": piece}) for piece in draw(cuts(text))]]
    for place, given_arguments in enumerate(calls):
        opening = call_chunk(place, id=f"call_{place}", name="f")
        queues.append([opening, *(call_chunk(place, piece) for piece in draw(cuts(given_arguments)))])
    chunks = []
    while ready := [queue for queue in queues if queue]:
        chunks.append(draw(st.sampled_from(ready)).pop(0))
    return chunks, text, calls


@given(mixed_streams())
def test_any_mixture_comes_out_in_turn_and_whole(mixed: tuple[list[Fields], str, list[str]]) -> None:
    chunks, text, calls = mixed
    events = read(chunks)

    assert is_one_after_the_other(events)
    ended = [event.segment for event in events if isinstance(event, End)]
    assert "".join(segment.text for segment in ended if segment.kind is Kind.TEXT) == text
    by_id = {segment.id: segment.text for segment in ended if segment.kind is Kind.CALL}
    assert by_id == {f"call_{place}": given_arguments for place, given_arguments in enumerate(calls)}


def is_one_after_the_other(events: list[SegmentEvent]) -> bool:
    """Whether every segment begins, grows and ends before the next begins, and its pieces are its text."""
    place, pieces, inside = 0, "", False
    for event in events:
        match event:
            case Begin(begun, _, _, _):
                if inside or begun != place:
                    return False
                inside, pieces = True, ""
            case Piece(grown, _, text, _):
                if not inside or grown != place:
                    return False
                pieces += text
            case End(ended, segment):
                if not inside or ended != place or pieces != segment.text:
                    return False
                inside, place = False, place + 1
    return not inside


def test_nothing_waits_when_the_answer_comes_in_order() -> None:
    reader = ChunkReader()
    first = reader.feed(chunk({"content": "a"}))
    call = reader.feed(call_chunk(0, '{"x"', id="a", name="f"))
    more = reader.feed(call_chunk(0, ": 1}"))
    assert [type(event) for event in first] == [Begin, Piece]
    assert [type(event) for event in call] == [End, Begin, Piece]
    assert [type(event) for event in more] == [Piece]


def test_calls_all_numbered_zero_are_told_apart_by_id() -> None:
    chunks = [call_chunk(0, '{"x":1}', id="a", name="f"), call_chunk(0, '{"x":2}', id="b", name="g")]
    assert [(s.id, s.name, s.text) for s in segments(chunks)] == [
        ("a", "f", '{"x":1}'),
        ("b", "g", '{"x":2}'),
    ]


def test_call_without_id_or_index_gets_the_same_id_every_time() -> None:
    chunks = [call_chunk(None, "{}", name="f")]
    assert segments(chunks) == segments(chunks)
    assert segments(chunks)[0].id == "call_1_0"


def test_name_and_id_repeated_in_every_chunk_count_once() -> None:
    chunks = [call_chunk(0, piece, id="a", name="f") for piece in ("{", "}")]
    assert [(s.id, s.name, s.text) for s in segments(chunks)] == [("a", "f", "{}")]


def test_call_that_is_never_named_is_garbage() -> None:
    with pytest.raises(ProviderGarbage):
        read([call_chunk(0, "{}", id="a")])


@pytest.mark.parametrize(
    "given_chunk",
    [{}, {"id": "a"}, chunk({"content": 3}), chunk({"tool_calls": [3]}), chunk({}) | {"choices": 3}],
)
def test_what_is_no_chunk_is_garbage(given_chunk: Fields) -> None:
    with pytest.raises(ProviderGarbage):
        read([given_chunk])


def test_seal_and_text_of_thinking_are_put_together() -> None:
    pieces = [{"text": "h", "index": 0}, {"text": "m", "index": 0}, {"signature": "s", "index": 0}]
    chunks = [chunk({"reasoning_details": [{"type": "reasoning.text", **piece}]}) for piece in pieces]
    assert segments(chunks) == [Segment(Kind.THINKING, "hm", signature="s")]
