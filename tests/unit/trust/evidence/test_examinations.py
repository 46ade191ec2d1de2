"""Other examiners are held to these vectors; so is this one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.vectors.examined import Case, outcome
from tests.vectors.make_examinations import FILE

CASES = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_outcome_is_the_expected_one(case: dict[str, Any]) -> None:
    assert outcome(Case.from_json(case)) == case["expect"]


def test_every_level_and_every_line_that_can_fail_is_among_them() -> None:
    expected = [case["expect"] for case in CASES]
    assert {expect["level"] for expect in expected} == {
        "REJECTED",
        "SIGNED-SIMULATED",
        "ATTESTED-WARN",
        "ATTESTED",
    }
    failing = {line for expect in expected for line, status in expect["checks"].items() if status == "failed"}
    assert failing == {"evidence", "appraisal", "binding", "nonce", "validity"}
