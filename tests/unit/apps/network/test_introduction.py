"""Coming to believe somebody adds to what was believed, and changes no demand."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assay.apps.network.home import Home
from assay.apps.network.introduction import believe, follow
from assay.errors import ConfigError
from assay.trust.evidence import AnchorKind, TrustAnchor
from assay.trust.evidence.roots import PRODUCTION
from assay.trust.keys.succession import Succession
from assay.trust.receipts.introduction import RootUnvouched
from assay.trust.receipts.payee import Payee
from assay.trust.receipts.policy import Policy
from assay.trust.transparency.note import NoteVerifier
from assay.trust.verdict import Level

ANCHOR = TrustAnchor(AnchorKind.SIMULATED, "nitro", "a root", "ab" * 32)
MET = Policy(
    floor=Level.UNVERIFIED,
    nodes=frozenset({"11" * 32}),
    payees=(Payee.on("11" * 32, 8453, "0x" + "Ab" * 20),),
    anchors=(ANCHOR,),
    measurements=({"PCR0": "cc" * 48},),
    logs=(NoteVerifier("a.log", bytes(32)),),
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def believed(home: Home) -> Policy:
    return Policy.from_bytes(home.trust.read_bytes())


def test_the_first_one(home: Home) -> None:
    believe(home, MET)
    assert believed(home) == replace(MET, floor=Level.SIGNED, measurements=())
    assert stat.S_IMODE(home.trust.stat().st_mode) == 0o600
    assert [path.name for path in home.root.iterdir()] == ["trust.json"]


def test_demands_stay_and_nobody_is_forgotten(home: Home) -> None:
    strict = Policy(
        floor=Level.ATTESTED,
        nodes=frozenset({"22" * 32}),
        measurements=({"PCR0": "dd" * 48},),
        require_inclusion=True,
        max_age=timedelta(hours=1),
    )
    believe(home, strict)
    home.trust.write_text(home.trust.read_text().replace('"SIGNED"', '"ATTESTED"'))
    before = believed(home)
    believe(home, MET)
    believe(home, MET)
    assert believed(home) == replace(
        before, nodes=before.nodes | MET.nodes, payees=MET.payees, anchors=MET.anchors, logs=MET.logs
    )


def test_a_gateway_does_not_vouch_for_its_own_code(home: Home) -> None:
    believe(home, MET)
    assert not believed(home).measurements


@pytest.mark.parametrize("kind", [AnchorKind.PRODUCTION, AnchorKind.DEBUG])
def test_a_gateway_does_not_vouch_for_its_own_root(home: Home, kind: AnchorKind) -> None:
    believe(home, replace(MET, nodes=frozenset({"22" * 32})))
    before = home.trust.read_bytes()
    with pytest.raises(RootUnvouched):
        believe(home, replace(MET, anchors=(replace(ANCHOR, kind=kind, fingerprint="ef" * 32),)))
    assert home.trust.read_bytes() == before


def test_a_vendors_root_is_believed_as_pinned(home: Home) -> None:
    believe(home, replace(MET, anchors=PRODUCTION))
    assert believed(home).anchors == PRODUCTION


def test_a_root_that_is_believed_stays_what_it_is(home: Home) -> None:
    engineers = replace(ANCHOR, kind=AnchorKind.DEBUG)
    home.trust.write_text(json.dumps(Policy(anchors=(engineers,)).to_json()))
    with pytest.raises(RootUnvouched):
        believe(home, MET)
    assert believed(home).anchors == (engineers,)


def test_the_money_follows_a_node_to_its_new_identity(home: Home) -> None:
    believe(home, MET)
    assert follow(home, Succession("11" * 32, "33" * 32, datetime(2026, 11, 24, tzinfo=UTC)))
    (payee,) = believed(home).payees
    assert payee == replace(MET.payees[0], node="33" * 32)


def test_a_damaged_policy_is_not_overwritten(home: Home) -> None:
    home.trust.write_text("{")
    with pytest.raises(ConfigError):
        believe(home, MET)
    assert home.trust.read_text() == "{"
