"""A gateway says who it is, never what it is worth: of a policy that it publishes, only that much is taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from assay.trust.evidence.anchors import AnchorKind, TrustAnchor
from assay.trust.evidence.roots import AWS_NITRO_G1, INTEL_SGX, NVIDIA_RIM, PRODUCTION
from assay.trust.receipts.introduction import RootUnvouched, introduced
from assay.trust.receipts.payee import Payee
from assay.trust.receipts.policy import Policy
from assay.trust.transparency.note import NoteVerifier
from assay.trust.verdict import Level

SIMULATED = TrustAnchor(AnchorKind.SIMULATED, "nitro", "its own", "ab" * 32)
PAYEE = Payee.on("11" * 32, 31337, "0x" + "Ab" * 20)
MET = Policy(
    nodes=frozenset({"11" * 32}),
    payees=(PAYEE,),
    anchors=(SIMULATED,),
    logs=(NoteVerifier("a.log", bytes(32)),),
)


def roots(*anchors: TrustAnchor) -> Policy:
    return Policy(anchors=anchors)


def test_who_it_is_comes_through() -> None:
    assert introduced(MET) == MET


def test_where_others_are_paid_is_not_its_to_say() -> None:
    assert introduced(replace(MET, payees=(PAYEE, replace(PAYEE, node="22" * 32)))) == MET


def test_how_it_is_judged_is_not_its_to_say() -> None:
    lenient = replace(
        MET,
        floor=Level.REJECTED,
        appraisal="package assay.appraisal\n",
        measurements=({"PCR0": "cc" * 48},),
        max_skew=timedelta(days=999),
        nonce="a nonce",
    )
    assert introduced(lenient) == MET


@pytest.mark.parametrize("kind", [AnchorKind.PRODUCTION, AnchorKind.DEBUG])
def test_a_root_of_its_own_is_no_hardware(kind: AnchorKind) -> None:
    with pytest.raises(RootUnvouched, match=f"{kind}; it is no nitro root"):
        introduced(roots(SIMULATED, replace(SIMULATED, kind=kind)))


@pytest.mark.parametrize("anchor", PRODUCTION, ids=lambda anchor: anchor.name)
def test_a_vendors_root_is_what_it_is_pinned_as(anchor: TrustAnchor) -> None:
    renamed = replace(anchor, name="AWS, they say")
    assert introduced(roots(anchor, renamed)).anchors == (anchor,)
    for kind in set(AnchorKind) - {anchor.kind}:
        with pytest.raises(RootUnvouched, match="pinned as production"):
            introduced(roots(replace(anchor, kind=kind)))


@pytest.mark.parametrize("anchor", [INTEL_SGX, NVIDIA_RIM], ids=lambda anchor: anchor.name)
def test_a_vendors_root_of_another_family_is_not_that_vendors(anchor: TrustAnchor) -> None:
    with pytest.raises(RootUnvouched):
        introduced(roots(replace(anchor, family="nitro")))


def test_what_the_verifier_pins_by_hand_counts() -> None:
    engineers = TrustAnchor(AnchorKind.DEBUG, "snp", "engineering parts", "cd" * 32)
    assert introduced(roots(engineers), (engineers,)).anchors == (engineers,)
    with pytest.raises(RootUnvouched, match="pinned as debug"):
        introduced(roots(replace(engineers, kind=AnchorKind.SIMULATED)), (AWS_NITRO_G1, engineers))


@pytest.mark.parametrize("text", ["\x1b[2J", "a root\nroot     641a", "\u202eorp"])
def test_text_that_would_not_show_as_it_is(text: str) -> None:
    for anchor in (replace(SIMULATED, name=text), replace(SIMULATED, family=text)):
        with pytest.raises(RootUnvouched, match="cannot be shown"):
            introduced(roots(anchor))
