"""Whatever bytes come, only `EvidenceError` comes out, and no changed document is believed."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.trust.evidence import real_nitro
from tests.unit.trust.evidence.conftest import Issued
from tests.unit.trust.evidence.forgery import NOW, Party, anchor, document, payload

from assay.trust.evidence import Claims, EvidenceError, TrustAnchor, cose, nitro


def judge(data: bytes, anchors: Sequence[TrustAnchor]) -> Claims | None:
    """The claims, or none when refused as it should be; any other exception is a failure."""
    try:
        return nitro.verify(data, anchors, NOW)
    except EvidenceError:
        return None


def test_every_byte_of_a_document_counts(simulated: Issued) -> None:
    for position in range(len(simulated.document)):
        changed = bytearray(simulated.document)
        changed[position] ^= 1 << position % 8
        assert judge(bytes(changed), [simulated.anchor]) is None, position


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_other_value_of_a_byte_passes(simulated: Issued, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(simulated.document) - 1))
    changed = bytearray(simulated.document)
    changed[position] ^= data.draw(st.integers(1, 255))
    assert judge(bytes(changed), [simulated.anchor]) is None


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_no_cut_no_insertion_passes(simulated: Issued, data: st.DataObject) -> None:
    whole = simulated.document
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    changed = whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:]
    if changed not in (whole, b"\xd2" + whole):
        assert judge(changed, [simulated.anchor]) is None


def test_the_tag_may_be_there_once(simulated: Issued) -> None:
    assert judge(b"\xd2" + simulated.document, [simulated.anchor]) is not None
    assert judge(b"\xd2\xd2" + simulated.document, [simulated.anchor]) is None


@real_nitro.needed
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_byte_of_a_real_document_can_change(data: st.DataObject) -> None:
    changed = bytearray(real_nitro.document())
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(EvidenceError):
        nitro.verify(bytes(changed), [real_nitro.AWS_ROOT_G1], real_nitro.ISSUED)


@pytest.mark.parametrize(
    "envelope",
    [
        [b"\xa1\x01\x38\x22", {}, b"payload"],
        [b"\xa1\x01\x38\x22", {}, None, bytes(96)],
        [b"\xa1\x01\x38\x22", {}, b"\xa0", bytes(95)],
        [b"\xa1\x01\x38\x22", {1: -35}, b"\xa0", bytes(96)],
        [b"\xa1\x01\x26", {}, b"\xa0", bytes(96)],
        [b"", {}, b"\xa0", bytes(96)],
        {},
        0,
    ],
)
def test_an_envelope_of_another_shape(envelope: object, simulated: Issued) -> None:
    assert judge(cbor2.dumps(envelope), [simulated.anchor]) is None


def test_nothing_can_be_added_where_no_signature_covers_it(simulated: Issued) -> None:
    protected, _, signed, signature = cbor2.loads(simulated.document)
    assert judge(cbor2.dumps([protected, {}, signed, signature]), [simulated.anchor]) is not None
    assert judge(cbor2.dumps([protected, {4: b"kid"}, signed, signature]), [simulated.anchor]) is None


@given(st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    judge(data, [])


CBOR = st.recursive(
    st.none()
    | st.integers(-(2**64), 2**64 - 1)
    | st.binary(max_size=60)
    | st.text(max_size=10)
    | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.integers(0, 40) | st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=8,
)
FIELDS = [
    "module_id",
    "digest",
    "timestamp",
    "pcrs",
    "certificate",
    "cabundle",
    "public_key",
    "nonce",
    "more",
]


@settings(max_examples=200, deadline=None)
@given(changes=st.dictionaries(st.sampled_from(FIELDS), CBOR, min_size=1, max_size=3))
def test_random_fields_under_a_trusted_signature(
    vendor_chain: list[Party], changes: dict[str, object]
) -> None:
    judge(document(vendor_chain, **changes), [anchor(vendor_chain[0])])


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_changed_certificates_under_a_trusted_signature(
    vendor_chain: list[Party], data: st.DataObject
) -> None:
    """The root is pinned as changed, so that its parsing, not its fingerprint, is what refuses it."""
    ders = [party.der for party in vendor_chain]
    position = data.draw(st.integers(0, len(ders) - 1))
    changed = bytearray(ders[position])
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    ders[position] = bytes(changed)
    fields = payload(vendor_chain, cabundle=ders[:-1], certificate=ders[-1])
    judge(cose.sign1(vendor_chain[-1].key, cbor2.dumps(fields)), [anchor(ders[0])])


HUGE = 2**64 - 1
GREEDY = {
    "an array that announces 2^64-1 elements": b"\x9b" + HUGE.to_bytes(8, "big"),
    "a string that announces 2^64-1 bytes": b"\x5b" + HUGE.to_bytes(8, "big"),
    "a map that announces 2^64-1 pairs": b"\xbb" + HUGE.to_bytes(8, "big"),
    "as many empty arrays as fit": b"\x99\x3f\xfd" + b"\x80" * 0x3FFD,
    "as many nulls as fit": b"\x99\x3f\xfd" + b"\xf6" * 0x3FFD,
    "nested as deep as fits": b"\x81" * nitro.MAX_DOCUMENT,
    "a megabyte of nulls": b"\x9a\x00\x0f\xff\xfb" + b"\xf6" * 0xFFFFB,
}


@pytest.mark.parametrize("data", GREEDY.values(), ids=GREEDY.keys())
def test_memory_is_bounded(data: bytes) -> None:
    tracemalloc.start()
    try:
        assert judge(data, []) is None
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 * 2**20
