"""Every rule alone: it speaks where it should, and without it the verdict is another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from importlib.resources import files

import pytest
from tests.unit.trust.evidence.appraisal.claimed import CODE, KNOWN, NOW, gpu, snp, tdx

from assay.trust.evidence import AnchorKind, Claims, TrustAnchor
from assay.trust.evidence.appraisal import Appraisal, appraise, load_rules

TEXT = (files("assay.trust.evidence.appraisal") / "rules.rego").read_text()
RULE = re.compile(r'^(?:reject|warn) contains reason\("(\w+)".*?^}\n', re.MULTILINE | re.DOTALL)
NAMES = [rule[1] for rule in RULE.finditer(TEXT)]
REJECTING = {rule[1] for rule in RULE.finditer(TEXT) if rule[0].startswith("reject")}

BROKEN: dict[str, Sequence[Claims]] = {
    "no_claims": [],
    "debug_root": [snp(anchor=TrustAnchor(AnchorKind.DEBUG, "snp", "engineering", "00" * 32))],
    "unlisted_family": [snp(family="sgx")],
    "debug": [snp(debug=True)],
    "zero_measurement": [tdx(measurements={"MRTD": "00" * 48, "MEASUREMENT": CODE}, code=("MRTD",))],
    "unknown_code": [snp(measurements={"MEASUREMENT": "cd" * 48})],
    "vmpl": [snp(attributes={"product": "Milan", "vmpl": 1})],
    "migratable": [tdx(attributes={"MIGRATABLE": True})],
    "tcb_outdated": [tdx(tcb_status="OutOfDate")],
    "tcb_refused": [tdx(tcb_status="Revoked")],
    "advisories": [tdx(advisories=("INTEL-SA-00289", "INTEL-SA-00615"))],
    "tcb_behind": [snp(versions={"reported_snp": 4, "committed_snp": 5})],
    "missing_collateral": [snp(missing=("crl",))],
    "from_the_future": [snp(issued_at=NOW + timedelta(minutes=3))],
    "pair_not_listed": [snp(family="nitro", attributes={}), gpu()],
    "gpu_twice": [snp(), gpu(identity="1"), gpu(identity="1")],
    "driver_floor": [snp(), gpu(versions={"driver": "550.54.14", "vbios": "96.00.9F.00.01"})],
    "rim_mismatch": [snp(), gpu(attributes={"chip": "GH100", "driver_rim": "mismatched"})],
    "gpu_alone": [gpu()],
}


def judge(claims: Sequence[Claims], text: str | None = None) -> Appraisal:
    return appraise(claims, NOW, KNOWN, load_rules(text))


def spoken(appraisal: Appraisal) -> set[str]:
    return {reason.rule for reason in (*appraisal.rejected, *appraisal.warned)}


def without(name: str) -> str:
    return RULE.sub(lambda rule: "" if rule[1] == name else rule[0], TEXT)


def test_every_rule_has_a_case() -> None:
    assert sorted(NAMES) == sorted(BROKEN)
    assert len(NAMES) == len(re.findall(r"^(?:reject|warn) contains", TEXT, re.MULTILINE))


@pytest.mark.parametrize(
    "claims", [[snp()], [tdx()], [snp(), gpu()], [tdx(), gpu(identity="1"), gpu(identity="2")]]
)
def test_nothing_is_said_of_what_is_well(claims: Sequence[Claims]) -> None:
    assert spoken(judge(claims)) == set()


@pytest.mark.parametrize("name", NAMES)
def test_the_rule_alone_speaks_and_without_it_the_verdict_is_another(name: str) -> None:
    with_it, without_it = judge(BROKEN[name]), judge(BROKEN[name], without(name))
    assert spoken(with_it) == {name}
    assert bool(with_it.rejected) == (name in REJECTING)
    assert spoken(without_it) == set()
    assert with_it.policy != without_it.policy


@pytest.mark.parametrize(
    "status", ["SWHardeningNeeded", "ConfigurationNeeded", "OutOfDateConfigurationNeeded"]
)
def test_firmware_with_holes_counts_for_less(status: str) -> None:
    appraisal = judge([tdx(tcb_status=status)])
    assert not appraisal.rejected
    assert [str(reason) for reason in appraisal.warned] == [
        f"the vendor calls its firmware {status} (tcb_outdated)"
    ]


@pytest.mark.parametrize("status", ["", "uptodate", "Splendid"])
def test_a_word_that_nobody_knows_is_no_praise(status: str) -> None:
    assert spoken(judge([tdx(tcb_status=status)])) == {"tcb_refused"}


@pytest.mark.parametrize(
    ("product", "chip", "listed"),
    [
        ("Milan", "GH100", True),
        ("Turin", "GB202", True),
        ("Venice", "GH100", False),
        ("Milan", "GA100", False),
        ("Milan", "", False),
    ],
)
def test_pairs_are_those_of_the_table(product: str, chip: str, listed: bool) -> None:
    attributes = {"chip": chip, "driver_rim": "matched", "vbios_rim": "matched"}
    appraisal = judge(
        [
            snp(attributes={"product": product, "vmpl": 0}),
            gpu(attributes=attributes, versions={"driver": "590.12"}),
        ]
    )
    assert spoken(appraisal) == (set() if listed else {"pair_not_listed"})


def test_a_gpu_without_a_name_is_in_no_table() -> None:
    assert "pair_not_listed" in spoken(judge([snp(), gpu(attributes={})]))


@pytest.mark.parametrize(
    ("driver", "old"), [("550.54.15", False), ("550.54.9", True), ("1000.1", False), ("535", True)]
)
def test_drivers_compare_as_numbers(driver: str, old: bool) -> None:
    assert spoken(judge([snp(), gpu(versions={"driver": driver})])) == ({"driver_floor"} if old else set())


def test_a_driver_that_is_no_number_is_refused() -> None:
    (reason,) = judge([snp(), gpu(versions={"driver": "newest"})]).rejected
    assert reason.rule == "policy_failed"


def test_a_reference_value_matches_whole() -> None:
    both = ({"MEASUREMENT": CODE, "HOST_DATA": "11"},)
    assert spoken(appraise([snp()], NOW, both, load_rules())) == {"unknown_code"}
    assert spoken(appraise([snp()], NOW, ({},), load_rules())) == {"unknown_code"}
    one_of_two = ({"MEASUREMENT": "00"}, {"MEASUREMENT": CODE})
    assert spoken(appraise([snp()], NOW, one_of_two, load_rules())) == set()


def own(reject: str, warn: str) -> str:
    return f"package assay.appraisal\n\nimport rego.v1\n\n{reject}\n\n{warn}\n"


@pytest.mark.parametrize(
    "text",
    [
        "package other\n",
        own("reject := []", ""),
        own("reject := 7", "warn := []"),
        own("reject := {}", "warn := []"),
        own('reject := ""', "warn := []"),
        own("reject := false", "warn := []"),
        own("reject := []", "warn := [1]"),
        own("reject := []", 'warn contains {"rule": "x"}'),
        own("reject := []", 'warn contains {"rule": "x", "family": "snp", "message": 7}'),
        own("reject := [to_number(input.claims[0].family)]", "warn := []"),
    ],
)
def test_rules_that_say_nothing_usable_reject(text: str) -> None:
    (reason,) = judge([snp()], text).rejected
    assert reason.rule == "policy_failed"


def test_rules_of_ones_own_replace_all() -> None:
    assert spoken(judge([snp(debug=True, missing=("crl",))], own("reject := []", "warn := []"))) == set()
