"""One name, one member: whatever repeats is refused, whatever does not is not."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.services.gateway.repeated import DuplicateMember, refuse_repeated_members

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["model", "a", "ä", ""]), VALUES, max_size=3), st.booleans())
def test_what_does_not_repeat_passes_however_it_is_written(value: dict[str, object], escaped: bool) -> None:
    body = json.dumps(value, ensure_ascii=escaped).encode()
    refuse_repeated_members(body, orjson.loads(body))


@pytest.mark.parametrize(
    "body",
    [
        b'{"model":"a","model":"b"}',
        b'{"model":"a","model":"a"}',
        b'{"model":"a","mod\\u0065l":"b"}',
        b'{"messages":[{"role":"user","content":"a","content":"b"}]}',
        # as long as what a parser that keeps the last one would write
        b'{"a":1,"b":1e5,"a":1}',
        b'{"":1,"":2}',
    ],
)
def test_what_repeats_is_refused(body: bytes) -> None:
    with pytest.raises(DuplicateMember):
        refuse_repeated_members(body, orjson.loads(body))


def test_depth_hides_nothing() -> None:
    body = b'{"a":' + b"[" * 400 + b'{"b":1,"b":2}' + b"]" * 400 + b"}"
    with pytest.raises(DuplicateMember):
        refuse_repeated_members(body, orjson.loads(body))


def test_what_is_nested_too_deeply_is_left_to_the_receipt() -> None:
    body = b'{"a":' + b"[" * 1020 + b"]" * 1020 + b"}"
    refuse_repeated_members(body, orjson.loads(body))
