from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from assay.trust.evidence import NODE_KEY_DOMAIN, bind

PARTS = st.binary(max_size=8)
ARGUMENTS = st.tuples(st.text(max_size=6), PARTS, st.lists(PARTS, max_size=3), PARTS)


def test_the_encoding_is_the_documented_one() -> None:
    encoding = (
        b"\x00\x00\x00\x11assay.node-key.v1"
        b"\x00\x00\x00\x04\xaa\xaa\xaa\xaa"
        b"\x00\x00\x00\x02"
        b"\x00\x00\x00\x01\xbb"
        b"\x00\x00\x00\x02\xcc\xcc"
        b"\x00\x00\x00\x03\x01\x02\x03"
    )
    bound = bind(NODE_KEY_DOMAIN, b"\xaa" * 4, [b"\xbb", b"\xcc\xcc"], b"\x01\x02\x03")
    assert bound == hashlib.sha512(encoding).digest()


def test_without_channels_and_nonce() -> None:
    encoding = b"\x00\x00\x00\x01d\x00\x00\x00\x01k\x00\x00\x00\x00\x00\x00\x00\x00"
    assert bind("d", b"k", [], b"") == hashlib.sha512(encoding).digest()


@given(one=ARGUMENTS, other=ARGUMENTS)
def test_different_arguments_bind_differently(
    one: tuple[str, bytes, list[bytes], bytes], other: tuple[str, bytes, list[bytes], bytes]
) -> None:
    assert (bind(*one) == bind(*other)) == (one == other)


@given(key=PARTS, channels=st.lists(PARTS, min_size=1, max_size=3), nonce=PARTS)
def test_bytes_cannot_move_from_one_part_to_the_next(key: bytes, channels: list[bytes], nonce: bytes) -> None:
    bound = bind("d", key, channels, nonce)
    assert bind("d", key + channels[0], channels[1:], nonce) != bound
    assert bind("d", key, channels[:-1], channels[-1] + nonce) != bound
    assert bind("d", key, [b"".join(channels), b""], nonce) != bound or channels == [b"".join(channels), b""]
