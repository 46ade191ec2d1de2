"""`cbor2` is the independent implementation here."""

from __future__ import annotations

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.trust.evidence import EvidenceMalformed
from assay.trust.evidence.cbor import MAX_DEPTH, Value, decode

INTEGERS = st.integers(-(2**64), 2**64 - 1)
SCALARS = st.none() | INTEGERS | st.binary(max_size=300) | st.text(max_size=40)
KEYS = INTEGERS | st.text(max_size=10)
ONE_LEVEL = SCALARS | st.lists(SCALARS, max_size=30) | st.dictionaries(KEYS, SCALARS, max_size=30)
VALUES = ONE_LEVEL | st.lists(ONE_LEVEL, max_size=5) | st.dictionaries(KEYS, ONE_LEVEL, max_size=5)


@given(VALUES)
def test_what_another_implementation_writes_is_read(value: Value) -> None:
    assert decode(cbor2.dumps(value)) == value


@given(st.dictionaries(KEYS, SCALARS, max_size=30))
def test_a_map_may_have_an_indefinite_length(value: dict[int | str, Value]) -> None:
    entries = b"".join(cbor2.dumps(key) + cbor2.dumps(entry) for key, entry in value.items())
    assert decode(b"\xbf" + entries + b"\xff") == value


@given(st.binary(max_size=64) | VALUES.map(cbor2.dumps))
def test_each_value_is_read_from_one_encoding_only(data: bytes) -> None:
    try:
        value = decode(data)
    except EvidenceMalformed:
        return
    if b"\xbf" not in data:  # an indefinite map is the one thing written in two ways
        assert cbor2.dumps(value) == data


REFUSED = {
    "nothing": "",
    "bytes left over": "00 00",
    "length not in shortest form": "18 17",
    "length not in shortest form, wide": "1b 00000000 ffffffff",
    "map with a long length": "b8 00",
    "reserved length": "1c",
    "string cut short": "42 00",
    "announces 2^64-1 bytes": "5b ffffffffffffffff",
    "announces 2^64-1 elements": "9b ffffffffffffffff",
    "announces 2^64-1 pairs": "bb ffffffffffffffff",
    "indefinite byte string": "5f 41 00 ff",
    "indefinite text": "7f 61 61 ff",
    "indefinite array": "9f 00 ff",
    "indefinite map without end": "bf 00 00",
    "indefinite map that ends after a key": "bf 00 ff",
    "break outside": "ff",
    "key twice": "a2 00 00 00 01",
    "key twice, indefinite": "bf 00 00 00 01 ff",
    "key is bytes": "a1 41 00 00",
    "key is null": "a1 f6 00",
    "key is an array": "a1 80 00",
    "text is not UTF-8": "61 ff",
    "text is a surrogate": "63 eda080",
    "tag": "c0 60",
    "boolean": "f5",
    "undefined": "f7",
    "float": "f9 3c00",
    "bignum": "c2 41 00",
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_anything_else_is_refused(data: str) -> None:
    with pytest.raises(EvidenceMalformed):
        decode(bytes.fromhex(data))


@pytest.mark.parametrize("container", [b"\x81", b"\xa1\x00", b"\xbf\x00"])
def test_nesting_is_bounded(container: bytes) -> None:
    end = b"\xff" if container.startswith(b"\xbf") else b""
    decode(container * MAX_DEPTH + b"\x00" + end * MAX_DEPTH)
    for depth in (MAX_DEPTH + 1, 100_000):
        with pytest.raises(EvidenceMalformed, match="nested"):
            decode(container * depth + b"\x00" + end * depth)
