"""The evidence file: one encoding for each collection, and nothing else is read."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.trust.evidence import Evidence, EvidenceMalformed
from assay.trust.evidence.collection import MAX_PARTS, Collection

PARTS = st.builds(
    Evidence,
    st.text(max_size=8),
    st.binary(max_size=64),
    st.dictionaries(st.text(max_size=8), st.binary(max_size=64)),
)
COLLECTIONS = st.builds(
    Collection,
    st.lists(PARTS, min_size=1, max_size=MAX_PARTS).map(tuple),
    st.sampled_from([b"", b"k" * 32]) | st.binary(min_size=32, max_size=32),
    st.lists(st.binary(max_size=64), max_size=3).map(tuple),
    st.binary(max_size=64),
)
ONE = Collection((Evidence("nitro", b"document"),), b"k" * 32, (b"tls",), b"n")

CERTIFICATE = {
    "node": "aa" * 32,
    "not_after": "2026-11-24T12:00:00.000Z",
    "not_before": "2026-11-24T12:00:00.000Z",
    "public": "bb" * 32,
    "signature": "",
}


def test_a_certificate_is_read_with_the_rest() -> None:
    certificate = Collection.from_bytes(changed(certificate=CERTIFICATE)).certificate
    assert certificate is not None
    assert certificate.node == "aa" * 32


@given(COLLECTIONS)
def test_read_back_as_written(collection: Collection) -> None:
    assert Collection.from_bytes(collection.to_bytes()) == collection


@given(st.binary(max_size=200))
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(EvidenceMalformed):
        Collection.from_bytes(data)


@given(st.integers(0, len(ONE.to_bytes()) - 1), st.integers(1, 255))
def test_a_changed_byte_is_another_collection_or_none(at: int, flip: int) -> None:
    data = bytearray(ONE.to_bytes())
    data[at] ^= flip
    with suppress(EvidenceMalformed):
        assert Collection.from_bytes(bytes(data)) != ONE


def changed(**members: object) -> bytes:
    value = json.loads(ONE.to_bytes()) | members
    return json.dumps(
        {name: member for name, member in value.items() if member != "left out"},
        separators=(",", ":"),
        sort_keys=True,
    ).encode()


@pytest.mark.parametrize(
    "members",
    [
        {"type": "urn:assay:evidence:v2"},
        {"more": 1},
        {"nonce": "left out"},
        {"nonce": None},
        {"certificate": {}},
        {"certificate": "left out"},
        {"certificate": 1},
        {"certificate": {**CERTIFICATE, "node": 5}},
        {"certificate": {**CERTIFICATE, "node": "zz" * 32}},
        {"certificate": {**CERTIFICATE, "node": "AA" * 32}},
        {"certificate": {**CERTIFICATE, "node": " " + "aa" * 32}},
        {"certificate": {**CERTIFICATE, "node": "aa" * 31}},
        {"nonce": "6E"},
        {"nonce": 7},
        {"nonce": "00" * 65},
        {"key": "6b" * 31},
        {"channel_keys": ["00"] * 17},
        {"key": "k"},
        {"channel_keys": "00"},
        {"channel_keys": [1]},
        {"parts": []},
        {"parts": [1]},
        {"parts": [{"family": "nitro", "document": "AA=="}]},
        {"parts": [{"family": 1, "document": "AA==", "collateral": {}}]},
        {"parts": [{"family": "nitro", "document": "AB==", "collateral": {}}]},
        {"parts": [{"family": "nitro", "document": "AA==", "collateral": []}]},
        {"parts": [{"family": "nitro", "document": "AA==", "collateral": {"x": 1}}]},
        {"parts": [{"family": "nitro", "document": "AA==", "collateral": {}}] * (MAX_PARTS + 1)},
    ],
)
def test_anything_else_is_refused(members: dict[str, object]) -> None:
    with pytest.raises(EvidenceMalformed):
        Collection.from_bytes(changed(**members))


def test_nothing_but_its_canonical_form() -> None:
    assert Collection.from_bytes(changed()) == ONE
    with pytest.raises(EvidenceMalformed):
        Collection.from_bytes(json.dumps(json.loads(ONE.to_bytes()), indent=1).encode())
