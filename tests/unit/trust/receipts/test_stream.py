"""Chunks are the same however the network cuts them, and a head stands for exactly those it counted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.trust.receipts.office import SECRET

from assay.errors import FormatError
from assay.trust.envelope import SignatureError
from assay.trust.receipts.delivery import is_ours, read_comment, write_head, write_opening
from assay.trust.receipts.stream import BlockSplitter, StreamHead, StreamWitness

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLIC = KEY.public_key().public_bytes_raw()

lines = st.sampled_from([b"data: a", b"event: b", b": comment", b'data: {"x":1}'])
ends = st.sampled_from([b"\n\n", b"\r\n\r\n"])
blocks = st.lists(st.tuples(lines, lines, ends).map(lambda b: b[0] + b"\n" + b[1] + b[2]), max_size=12)


@given(blocks, st.data(), st.binary(max_size=5).filter(lambda rest: b"\n" not in rest and b"\r" not in rest))
def test_blocks_do_not_depend_on_how_they_arrive(
    blocks: list[bytes], data: st.DataObject, rest: bytes
) -> None:
    stream = b"".join(blocks) + rest
    splitter, seen, at = BlockSplitter(), [], 0
    while at < len(stream):
        step = data.draw(st.integers(1, len(stream) - at))
        seen += splitter.feed(stream[at : at + step])
        at += step
    assert seen == blocks
    assert splitter.rest() == rest
    assert BlockSplitter().feed(stream) == blocks


def test_an_endless_block_is_refused() -> None:
    with pytest.raises(FormatError):
        BlockSplitter(limit=10).feed(b"x" * 11)


def witness_of(chunks: list[bytes]) -> StreamWitness:
    witness = StreamWitness(SECRET.salt("answer"))
    for chunk in chunks:
        witness.add(chunk)
    return witness


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=9), st.data())
def test_the_root_changes_with_any_chunk_their_order_and_number(
    chunks: list[bytes], data: st.DataObject
) -> None:
    root = witness_of(chunks).root()
    at = data.draw(st.integers(0, len(chunks) - 1))
    assert witness_of([*chunks[:at], chunks[at] + b"!", *chunks[at + 1 :]]).root() != root
    assert witness_of(chunks[:-1]).root() != root
    assert witness_of([*chunks, b""]).root() != root
    other = data.draw(st.permutations(chunks))
    assert (witness_of(other).root() == root) == (other == chunks)


def test_a_head_is_bound_to_its_stream_count_and_root() -> None:
    head = StreamHead.sign("aa" * 16, witness_of([b"x", b"y"]), KEY.sign)
    head.check(PUBLIC)
    assert read_comment(write_head(head)) == head
    for forged in (
        replace(head, stream="bb" * 16),
        replace(head, chunks=3),
        replace(head, root="00" * 32),
        replace(head, signature=bytes(64)),
    ):
        with pytest.raises(SignatureError):
            forged.check(PUBLIC)


@given(st.data())
def test_no_comment_with_a_changed_byte_passes_for_another(data: st.DataObject) -> None:
    head = StreamHead.sign("aa" * 16, witness_of([b"x"]), KEY.sign)
    block = write_head(head)
    at = data.draw(st.integers(0, len(block) - 3))
    changed = block[:at] + bytes([block[at] ^ data.draw(st.integers(1, 255))]) + block[at + 1 :]
    try:
        read = read_comment(changed)
    except FormatError:
        return
    assert isinstance(read, StreamHead)
    with pytest.raises(SignatureError):
        read.check(PUBLIC)


def test_our_comments_are_told_from_chunks() -> None:
    assert is_ours(write_opening("aa" * 16, SECRET))
    assert not is_ours(b": keep-alive\n\n")
    assert not is_ours(b'data: {": assay-head ":1}\n\n')


@given(st.lists(st.sampled_from([b"a", b"\n", b"\r\n", b"\n\n"]), max_size=12).map(b"".join))
def test_even_odd_line_ends_are_cut_alike_whole_and_byte_by_byte(stream: bytes) -> None:
    one_by_one, whole = BlockSplitter(), BlockSplitter()
    seen = [block for at in range(len(stream)) for block in one_by_one.feed(stream[at : at + 1])]
    assert seen == whole.feed(stream)
    assert one_by_one.rest() == whole.rest()
