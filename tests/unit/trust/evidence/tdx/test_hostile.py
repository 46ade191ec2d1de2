"""Whatever bytes come, only `EvidenceError` comes out, and no changed quote says anything else than before."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Mapping

import dcap_qvl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.trust.evidence.forgery import NOW
from tests.unit.trust.evidence.tdx.forgery import collateral, intel, members, quote

from assay.trust.evidence import Claims, EvidenceError, EvidenceMalformed, tdx

VENDOR = intel()
DOCUMENT = quote(VENDOR)
MEMBERS = members(VENDOR)
COLLATERAL = {"collateral": json.dumps(MEMBERS).encode()}
CLAIMS = tdx.verify(DOCUMENT, [VENDOR.anchor()], NOW, COLLATERAL)

SIGNED = 48 + 584
"""Bytes that the attestation key signs."""


def judge(document: bytes, given: Mapping[str, bytes] = COLLATERAL) -> Claims | None:
    """The claims, or none when refused as it should be; any other exception is a failure."""
    try:
        return tdx.verify(document, [VENDOR.anchor()], NOW, given)
    except EvidenceError:
        return None


def flipped(data: bytes, position: int, bits: int) -> bytes:
    changed = bytearray(data)
    changed[position] ^= bits
    return bytes(changed)


def test_every_signed_byte_counts() -> None:
    for position in range(0, SIGNED, 3):
        assert judge(flipped(DOCUMENT, position, 1 << position % 8)) is None, position


def test_no_other_byte_changes_a_claim() -> None:
    """Not all are refused: PEM says one thing in many ways."""
    for position in range(SIGNED, len(DOCUMENT), 7):
        assert judge(flipped(DOCUMENT, position, 1 << position % 8)) in (None, CLAIMS), position


@pytest.mark.slow
def test_no_byte_at_all_changes_a_claim() -> None:
    for position in range(len(DOCUMENT)):
        for bits in (0x01, 0x20, 0xFF):
            assert judge(flipped(DOCUMENT, position, bits)) in (None, CLAIMS), position


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_no_cut_no_insertion_changes_a_claim(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(DOCUMENT)))
    end = data.draw(st.integers(start, len(DOCUMENT)))
    changed = DOCUMENT[:start] + data.draw(st.binary(max_size=8)) + DOCUMENT[end:]
    assert judge(changed) in (None, CLAIMS)


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(sorted(MEMBERS)), data=st.data())
def test_changed_collateral_changes_no_claim(name: str, data: st.DataObject) -> None:
    text = str(MEMBERS[name])
    position = data.draw(st.integers(0, len(text) - 1))
    changed = text[:position] + data.draw(st.text(max_size=3)) + text[position + 1 :]
    assert judge(DOCUMENT, collateral(VENDOR, **{**MEMBERS, name: changed})) in (None, CLAIMS)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_random_quotes_under_a_trusted_signature(data: st.DataObject) -> None:
    fields = {
        "td_attributes": data.draw(st.binary(min_size=8, max_size=8)),
        "tee_tcb_svn": data.draw(st.binary(min_size=16, max_size=16)),
        "seam_attributes": data.draw(st.binary(min_size=8, max_size=8)),
    }
    judge(quote(VENDOR, version=data.draw(st.integers(3, 6)), **fields))


@given(st.binary(max_size=1500), st.binary(max_size=200))
def test_random_bytes(document: bytes, collateral: bytes) -> None:
    assert judge(document, {"collateral": collateral}) is None


HEADER = DOCUMENT[: SIGNED + 4]
GREEDY = {
    "a signature of 4 GiB": HEADER[:-4] + b"\xff" * 4,
    "certification data of 4 GiB": HEADER + bytes(130) + b"\xff" * 4,
    "a quote of zeros": bytes(16 * 1024),
    "a quote of a megabyte": DOCUMENT + bytes(1 << 20),
}


@pytest.mark.parametrize("document", GREEDY.values(), ids=GREEDY.keys())
def test_memory_is_bounded(document: bytes) -> None:
    tracemalloc.start()
    try:
        judge(document)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**20


def test_nesting_is_bounded() -> None:
    for deep in ('{"a":' * 100_000, "[" * 1_000):
        assert judge(DOCUMENT, {"collateral": deep.encode()}) is None
        assert judge(DOCUMENT, collateral(VENDOR, tcb_info=deep)) is None


def test_a_panic_of_the_engine_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """No input is known that causes one. Rust's panics come as an exception that is no `Exception`."""
    panic = type("PanicException", (BaseException,), {})

    def give_up(_: bytes) -> None:
        raise panic

    monkeypatch.setattr(dcap_qvl, "QuoteVerifier", give_up)
    with pytest.raises(EvidenceMalformed, match="give up"):
        tdx.verify(DOCUMENT, [VENDOR.anchor()], NOW, COLLATERAL)


def test_an_interrupt_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: bytes) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(dcap_qvl, "QuoteVerifier", interrupt)
    with pytest.raises(KeyboardInterrupt):
        tdx.verify(DOCUMENT, [VENDOR.anchor()], NOW, COLLATERAL)
