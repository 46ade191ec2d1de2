"""The canonical form is RFC 8785's, for every JSON value, on the fast path and off it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from assay.errors import FormatError
from assay.trust.canonical import canonicalize, parse_canonical

text = st.text(st.characters(exclude_categories=["Cs"]))
safe = st.integers(-(2**53) + 1, 2**53 - 1)
scalars = st.none() | st.booleans() | safe | st.floats(allow_nan=False, allow_infinity=False) | text
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(text, inner), max_leaves=20)


@given(values)
@example({"\U0001f600": 1, "\ufb33": 2})
@example([1.0, -0.0, 1e21, 1e-7, 5e-324, 0.1, 123456789012345680000.0, 1e15, 1e16, 0.0001, 0.00001])
def test_equals_the_reference_implementation(value: Any) -> None:
    assert canonicalize(value) == rfc8785.dumps(value)


@given(values)
def test_what_was_written_is_read_back_and_nothing_else(value: Any) -> None:
    data = canonicalize(value)
    assert canonicalize(parse_canonical(data)) == data
    spaced = data + b" "
    with pytest.raises(FormatError):
        parse_canonical(spaced)


def test_large_integers_are_doubles() -> None:
    assert canonicalize({"seed": 2**63}) == b'{"seed":9223372036854776000}'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, {1: 2}, object(), "\ud800", b"x"])
def test_what_json_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(FormatError):
        canonicalize(value)


@pytest.mark.parametrize(
    "data", [b'{"b":1,"a":2}', b'{"a": 1}', b"1.0", b'"\\u0041"', b"", b"{", b'{"a":1,"a":1}']
)
def test_other_spellings_are_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        parse_canonical(data)


def test_rfc_8785_example() -> None:
    """RFC 8785 §3.2.2 and §3.2.3."""
    source = (
        '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],'
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}'
    )
    assert (
        canonicalize(orjson.loads(source))
        == (
            '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
            '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
        ).encode()
    )
