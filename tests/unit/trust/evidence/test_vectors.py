"""Other implementations are held to these vectors; so is this one."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

import pytest
from tests.vectors.make_evidence import FILE, judge

from assay.trust.evidence import Evidence, TrustAnchor

CASES = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_outcome_is_the_expected_one(case: dict[str, Any]) -> None:
    collateral = {name: base64.b64decode(content) for name, content in case["collateral"].items()}
    evidence = Evidence(case["family"], base64.b64decode(case["document"]), collateral)
    anchors = [TrustAnchor.from_json(anchor) for anchor in case["anchors"]]
    assert judge(evidence, anchors, datetime.fromisoformat(case["at"])) == case["expect"]


def test_every_kind_of_refusal_is_among_them() -> None:
    assert {case["expect"].get("error") for case in CASES} == {
        None,
        "evidence_chain",
        "evidence_collateral_missing",
        "evidence_expired",
        "evidence_malformed",
        "evidence_revoked",
        "evidence_signature",
        "evidence_simulated",
        "evidence_untrusted_root",
    }
