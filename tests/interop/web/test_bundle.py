"""The bundle that pages load: what it pins, how it refuses, and its own tests."""

from __future__ import annotations

import json
from typing import Any

from tests.interop.web import running

from assay.trust.evidence import errors, roots

FAMILIES = {"nitro", "snp"}

pytestmark = running.needed


def test_its_own_tests_pass() -> None:
    running.node(
        "--test", *(str(file) for file in sorted((running.WEB / "dist" / "tests").glob("*.test.js")))
    )


def exported(expression: str) -> Any:
    """The value of a JavaScript ``expression`` over the bundle ``evidence``."""
    program = f"import * as evidence from './dist/evidence.js'; console.log(JSON.stringify({expression}))"
    return json.loads(running.node("--input-type=module", "--eval", program))


def test_it_pins_the_same_roots() -> None:
    assert exported("evidence.PRODUCTION") == [
        anchor.to_json() for anchor in roots.PRODUCTION if anchor.family in FAMILIES
    ]


def test_its_codes_are_known_ones() -> None:
    refusals = "Object.values(evidence).filter((one) => one.prototype instanceof evidence.EvidenceError)"
    codes = exported(f"{refusals}.map((Refusal) => new Refusal().code)")
    assert len(codes) == len(set(codes)) > 0
    assert set(codes) <= {error.code for error in errors.EvidenceError.__subclasses__()}
