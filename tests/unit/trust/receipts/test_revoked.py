"""A receipt by a key that its node has taken back counts where the log held it before, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.trust.receipts.office import NOW, Office

from assay.trust.keys.revocation import Revocation
from assay.trust.receipts.bundle import Bundle
from assay.trust.receipts.policy import Policy
from assay.trust.receipts.verify import verify
from assay.trust.verdict import Level, Verdict


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    directory: Path = tmp_path_factory.mktemp("office")
    return Office.open(directory)


@pytest.fixture(scope="module")
def bundle(office: Office) -> Bundle:
    """Entry 0 of the log."""
    return office.bundle()


def policy(office: Office, size: int, *, key: str | None = None, log: str | None = None) -> Policy:
    revocation = Revocation.issue(
        node=office.identity.public_key.hex(),
        key=key or office.key.public_key.hex(),
        log=log or office.signer.name,
        size=size,
        at=NOW,
        reason="lost",
        sign=office.identity.sign,
    )
    return office.policy(revocations=(revocation,))


def failing(verdict: Verdict) -> set[str]:
    return {check.name for check in verdict.failures}


def test_what_the_log_held_before_still_counts(office: Office, bundle: Bundle) -> None:
    assert verify(bundle, policy(office, size=1), NOW).level is Level.SIGNED_SIMULATED


@pytest.mark.parametrize(
    ("left_out", "size"),
    [({}, 0), ({"proof": None}, 1)],
    ids=["logged after", "no proof of when"],
)
def test_nothing_else_does(office: Office, bundle: Bundle, left_out: dict[str, None], size: int) -> None:
    verdict = verify(replace(bundle, **left_out), policy(office, size), NOW)
    assert (verdict.level, failing(verdict)) == (Level.REJECTED, {"signature"})


def test_another_log_says_nothing_about_when(office: Office, bundle: Bundle) -> None:
    assert failing(verify(bundle, policy(office, size=9, log="example.org/other"), NOW)) == {"signature"}


def test_another_key_was_taken_back(office: Office, bundle: Bundle) -> None:
    assert not verify(bundle, policy(office, size=0, key="22" * 32), NOW).failures
