"""A judge that remembers says what one who sees the file for the first time would."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from tests.unit.trust.evidence import forgery
from tests.unit.trust.evidence.forgery import HOUR, NOW
from tests.unit.trust.evidence.machines import Machine
from tests.unit.trust.evidence.tdx import forgery as intel

from assay.trust.evidence import Evidence, EvidenceError
from assay.trust.evidence.appraisal import load_rules
from assay.trust.evidence.collection import Collection
from assay.trust.evidence.judge import REMEMBERED, Judge

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
TIMES = [
    NOW - HOUR - SECOND,
    NOW - HOUR,
    NOW - SECOND,
    NOW,
    NOW + 59 * SECOND,
    NOW + MINUTE,
    NOW + HOUR - SECOND,
    NOW + HOUR,
    NOW + HOUR + SECOND,
]
"""Around those of the forged certificates and lists."""

AFTERNOON = f"""
package assay.appraisal

import rego.v1

warn := []

reject contains {{"rule": "late", "family": "", "message": "after hours"}} if {{
    input.at_ms >= {int((NOW + MINUTE).timestamp() * 1000)}
}}
"""


def nitro() -> tuple[Callable[[], Judge], bytes]:
    chain = forgery.chain_of(forgery.certify("root"))
    file = Collection((Evidence("nitro", forgery.document(chain)),), b"").to_bytes()
    return lambda: Judge([forgery.anchor(chain[0])], [], load_rules()), file


def tdx() -> tuple[Callable[[], Judge], bytes]:
    vendor = intel.intel()
    quote = Evidence("tdx", intel.quote(vendor), intel.collateral(vendor))
    return lambda: Judge([vendor.anchor()], [], load_rules()), Collection((quote,), b"").to_bytes()


def machine() -> tuple[Callable[[], Judge], bytes]:
    whole = Machine()
    return whole.judge, whole.collection().to_bytes()


def said(judge: Judge, file: bytes, at: datetime) -> object:
    try:
        return judge.judge(file, at)
    except EvidenceError as error:
        return error.code


@pytest.mark.parametrize("make", [nitro, tdx, machine])
def test_it_says_the_same_at_every_time(make: Callable[[], tuple[Callable[[], Judge], bytes]]) -> None:
    new_judge, file = make()
    remembering = new_judge()
    remembering.judge(file, NOW)
    fresh = [said(new_judge(), file, at) for at in TIMES]
    assert "evidence_expired" in fresh
    assert [said(remembering, file, at) for at in TIMES] == fresh
    assert [said(remembering, file, at) for at in reversed(TIMES)] == fresh[::-1]


def test_rules_are_asked_anew_for_each_minute() -> None:
    whole = Machine()
    judge, file = Judge(whole.anchors, [], load_rules(AFTERNOON)), whole.collection().to_bytes()
    rejected = [
        bool(judge.judge(file, NOW + minutes * MINUTE).appraisal.rejected) for minutes in (0, 1, 0, 2)
    ]
    assert rejected == [False, True, False, True]


def test_what_is_refused_once_is_not_refused_for_ever() -> None:
    new_judge, file = nitro()
    judge = new_judge()
    assert said(judge, file, NOW + 2 * HOUR) == "evidence_expired"
    assert judge.judge(file, NOW)


def test_its_memory_ends() -> None:
    """It goes on judging when it has seen more files than it keeps in mind."""
    new_judge, first = nitro()
    judge = new_judge()
    files = [first, *(nonce_of(first, bytes([n])) for n in range(REMEMBERED + 1))]
    for file in (*files, *files):
        assert judge.judge(file, NOW).collection == Collection.from_bytes(file)


def nonce_of(file: bytes, nonce: bytes) -> bytes:
    """The same evidence in another file."""
    parts = Collection.from_bytes(file).parts
    return Collection(parts, b"", nonce=nonce).to_bytes()
