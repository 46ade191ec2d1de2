"""Reference values: signed by their publisher, read back exactly, and refused in any other shape."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import AssayError, FormatError
from assay.trust.canonical import canonicalize
from assay.trust.envelope import Envelope, SignatureError, key_id
from assay.trust.evidence.anchors import AnchorKind
from assay.trust.evidence.reference import PublisherNotBelieved, ReferenceValue, ReferenceValues

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
PUBLISHER = KEY.public_key().public_bytes_raw().hex()
VALUES = ReferenceValues(
    image="ab" * 48,
    inputs={"packages": "01" * 48, "lock": "02" * 48},
    values=(
        ReferenceValue("nitro", AnchorKind.SIMULATED, {"PCR0": "01" * 48, "PCR2": "03" * 48}),
        ReferenceValue("snp", AnchorKind.PRODUCTION, {"MEASUREMENT": "04" * 48}),
    ),
    revision="1.0",
    publisher=PUBLISHER,
    built_at=datetime(2026, 11, 24, 12, 0, 0, 125_000, UTC),
)
SIGNED = VALUES.sign(KEY.sign)

_text = st.text(st.characters(exclude_categories=["Cc", "Cs"]))
_digests = st.dictionaries(_text, st.binary(min_size=1, max_size=48).map(bytes.hex), max_size=4)
_values = st.builds(ReferenceValue, _text, st.sampled_from(AnchorKind), _digests.filter(bool))
_everything = st.builds(
    ReferenceValues,
    image=st.binary(min_size=48, max_size=48).map(bytes.hex),
    inputs=_digests,
    values=st.lists(_values, max_size=3).map(tuple),
    revision=_text,
    publisher=st.just(PUBLISHER),
    built_at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(
        lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
    ),
)


def resigned(change: Callable[[Any], object]) -> bytes:
    """The statement after ``change``, signed by the publisher all the same."""
    statement = VALUES.to_json()
    change(statement)
    return Envelope.sign(canonicalize(statement), key_id(bytes.fromhex(PUBLISHER)), KEY.sign).to_bytes()


@given(_everything)
def test_what_was_signed_is_read(values: ReferenceValues) -> None:
    assert ReferenceValues.verify(values.sign(KEY.sign), PUBLISHER) == values


def test_a_publisher_that_was_not_asked() -> None:
    other = OTHER.public_key().public_bytes_raw().hex()
    with pytest.raises(PublisherNotBelieved):
        ReferenceValues.verify(SIGNED, other)


def test_a_key_that_is_not_the_publishers() -> None:
    with pytest.raises(SignatureError):
        ReferenceValues.verify(VALUES.sign(OTHER.sign))


def test_a_statement_changed_after_it_was_signed() -> None:
    envelope = Envelope.from_bytes(SIGNED)
    payload = envelope.payload.replace(b"04" * 48, b"05" * 48)
    assert payload != envelope.payload
    with pytest.raises(SignatureError):
        ReferenceValues.verify(Envelope(payload, envelope.key_id, envelope.signature).to_bytes())


@pytest.mark.parametrize("position", range(0, len(SIGNED), 7))
def test_no_byte_can_change(position: int) -> None:
    changed = bytearray(SIGNED)
    changed[position] ^= 1
    with pytest.raises(AssayError):
        ReferenceValues.verify(bytes(changed))


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.update(more=1),
        lambda it: it.pop("predicate"),
        lambda it: it.update(predicateType="urn:assay:inference:v1"),
        lambda it: it["subject"].append(it["subject"][0]),
        lambda it: it["subject"][0]["digest"].update(sha256="00"),
        lambda it: it["subject"][0]["digest"].update(sha384="AB" * 48),
        lambda it: it["predicate"].update(more=1),
        lambda it: it["predicate"].update(revision=1),
        lambda it: it["predicate"].update(revision="1.0\x1b[2K"),
        lambda it: it["predicate"]["inputs"].update({"lock\x9b2K": "02"}),
        lambda it: it["predicate"]["measurements"][0].update(family="nitro\r"),
        lambda it: it["predicate"].update(built_at="2026-11-24T12:00:00Z"),
        lambda it: it["predicate"].update(inputs=[]),
        lambda it: it["predicate"]["inputs"].update(lock=None),
        lambda it: it["predicate"]["measurements"][0].update(kind="real"),
        lambda it: it["predicate"]["measurements"][0].update(registers={}),
        lambda it: it["predicate"]["measurements"][0]["registers"].update(PCR0=""),
        lambda it: it["predicate"]["measurements"][0]["registers"].update(PCR0="xy"),
    ],
)
def test_another_shape(change: Callable[[Any], object]) -> None:
    with pytest.raises(FormatError):
        ReferenceValues.verify(resigned(change))


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"null", json.dumps(json.loads(SIGNED), indent=1).encode()]
)
def test_something_else(data: bytes) -> None:
    with pytest.raises(FormatError):
        ReferenceValues.verify(data)
