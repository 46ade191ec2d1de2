"""Whatever bytes come, only `EvidenceError` comes out, and no changed report is believed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.trust.evidence.forgery import NOW
from tests.unit.trust.evidence.nvidia.gpus import (
    OPAQUE,
    Gpu,
    block,
    measured,
    number,
    opaque_data,
    pem,
    report,
    request,
    response,
    sign,
)

from assay.trust.evidence import Claims, EvidenceError, EvidenceMalformed, nvidia
from assay.trust.evidence.nvidia.spdm import MAX_DOCUMENT

BLOCKS = measured()
ANSWER = response(BLOCKS, opaque_data())
NO_BLOCK_16 = [*BLOCKS[:15], *BLOCKS[16:]]
OFF_THE_FORMAT = {
    "another version asks": request(version=0x12) + ANSWER,
    "another message asks": b"\x11\xe1" + request()[2:] + ANSWER,
    "no signature asked for": request(attributes=0) + ANSWER,
    "one measurement asked for": request(operation=1) + ANSWER,
    "another version answers": request() + response(BLOCKS, opaque_data(), version=0x12),
    "another message answers": request() + b"\x11\x7f" + ANSWER[2:],
    "fewer blocks than announced": request() + response(BLOCKS, opaque_data(), count=65),
    "more blocks than announced": request() + response(BLOCKS, opaque_data(), count=63),
    "one block twice": request() + response([*BLOCKS, BLOCKS[0]], opaque_data()),
    "bytes after the blocks": request() + response(BLOCKS, opaque_data(), slack=b"\0"),
    "bytes after a value": request() + response([block(16, b"x" * 48, slack=1), *NO_BLOCK_16], opaque_data()),
    "an empty value": request() + response([block(16, b""), *NO_BLOCK_16], opaque_data()),
    "another specification": request() + response([block(16, b"x", specification=2)], opaque_data()),
    "a field without its end": request() + response(BLOCKS, opaque_data()[:-1]),
    "a field twice": request() + response(BLOCKS, opaque_data() + number(17, 2) + number(1, 2) + b"1"),
    "bytes before the signature": request() + ANSWER + b"\0",
    "nothing but a request": request(),
    "nothing": b"",
    "too much": request() + response(BLOCKS, opaque_data({**OPAQUE, 99: bytes(MAX_DOCUMENT)})),
}


def judge(gpu: Gpu, document: bytes) -> Claims | None:
    """The claims, or none when refused as it should be; any other exception is a failure."""
    try:
        return gpu.verify(document)
    except EvidenceError:
        return None


@pytest.mark.parametrize("transcript", OFF_THE_FORMAT.values(), ids=OFF_THE_FORMAT.keys())
def test_off_the_format_under_a_right_signature(gpu: Gpu, transcript: bytes) -> None:
    with pytest.raises(EvidenceMalformed):
        gpu.verify(sign(gpu.chain[-1].key, transcript))


FIELDS = {
    "no driver version": {3: b"\0"},
    "a driver version that moves the cursor": {3: b"550\x1b[2J"},
    "a driver version that is not ASCII": {3: "55०".encode()},
    "no VBIOS version": {6: b""},
    "a VBIOS version of another size": {6: bytes(7)},
    "a project that moves the cursor": {17: b"\n"},
    "a newer version of the fields": {34: b"\2"},
}


@pytest.mark.parametrize("change", FIELDS.values(), ids=FIELDS.keys())
def test_fields_that_cannot_be_read(gpu: Gpu, change: dict[int, bytes]) -> None:
    with pytest.raises(EvidenceMalformed):
        gpu.verify(report(gpu.chain, {**OPAQUE, **change}))


@pytest.mark.parametrize("kind", [3, 6])
def test_what_names_no_release_is_not_a_gpu(gpu: Gpu, kind: int) -> None:
    with pytest.raises(EvidenceMalformed, match="not a GPU"):
        gpu.verify(report(gpu.chain, {each: value for each, value in OPAQUE.items() if each != kind}))


def test_fields_nobody_knows_are_passed_over(gpu: Gpu) -> None:
    assert (
        gpu.verify(report(gpu.chain, {**OPAQUE, 34: b"\1", 200: b"x"})).attributes == gpu.verify().attributes
    )


def test_indexes_need_no_order(gpu: Gpu) -> None:
    claims = gpu.verify(report(gpu.chain, measurements={9: b"\1" * 48, 2: b"\2" * 32}))
    assert claims.measurements == {"MEASUREMENT9": "01" * 48, "MEASUREMENT2": "02" * 32}


def test_every_tenth_byte_counts(gpu: Gpu) -> None:
    whole = report(gpu.chain)
    for position in range(0, len(whole), 10):
        changed = bytearray(whole)
        changed[position] ^= 1 << position % 8
        assert judge(gpu, bytes(changed)) is None, position


@pytest.mark.slow
def test_every_byte_counts(gpu: Gpu) -> None:
    whole = report(gpu.chain)
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= 1 << position % 8
        assert judge(gpu, bytes(changed)) is None, position


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_cut_no_insertion_passes(gpu: Gpu, data: st.DataObject) -> None:
    whole = report(gpu.chain)
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    changed = whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:]
    if changed != whole:
        assert judge(gpu, changed) is None


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.binary(max_size=200))
def test_random_bytes_under_a_right_signature(gpu: Gpu, answer: bytes, fields: bytes) -> None:
    for transcript in (request() + answer, request() + response(BLOCKS[:2], fields)):
        judge(gpu, sign(gpu.chain[-1].key, transcript))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_changed_certificates(gpu: Gpu, data: st.DataObject) -> None:
    changed = bytearray(b"".join(party.der for party in reversed(gpu.chain)))
    for position in data.draw(st.sets(st.integers(0, len(changed) - 1), min_size=1, max_size=3)):
        changed[position] ^= data.draw(st.integers(1, 255))
    with pytest.raises(EvidenceError):
        nvidia.verify(report(gpu.chain), [gpu.anchor], NOW, {"chain": bytes(changed)})


@settings(max_examples=100, deadline=None)
@given(chain=st.binary(max_size=300))
def test_random_bytes_for_a_chain(gpu: Gpu, chain: bytes) -> None:
    for each in (chain, pem(gpu.chain)[:200] + chain):
        with pytest.raises(EvidenceError):
            nvidia.verify(report(gpu.chain), [gpu.anchor], NOW, {"chain": each})
