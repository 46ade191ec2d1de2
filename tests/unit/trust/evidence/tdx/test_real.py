"""A quote of real hardware, with the collateral of its time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.trust.evidence.tdx import real_tdx
from tests.unit.trust.evidence.tdx.forgery import intel

from assay.trust.evidence import (
    AnchorKind,
    Claims,
    EvidenceCollateralMissing,
    EvidenceError,
    EvidenceExpired,
    EvidenceUntrustedRoot,
    tdx,
)
from assay.trust.evidence.roots import INTEL_SGX, PRODUCTION

pytestmark = real_tdx.needed

SECOND = timedelta(seconds=1)


def verify(document: bytes, at: datetime = real_tdx.AT) -> Claims:
    return tdx.verify(document, PRODUCTION, at, real_tdx.collateral())


def test_a_real_quote() -> None:
    claims = verify(real_tdx.document())
    assert claims.anchor == INTEL_SGX
    assert claims.anchor.kind is AnchorKind.PRODUCTION
    assert (claims.tcb_status, claims.advisories, claims.debug) == ("UpToDate", (), False)
    assert claims.measurements["MRTD"].startswith("91eb2b44d141d4ec")
    assert claims.measurements["RTMR3"] == "00" * 48
    assert claims.bound.hex().startswith("9a9d48e7f6799642")
    assert claims.attributes["fmspc"] == "b0c06f000000"
    assert (claims.not_before, claims.not_after) == (real_tdx.FROM, real_tdx.UNTIL)


@pytest.mark.parametrize("at", [real_tdx.FROM, real_tdx.UNTIL])
def test_it_holds_from_the_first_second_to_the_last(at: datetime) -> None:
    assert verify(real_tdx.document(), at).tcb_status == "UpToDate"


@pytest.mark.parametrize(
    "at", [real_tdx.FROM - SECOND, real_tdx.UNTIL + SECOND, datetime(2026, 11, 24, tzinfo=UTC)]
)
def test_it_holds_at_no_other_time(at: datetime) -> None:
    with pytest.raises(EvidenceExpired):
        verify(real_tdx.document(), at)


def test_a_simulated_root_does_not_vouch_for_it() -> None:
    with pytest.raises(EvidenceUntrustedRoot):
        tdx.verify(
            real_tdx.document(), [intel().anchor(AnchorKind.SIMULATED)], real_tdx.AT, real_tdx.collateral()
        )


def test_alone_it_says_nothing() -> None:
    with pytest.raises(EvidenceCollateralMissing):
        tdx.verify(real_tdx.document(), PRODUCTION, real_tdx.AT)


def flip(positions: range) -> None:
    original, collateral = real_tdx.document(), real_tdx.collateral()
    claims = tdx.verify(original, PRODUCTION, real_tdx.AT, collateral)
    for position in positions:
        changed = bytearray(original)
        changed[position] ^= 1 << position % 8
        try:
            assert tdx.verify(bytes(changed), PRODUCTION, real_tdx.AT, collateral) == claims, position
        except EvidenceError:
            continue
        assert position >= 48 + 584, "a signed byte was changed and nobody noticed"


def test_no_changed_byte_says_anything_else() -> None:
    flip(range(0, len(real_tdx.document()), 13))


@pytest.mark.slow
def test_no_changed_byte_at_all_says_anything_else() -> None:
    flip(range(len(real_tdx.document())))
