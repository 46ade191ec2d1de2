"""What an examination says, line by line: the attacks by name, and evidence that is well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.trust.evidence.conftest import Issued
from tests.unit.trust.evidence.forgery import HOUR, NOW
from tests.unit.trust.evidence.machines import KEY, Machine
from tests.unit.trust.evidence.nvidia import gpus

from assay.trust.evidence import AnchorKind, Evidence, roots
from assay.trust.evidence.appraisal import load_rules
from assay.trust.evidence.collection import Collection, challenge
from assay.trust.evidence.examination import Examination, examine
from assay.trust.evidence.judge import Judge
from assay.trust.verdict import Level

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def machine() -> Machine:
    return Machine()


def failing(examined: Examination) -> set[str]:
    return {check.name for check in examined.verdict.failures}


def test_a_machine_that_is_well(machine: Machine) -> None:
    examined = examine(machine.judge(), machine.collection(nonce=b"n").to_bytes(), NOW, key=KEY, nonce=b"n")
    assert failing(examined) == set()
    # NVIDIA's manifests of driver and VBIOS are not there.
    assert examined.verdict.level is Level.ATTESTED_WARN
    assert "driver_rim" in examined.appraisal.detail
    assert [check.name for check in examined.verdict.checks] == [
        "evidence",
        "appraisal",
        "binding",
        "nonce",
        "validity",
    ]


def test_nothing_to_object_to_a_processor_alone(machine: Machine) -> None:
    collection = machine.collection()
    alone = replace(collection, parts=collection.parts[:1])
    assert examine(machine.judge(), alone.to_bytes(), NOW, key=KEY).verdict.level is Level.ATTESTED


def test_gpu_evidence_of_another_machine(machine: Machine) -> None:
    """Both are genuine, and each says the truth; together they say something false."""
    mine, other = machine.collection(), machine.collection(key=b"o" * 32)
    borrowed = replace(mine, parts=(mine.parts[0], other.parts[1]))
    examined = examine(machine.judge(), borrowed.to_bytes(), NOW, key=KEY)
    assert failing(examined) == {"evidence"}
    assert "challenge" in examined.evidence.detail


def test_a_replayed_nonce(machine: Machine) -> None:
    recorded = machine.collection(nonce=b"yesterday's")
    assert failing(examine(machine.judge(), recorded.to_bytes(), NOW, key=KEY, nonce=b"today's")) == {"nonce"}


def test_a_replay_that_claims_the_new_nonce(machine: Machine) -> None:
    recorded = replace(machine.collection(nonce=b"yesterday's"), nonce=b"today's")
    assert failing(examine(machine.judge(), recorded.to_bytes(), NOW, key=KEY, nonce=b"today's")) == {
        "binding"
    }


def test_a_key_that_is_not_bound(machine: Machine) -> None:
    stolen = replace(machine.collection(), key=b"thief's key, thirty-two bytes ok")
    assert failing(examine(machine.judge(), stolen.to_bytes(), NOW)) == {"binding"}


def test_a_key_other_than_the_one_asked_about(machine: Machine) -> None:
    assert failing(examine(machine.judge(), machine.collection().to_bytes(), NOW, key=b"x" * 32)) == {
        "binding"
    }


def test_a_channel_key_that_is_not_bound(machine: Machine) -> None:
    added = replace(machine.collection(), channel_keys=(b"a TLS key",))
    assert failing(examine(machine.judge(), added.to_bytes(), NOW, key=KEY)) == {"binding"}


def test_expired_now_and_fine_as_of_its_time(simulated: Issued) -> None:
    file = Collection((Evidence("nitro", simulated.document),), b"").to_bytes()
    judge = Judge([simulated.anchor], [], load_rules())
    now = examine(judge, file, NOW + 24 * HOUR)
    assert failing(now) == {"validity"}
    assert now.verdict.level is Level.REJECTED
    assert examine(judge, file, NOW + HOUR).verdict.level is Level.SIGNED_SIMULATED
    assert failing(examine(judge, file, NOW + 24 * HOUR)) == {"validity"}


def test_expired_within_the_minute_in_which_it_was_fine(machine: Machine) -> None:
    """What a judge remembers of a minute never outlives a certificate."""
    judge, file = machine.judge(), machine.collection().to_bytes()
    judgement = judge.judge(file, NOW)
    last = judgement.validity.not_after
    assert examine(judge, file, last).verdict.level is Level.ATTESTED_WARN
    assert failing(examine(judge, file, last + timedelta(microseconds=1))) == {"validity"}


def test_debug_is_genuine_and_refused(machine: Machine) -> None:
    examined = examine(machine.judge(), machine.collection(policy=0xB001F).to_bytes(), NOW, key=KEY)
    assert failing(examined) == {"appraisal"}
    assert "(debug)" in examined.appraisal.detail


def test_simulated_evidence_under_production_roots(simulated: Issued) -> None:
    file = Collection((Evidence("nitro", simulated.document),), b"").to_bytes()
    examined = examine(Judge(roots.PRODUCTION, [], load_rules()), file, NOW)
    assert failing(examined) == {"evidence"}
    assert examined.verdict.level is Level.REJECTED


@pytest.mark.parametrize("part", ["processor", "gpu"])
def test_one_simulated_part_makes_all_of_it_simulated(machine: Machine, part: str) -> None:
    processor, gpu = machine.anchors
    if part == "processor":
        processor = replace(processor, kind=AnchorKind.SIMULATED)
    else:
        gpu = replace(gpu, kind=AnchorKind.SIMULATED)
    judge = Judge([processor, gpu], [], load_rules())
    examined = examine(judge, machine.collection().to_bytes(), NOW, key=KEY)
    assert examined.verdict.level is Level.SIGNED_SIMULATED
    assert "SIMULATED" in examined.evidence.detail


def test_no_rules_of_ones_own_raise_the_simulated(simulated: Issued) -> None:
    nothing = "package assay.appraisal\n\nimport rego.v1\n\nreject := []\n\nwarn := []\n"
    file = Collection((Evidence("nitro", simulated.document),), b"").to_bytes()
    judge = Judge([simulated.anchor], [], load_rules(nothing))
    assert examine(judge, file, NOW).verdict.level is Level.SIGNED_SIMULATED


@pytest.mark.parametrize(
    ("challenge_", "check"),
    [(lambda machine: b"r" * 64, None), (lambda machine: b"r" * 63, "nonce"), (lambda machine: b"", "nonce")],
)
def test_a_bare_document_is_for_no_key(
    machine: Machine, challenge_: Callable[[Machine], bytes], check: str | None
) -> None:
    file = Collection((machine.processor(b"r" * 64),), b"").to_bytes()
    examined = examine(machine.judge(), file, NOW, nonce=challenge_(machine))
    assert failing(examined) == ({check} if check else set())


def test_a_bare_document_vouches_for_nobody_who_asks(machine: Machine) -> None:
    """Else anybody could back a key of his own by a stranger's document."""
    file = replace(machine.collection(), key=b"").to_bytes()
    assert failing(examine(machine.judge(), file, NOW, key=KEY)) == {"binding"}


def test_the_order_of_parts_matters(machine: Machine) -> None:
    collection = machine.collection()
    turned = replace(collection, parts=tuple(reversed(collection.parts)))
    assert failing(examine(machine.judge(), turned.to_bytes(), NOW, key=KEY)) == {"evidence"}


def test_two_gpus_each_answer(machine: Machine) -> None:
    collection = machine.collection()
    asked, leaf = challenge(collection.parts[0].document), gpus.gpu_leaf(machine.gpu[-2])
    both = replace(collection, parts=(*collection.parts, machine.accelerator(asked, leaf)))
    assert failing(examine(machine.judge(), both.to_bytes(), NOW, key=KEY)) == set()
    twice = replace(collection, parts=(*collection.parts, machine.accelerator(asked)))
    assert failing(examine(machine.judge(), twice.to_bytes(), NOW, key=KEY)) == {"appraisal"}
    stale = replace(collection, parts=(*collection.parts, machine.accelerator(bytes(32))))
    assert failing(examine(machine.judge(), stale.to_bytes(), NOW, key=KEY)) == {"evidence"}
