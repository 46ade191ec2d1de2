"""Members of a JSON object change; every other byte stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.engines.inference.routing.body import with_added, with_replaced

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)
# Lone surrogates are not UTF-8, and a gateway's parser has refused them before.
NAMES = st.sampled_from(["model", "stream_options", "messages", 'mo"del', "mod\\el", "", "é", "{", ","])
STYLES = st.fixed_dictionaries(
    {
        "ensure_ascii": st.booleans(),
        "indent": st.sampled_from([None, 2]),
        "separators": st.sampled_from([(",", ":"), (" , ", " :  ")]),
    }
)


OBJECTS = st.dictionaries(NAMES, VALUES, max_size=6)
CHANGES = st.dictionaries(NAMES, st.text() | st.dictionaries(st.text(), st.booleans()))


@given(OBJECTS, CHANGES, STYLES)
def test_it_equals_the_update_of_the_parsed_object(
    before: dict[str, Any], changes: dict[str, Any], style: dict[str, Any]
) -> None:
    body = json.dumps(before, **style).encode()
    had = {key: value for key, value in changes.items() if key in before}
    assert json.loads(with_replaced(body, changes)) == before | had
    new = {key: value for key, value in changes.items() if key not in before}
    if new:
        assert json.loads(with_added(body, new)) == before | new


@given(OBJECTS, st.text(), STYLES)
def test_changing_there_and_back_gives_the_same_bytes(
    others: dict[str, Any], name: str, style: dict[str, Any]
) -> None:
    body = json.dumps(others | {"model": "before"}, **style).encode()
    assert with_replaced(with_replaced(body, {"model": name}), {"model": "before"}) == body


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'{"model":"a"}', b'{"model":"Z"}'),
        (b' { "model" :\t"a" , "n": 1e2 } \n', b' { "model" :\t"Z" , "n": 1e2 } \n'),
        (b'{"n":12345678901234567890123,"model":"a"}', b'{"n":12345678901234567890123,"model":"Z"}'),
        (b'{"messages":[{"model":"a"}],"model":null}', b'{"messages":[{"model":"a"}],"model":"Z"}'),
        (b'{"a":"\\"model\\":\\"b\\"","model":[1,{"x":"]"}]}', b'{"a":"\\"model\\":\\"b\\"","model":"Z"}'),
        (b'{"model":"a","model":"b"}', b'{"model":"Z","model":"Z"}'),
        (b'{"mod\\u0065l":"a"}', b'{"mod\\u0065l":"Z"}'),
        (b'{"x":{"model":"a"}}', b'{"x":{"model":"a"}}'),
        (b"{}", b"{}"),
    ],
)
def test_replaced_bytes(before: bytes, after: bytes) -> None:
    assert with_replaced(before, {"model": "Z"}) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'{"x":1 } ', b'{"x":1 ,"model":"Z"} '),
        (b'{"x":"}"}', b'{"x":"}","model":"Z"}'),
        (b'{"x":{}}', b'{"x":{},"model":"Z"}'),
        (b"{ }", b'{ "model":"Z"}'),
    ],
)
def test_added_bytes(before: bytes, after: bytes) -> None:
    assert with_added(before, {"model": "Z"}) == after


def test_a_picture_of_many_megabytes_is_no_burden() -> None:
    body = b'{"image":"' + b"A" * (20 << 20) + b'","model":"a"}'
    assert with_replaced(body, {"model": "b"}).endswith(b'","model":"b"}')
