from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.engines.inference.provider import ProviderGarbage
from assay.engines.inference.translation.sse import Event, encode, parse

json_objects = st.dictionaries(st.text(), st.none() | st.booleans() | st.integers(-99, 99) | st.text())


@given(json_objects, st.none() | st.from_regex(r"[a-z._]{1,20}", fullmatch=True))
def test_an_encoded_event_is_parsed_back(value: dict[str, Any], name: str | None) -> None:
    event = parse(encode(value, name))
    assert event is not None
    assert (event.name, event.json()) == (name or "message", value)


@pytest.mark.parametrize(
    ("block", "event"),
    [
        (b"data:{}\n\n", Event("message", b"{}")),
        (b"data:  x\n\n", Event("message", b" x")),
        (b"event: a\r\ndata: 1\r\ndata: 2\r\n\r\n", Event("a", b"1\n2")),
        (b": a comment\nid: 7\nretry: 3\ndata: x\n\n", Event("message", b"x")),
        (b"data: one: two\n\n", Event("message", b"one: two")),
        (b": keep-alive\n\n", None),
        (b"\n", None),
    ],
)
def test_fields_are_read_as_the_standard_says(block: bytes, event: Event | None) -> None:
    assert parse(block) == event


@pytest.mark.parametrize("data", [b"{", b"[1]", b"3", b""])
def test_data_that_is_no_json_object_is_garbage(data: bytes) -> None:
    with pytest.raises(ProviderGarbage):
        Event("message", data).json()
