"""Revocations and successions: files that count only as signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from assay.errors import AssayError
from assay.trust.keys import revocation, succession
from assay.trust.keys.revocation import Revocation
from assay.trust.keys.signed import seal
from assay.trust.keys.succession import Succession

OLD, NEW = (Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32) for seed in (1, 2))
OLD_ID, NEW_ID = (key.public_key().public_bytes_raw() for key in (OLD, NEW))
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

REVOKED = Revocation(OLD_ID.hex(), "22" * 32, "example.org/log", 7, NOW, "lost")
HANDED_ON = Succession(OLD_ID.hex(), NEW_ID.hex(), NOW)
FILES = {
    "revocation": (REVOKED.sign(OLD.sign), Revocation.verify),
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
        Revocation.verify(replace(REVOKED, node=NEW_ID.hex()).sign(OLD.sign))


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
        {"key": "22"},
        {"reason": "x" * 501},
        {"at": "2026-11-24"},
        {"type": succession.TYPE},
    ],
)
def test_a_signed_claim_of_another_shape_is_no_revocation(members: dict[str, object]) -> None:
    claim = REVOKED._claim() | members
    with pytest.raises(AssayError):
        Revocation.verify(seal(revocation.PAYLOAD_TYPE, claim, [(OLD_ID, OLD.sign)]))


def test_one_is_not_taken_for_the_other() -> None:
    value = orjson.loads(FILES["succession"][0]) | {"payloadType": revocation.PAYLOAD_TYPE}
    with pytest.raises(AssayError):
        Revocation.verify(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
