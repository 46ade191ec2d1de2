"""Revocations and successions: files that count only as signed."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import AssayError, FormatError
from assay.trust.canonical import canonicalize
from assay.trust.keys import revocation, succession
from assay.trust.keys.revocation import Revocation
from assay.trust.keys.signed import message, seal
from assay.trust.keys.succession import Succession

OLD, NEW = (Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32) for seed in (1, 2))
OLD_ID, NEW_ID = (key.public_key().public_bytes_raw() for key in (OLD, NEW))
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

REVOKED = Revocation.issue(OLD_ID.hex(), "22" * 32, "example.org/log", 7, NOW, "lost", OLD.sign)
HANDED_ON = Succession(OLD_ID.hex(), NEW_ID.hex(), NOW)
FILES = {
    "revocation": (REVOKED.to_bytes(), Revocation.verify),
    "succession": (HANDED_ON.sign(OLD.sign, NEW.sign), Succession.verify),
}


def test_they_are_read_back_as_signed() -> None:
    assert Revocation.verify(FILES["revocation"][0]) == REVOKED
    assert Succession.verify(FILES["succession"][0]) == HANDED_ON


@pytest.mark.parametrize("kind", FILES)
@given(data=st.data())
def test_any_changed_byte_is_refused(kind: str, data: st.DataObject) -> None:
    file, verify = FILES[kind]
    at = data.draw(st.integers(0, len(file) - 1))
    changed = bytearray(file)
    changed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(AssayError):
        verify(bytes(changed))


@pytest.mark.parametrize("verify", [Revocation.verify, Succession.verify])
@given(st.binary(max_size=100))
def test_other_bytes_are_refused(verify: Callable[[bytes], object], data: bytes) -> None:
    with pytest.raises(AssayError):
        verify(data)


def test_nobody_takes_back_anothers_key() -> None:
    with pytest.raises(AssayError):
        Revocation.issue(NEW_ID.hex(), "22" * 32, "example.org/log", 7, NOW, "lost", OLD.sign)
    with pytest.raises(AssayError):
        Revocation.verify(replace(REVOKED, node=NEW_ID.hex()).to_bytes())


@pytest.mark.parametrize(("old", "new"), [(OLD, OLD), (NEW, NEW), (NEW, OLD)])
def test_both_must_sign_a_succession(old: Ed25519PrivateKey, new: Ed25519PrivateKey) -> None:
    with pytest.raises(AssayError):
        Succession.verify(HANDED_ON.sign(old.sign, new.sign))


def test_nobody_succeeds_itself() -> None:
    with pytest.raises(AssayError):
        Succession.verify(Succession(OLD_ID.hex(), OLD_ID.hex(), NOW).sign(OLD.sign, OLD.sign))


@pytest.mark.parametrize(
    "members",
    [
        {"more": 1},
        {"size": -1},
        {"size": 1.5},
        {"size": True},
        {"size": 2**60},
        {"key": "22"},
        {"key": "AA" * 32},
        {"key": " ".join(["22"] * 32)},
        {"node": OLD_ID.hex().upper()},
        {"log": ["example.org/log"]},
        {"log": "example.org/log\x1b[2K"},
        {"reason": "lost\x9b2K"},
        {"reason": 7},
        {"reason": "x" * 501},
        {"at": "2026-11-24"},
        {"at": 7},
        {"type": succession.TYPE},
    ],
)
def test_a_signed_claim_of_another_shape_is_no_revocation(members: dict[str, object]) -> None:
    claim = orjson.loads(base64.b64decode(orjson.loads(REVOKED.to_bytes())["payload"])) | members
    signature = OLD.sign(message(revocation.PAYLOAD_TYPE, claim))
    with pytest.raises(FormatError):
        Revocation.verify(seal(revocation.PAYLOAD_TYPE, claim, [(OLD_ID.hex(), signature)]))


def test_what_could_not_be_read_is_not_signed() -> None:
    for key, reason in (("AA" * 32, "lost"), ("../../key", "lost"), ("22" * 32, "x" * 501)):
        with pytest.raises(FormatError):
            Revocation.issue(OLD_ID.hex(), key, "example.org/log", 7, NOW, reason, OLD.sign)


@pytest.mark.parametrize("kind", FILES)
def test_an_envelope_of_another_shape_is_refused(kind: str) -> None:
    file, verify = FILES[kind]
    value = orjson.loads(file)
    first = value["signatures"][0]
    for changed in (
        {**value, "more": 1},
        {**value, "signatures": []},
        {**value, "signatures": [*value["signatures"], first]},
        {**value, "signatures": [{**first, "more": 1}, *value["signatures"][1:]]},
        {**value, "payloadType": "application/vnd.in-toto+json"},
    ):
        with pytest.raises(FormatError):
            verify(canonicalize(changed))


def test_one_is_not_taken_for_the_other() -> None:
    value = orjson.loads(FILES["succession"][0]) | {"payloadType": revocation.PAYLOAD_TYPE}
    with pytest.raises(AssayError):
        Revocation.verify(canonicalize(value))
