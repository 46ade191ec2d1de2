"""Streams: text comes out under a signed head or not at all, and the end is judged as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.apps.client.node import LAST_CHUNK, NONCE, NOW, REQUEST, Node, text_chunk

from assay.apps.client.exchange import Exchange
from assay.apps.client.refused import AnswerRefused
from assay.apps.client.stream_reader import StreamReader
from assay.apps.client.verified import Verified
from assay.engines.inference.operation import Operation
from assay.trust.receipts.content import ANSWER, stream_id
from assay.trust.receipts.delivery import is_ours, write_head
from assay.trust.receipts.stream import StreamHead, StreamWitness
from assay.trust.verdict import Level

NODE = Node()
CHUNKS = [*(text_chunk(word) for word in ("Blue", " is", " a", " colour", ".")), LAST_CHUNK]
BLOCKS = NODE.stream(CHUNKS)
WIRE = b"".join(BLOCKS)
LOG_INDEX = WIRE.index(b'"index":7') + len(b'"index":')


def reader(*, keys: Iterable[str] = (NODE.certificate.key,), provisional: bool = False) -> StreamReader:
    exchange = Exchange(Operation.CHAT, REQUEST, NONCE, NODE.policy)
    return StreamReader(exchange, frozenset(keys), provisional=provisional)


def read(
    data: Iterable[bytes], reading: StreamReader | None = None, shown: list[bytes] | None = None
) -> tuple[list[bytes], Verified]:
    """Read to the end as a transport does; what was shown, and what came of it."""
    reading = reading or reader()
    shown = [] if shown is None else shown
    for part in data:
        shown += reading.feed(part)
        if reading.received is not None and reading.verified is None:
            exchange = Exchange(Operation.CHAT, REQUEST, NONCE, NODE.policy)
            shown += reading.settle(exchange.conclude(reading.received, {}, None, NOW))
    reading.end()
    assert reading.verified is not None
    return shown, reading.verified


def test_an_untouched_stream_verifies_and_loses_no_byte() -> None:
    shown, verified = read(BLOCKS)
    assert shown == BLOCKS
    assert verified.verdict.level is Level.SIGNED
    assert verified.bundle.answer == b"".join(CHUNKS)
    assert verified.receipt.statement.answer.chunks == len(CHUNKS)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, len(WIRE)), max_size=12))
def test_packets_may_fall_anywhere(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(WIRE)]
    shown, _ = read(WIRE[start:end] for start, end in pairwise(edges))
    assert b"".join(shown) == WIRE


def test_nothing_is_shown_before_a_head_covers_it() -> None:
    reading, shown = reader(), 0
    covered = 0
    for block in BLOCKS[:-2]:
        out = [part for part in reading.feed(block) if not is_ours(part)]
        shown += len(out)
        if b"assay-head" in block:
            covered += 2
        assert shown == covered
    assert reading.feed(BLOCKS[-2]) == [], "the receipt alone shows nothing: the last chunk is still to come"
    assert reading.feed(BLOCKS[-1]) == []
    assert reading.received is not None


def test_provisional_shows_at_once_and_still_judges_the_end() -> None:
    reading = reader(provisional=True)
    assert reading.feed(BLOCKS[0] + BLOCKS[1]) == BLOCKS[:2]
    forged = [*BLOCKS[2:-1], b"data: [NOPE]\n\n"]
    with pytest.raises(AnswerRefused) as refused:
        read(forged, reading)
    assert refused.value.check == "opening"


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(WIRE) - 1).filter(lambda at: at != LOG_INDEX), st.integers(1, 255))
def test_any_changed_byte_is_refused_and_never_shown(at: int, flip: int) -> None:
    changed = WIRE[:at] + bytes([WIRE[at] ^ flip]) + WIRE[at + 1 :]
    reading = reader()
    with pytest.raises(AnswerRefused) as refused:
        read([changed], reading)
    assert refused.value.check in {
        "format",
        "opening",
        "head",
        "chunks",
        "receipt",
        "signature",
        "nonce",
        "freshness",
    }
    assert reading.verified is None


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, len(WIRE) - 1).filter(lambda at: at != LOG_INDEX), st.integers(1, 255), st.integers(1, 400)
)
def test_what_was_shown_before_a_change_is_what_the_node_signed(at: int, flip: int, size: int) -> None:
    changed = WIRE[:at] + bytes([WIRE[at] ^ flip]) + WIRE[at + 1 :]
    shown: list[bytes] = []
    with pytest.raises(AnswerRefused):
        read((changed[start : start + size] for start in range(0, len(changed), size)), shown=shown)
    assert WIRE.startswith(b"".join(shown))


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(len(BLOCKS))).filter(lambda order: [*order] != sorted(order)))
def test_any_other_order_is_refused(order: Sequence[int]) -> None:
    shuffled = [BLOCKS[index] for index in order]
    with pytest.raises(AnswerRefused):
        read(shuffled)


@pytest.mark.parametrize("dropped", range(len(BLOCKS)))
def test_any_missing_block_but_a_head_is_refused(dropped: int) -> None:
    rest = [block for index, block in enumerate(BLOCKS) if index != dropped]
    if b"assay-head" in BLOCKS[dropped]:
        read(rest)
        return
    with pytest.raises(AnswerRefused):
        read(rest)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(WIRE) - 1))
def test_any_cut_is_refused(length: int) -> None:
    with pytest.raises(AnswerRefused) as refused:
        read([WIRE[:length]])
    assert refused.value.check in {"receipt", "chunks"}


def test_what_follows_the_receipt_is_refused() -> None:
    for extra in (text_chunk("and more"), b"data: torn"):
        with pytest.raises(AnswerRefused) as refused:
            read([*BLOCKS, extra])
        assert refused.value.check == "chunks"


def test_a_head_by_another_node_is_refused() -> None:
    witness = StreamWitness(NODE.opening.salt(ANSWER))
    for chunk in CHUNKS[:2]:
        witness.add(chunk)
    foreign = write_head(StreamHead.sign(NODE.stream_id, witness, Node(2).key.sign))
    with pytest.raises(AnswerRefused) as refused:
        read([*BLOCKS[:3], foreign, *BLOCKS[4:]])
    assert refused.value.check == "head"


def test_a_head_of_another_stream_is_refused() -> None:
    other = NODE.stream(CHUNKS, stream="0ff" * 10)
    with pytest.raises(AnswerRefused) as refused:
        read([*BLOCKS[:3], other[3]])
    assert refused.value.check == "head"


def test_heads_and_receipt_by_two_nodes_are_refused() -> None:
    second = Node(2)
    second.opening = NODE.opening
    with pytest.raises(AnswerRefused) as refused:
        read([*BLOCKS[:-2], *second.stream(CHUNKS)[-2:]])
    assert refused.value.check == "head"


def test_a_head_that_lags_behind_releases_what_it_covers() -> None:
    late = [BLOCKS[0], BLOCKS[1], BLOCKS[2], BLOCKS[4], BLOCKS[3]]
    reading = reader()
    shown = [block for part in late for block in reading.feed(part)]
    assert [block for block in shown if not is_ours(block)] == CHUNKS[:2]


def test_without_a_key_to_believe_all_waits_for_the_receipt() -> None:
    reading = reader(keys=())
    assert [reading.feed(block) for block in BLOCKS] == [[]] * len(BLOCKS)
    shown, _ = read(BLOCKS, reader(keys=()))
    assert shown == BLOCKS


def test_a_stream_of_one_chunk_verifies() -> None:
    blocks = NODE.stream([LAST_CHUNK])
    shown, verified = read(blocks)
    assert shown == blocks
    assert verified.receipt.statement.answer.chunks == 1


def test_the_providers_own_comments_are_chunks() -> None:
    blocks = NODE.stream([b": keep-alive\n\n", *CHUNKS])
    shown, verified = read(blocks)
    assert shown == blocks
    assert verified.receipt.statement.answer.chunks == len(CHUNKS) + 1


def test_an_earlier_stream_of_the_same_node_is_refused_before_any_of_it_is_shown() -> None:
    replayed = NODE.stream(
        CHUNKS, stream=stream_id(NODE.opening, "another-nonce", REQUEST), nonce="another-nonce"
    )
    shown: list[bytes] = []
    with pytest.raises(AnswerRefused) as caught:
        read(replayed, shown=shown)
    assert caught.value.check == "opening"
    assert not shown
