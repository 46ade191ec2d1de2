"""What hardware adds to a receipt, and what it does not: anybody can run code of their own in genuine hardware."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from tests.unit.trust.evidence.forgery import NOW
from tests.unit.trust.evidence.machines import CODE, Machine
from tests.unit.trust.receipts.office import Office

from assay.trust.evidence import collection
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.policy import Policy
from assay.trust.receipts.predicate import EvidenceClaim
from assay.trust.receipts.verify import verify
from assay.trust.verdict import Level


@pytest.fixture(scope="module")
def machine() -> Machine:
    return Machine()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def bundle(office: Office, machine: Machine) -> Bundle:
    """By a node in genuine hardware, at a time at which the machine's certificates hold."""
    whole = machine.collection(key=office.key.public_key)
    file = replace(whole, parts=whole.parts[:1]).to_bytes()
    digest = hashlib.sha256(file).hexdigest()
    statement = office.statement(
        evidence=(EvidenceClaim(collection.TYPE, digest),),
        issued_at=NOW,
        key=office.key.certificate(NOW),
    )
    return office.seal(statement, {digest: file})


@pytest.mark.parametrize(
    ("pinned", "known", "level"),
    [
        (True, True, Level.ATTESTED),
        (False, True, Level.ATTESTED),
        (True, False, Level.ATTESTED_WARN),
        (False, False, Level.UNVERIFIED),
    ],
)
def test_it_counts_by_a_node_or_code_that_is_known(
    office: Office, machine: Machine, bundle: Bundle, pinned: bool, known: bool, level: Level
) -> None:
    policy = Policy(
        nodes=frozenset({office.identity.public_key.hex() if pinned else "11" * 32}),
        anchors=machine.anchors,
        measurements=(CODE,) if known else ({"MEASUREMENT": "00" * 48},),
    )
    verdict = verify(bundle, policy, NOW)
    assert (verdict.level, verdict.failures) == (level, ())
