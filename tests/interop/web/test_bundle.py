"""The bundle that pages load: what it pins, how it refuses, and its own tests."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

from tests.interop.web import running

from assay.trust.evidence import errors, roots

FAMILIES = {"nitro", "snp"}

BEYOND = {
    "no_claims": "an evidence file has a part, and whatever is read of one is claimed",
    "tcb_outdated": "the vendors of these families have no word for firmware",
    "tcb_refused": "likewise",
    "advisories": "nor do their documents come with advisories",
    "pair_not_listed": "it is about GPUs, which a browser does not read",
    "driver_floor": "likewise",
    "rim_mismatch": "likewise",
    "gpu_alone": "likewise",
    "gpu_twice": "likewise",
}
"""Rules that cannot concern these families, and why: the browser does without them."""

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


def test_it_has_every_rule_that_can_concern_its_families() -> None:
    """A new rule is written in `web/src/evidence/appraisal.ts` too, or it is said here why it need not be."""
    text = (files("assay.trust.evidence.appraisal") / "rules.rego").read_text()
    rules = re.findall(r'^(reject|warn) contains reason\("(\w+)"', text, re.MULTILINE)
    assert BEYOND.keys() <= {name for _, name in rules}
    for verb in ("reject", "warn"):
        concerning = {name for effect, name in rules if effect == verb} - BEYOND.keys()
        assert set(exported(f"Object.keys(evidence.{verb.upper()})")) == concerning
