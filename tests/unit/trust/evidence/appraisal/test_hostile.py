"""Whatever genuine hardware may claim, the rules answer, and no claim talks another's reason to reject away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.trust.evidence.appraisal.claimed import CODE, KNOWN, NOW, gpu, snp, tdx

from assay.trust.evidence import Claims
from assay.trust.evidence.appraisal import appraise, load_rules

WORDS = st.text(max_size=12) | st.sampled_from(
    ["UpToDate", "Revoked", "GH100", "GB202", "Milan", "550.54.15"]
)
NAMES = st.text(max_size=8) | st.sampled_from(
    ["product", "chip", "vmpl", "MIGRATE_MA", "driver_rim", "driver", "reported_snp", "committed_snp"]
)


@st.composite
def claimed(draw: st.DrawFn) -> Claims:
    changes: dict[str, Any] = {
        "debug": draw(st.sampled_from([True, False, None])),
        "tcb_status": draw(st.none() | WORDS),
        "advisories": tuple(draw(st.lists(WORDS, max_size=2))),
        "versions": draw(st.dictionaries(NAMES, WORDS | st.integers(), max_size=4)),
        "attributes": draw(st.dictionaries(NAMES, WORDS | st.integers() | st.booleans(), max_size=4)),
        "missing": tuple(draw(st.lists(WORDS, max_size=2))),
    }
    make: Callable[..., Claims] = draw(st.sampled_from([snp, tdx, gpu]))
    return make(**changes)


@settings(max_examples=150, deadline=None)
@given(st.lists(claimed(), min_size=1, max_size=3))
def test_the_rules_answer_and_debug_is_always_refused(claims: Sequence[Claims]) -> None:
    appraisal = appraise(claims, NOW, KNOWN, load_rules())
    if any(one.debug for one in claims):
        assert {reason.rule for reason in appraisal.rejected} & {"debug", "policy_failed"}


@settings(max_examples=100, deadline=None)
@given(st.lists(claimed(), min_size=1, max_size=2), claimed())
def test_more_evidence_takes_no_reason_to_reject_away(claims: Sequence[Claims], another: Claims) -> None:
    alone = appraise(claims, NOW, KNOWN, load_rules())
    together = appraise([*claims, another], NOW, KNOWN, load_rules())
    refused = {reason.rule for reason in together.rejected}
    assert refused >= {reason.rule for reason in alone.rejected} or refused == {"policy_failed"}


@given(st.dictionaries(st.sampled_from(["MEASUREMENT", "HOST_DATA"]), st.sampled_from([CODE, "00", ""])))
def test_only_a_reference_that_fits_whole_knows_code(registers: dict[str, str]) -> None:
    fits = registers == {"MEASUREMENT": CODE}
    warned = appraise([snp()], NOW, (registers,), load_rules()).warned
    assert [reason.rule for reason in warned] == ([] if fits else ["unknown_code"])
