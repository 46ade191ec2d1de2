"""A node's word for a key: for that key, by that node, for that time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.errors import FormatError
from assay.trust.keys.certificate import KeyCertificate
from assay.trust.keys.errors import KeyNotCertified

NODE = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
ID = NODE.public_key().public_bytes_raw().hex()
START = datetime(2026, 11, 24, 12, tzinfo=UTC)
END = START + timedelta(days=7)
MOMENT = timedelta(milliseconds=1)
CERTIFICATE = KeyCertificate.issue(ID, "22" * 32, START, END, NODE.sign)


@pytest.mark.parametrize("at", [START, START + timedelta(days=1), END])
def test_it_holds_in_its_time(at: datetime) -> None:
    CERTIFICATE.check(at)


@pytest.mark.parametrize("at", [START - MOMENT, END + MOMENT])
def test_and_at_no_other(at: datetime) -> None:
    with pytest.raises(KeyNotCertified, match="only"):
        CERTIFICATE.check(at)


@pytest.mark.parametrize(
    "changes",
    [
        {"node": "11" * 32},
        {"key": "33" * 32},
        {"not_before": "2026-11-23T12:00:00.000Z"},
        {"not_after": "2027-11-24T12:00:00.000Z"},
        {"signature": bytes(64)},
    ],
)
def test_nothing_in_it_can_be_changed(changes: dict[str, str]) -> None:
    with pytest.raises(KeyNotCertified, match="did not certify"):
        replace(CERTIFICATE, **changes).check(START)


def test_it_is_read_back_as_written() -> None:
    assert KeyCertificate.from_json(ID, CERTIFICATE.to_json()) == CERTIFICATE


@pytest.mark.parametrize(
    "members",
    [
        {"more": ""},
        {"public": "22" * 31},
        {"public": "AA" * 32},
        {"public": 7},
        {"not_before": "2026-11-24T12:00:00Z"},
        {"not_before": None},
        {"signature": "AB=="},
    ],
)
def test_anything_else_is_none(members: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError, FormatError)):
        KeyCertificate.from_json(ID, {**CERTIFICATE.to_json(), **members})
