from __future__ import annotations

import json

import pytest
from tests.unit.trust.evidence.forgery import HOUR, NOW
from tests.unit.trust.evidence.tdx.forgery import (
    FIELDS_1_5,
    FMSPC,
    PCESVN,
    PPID,
    Intel,
    collateral,
    intel,
    members,
    module_identity,
    qe_identity,
    quote,
    tcb_info,
)

from assay.trust.evidence import AnchorKind, Claims, Evidence, families, tdx


def claims_of(document: bytes, given: dict[str, bytes] | None = None) -> Claims:
    vendor = intel()
    return tdx.verify(document, [vendor.anchor()], NOW, collateral(vendor) if given is None else given)


@pytest.fixture(scope="module")
def vendor() -> Intel:
    return intel()


@pytest.mark.parametrize(("version", "body_type"), [(4, 2), (5, 2), (5, 3)])
def test_a_quote_says_what_went_into_it(vendor: Intel, version: int, body_type: int) -> None:
    claims = claims_of(quote(vendor, version=version, body_type=body_type))
    assert (claims.family, claims.anchor, claims.identity) == ("tdx", vendor.anchor(), PPID.hex())
    assert {name: claims.measurements[name] for name in claims.code} == {
        "MRTD": "a2" * 48,
        "RTMR0": "b0" * 48,
        "RTMR1": "b1" * 48,
        "RTMR2": "b2" * 48,
    }
    assert claims.measurements["RTMR3"] == "b3" * 48
    assert claims.measurements["MRSEAM"] == "a1" * 48
    assert [claims.measurements[name] for name in ("MRCONFIGID", "MROWNER", "MROWNERCONFIG")] == [
        "a3" * 48,
        "a4" * 48,
        "a5" * 48,
    ]
    assert claims.bound == b"r" * 64
    assert (claims.nonce, claims.public_key, claims.issued_at, claims.debug) == (None, None, None, False)
    assert (claims.tcb_status, claims.advisories, claims.missing) == ("UpToDate", (), ())
    assert claims.measured
    assert claims.attributes["quote_version"] == version


def test_only_a_report_1_5_has_a_service_domain(vendor: Intel) -> None:
    old, new = claims_of(quote(vendor, version=5)), claims_of(quote(vendor, version=5, body_type=3))
    assert "MRSERVICETD" not in old.measurements
    assert "tee_tcb_svn2" not in old.versions
    assert new.measurements["MRSERVICETD"] == "00" * 48
    assert new.versions["tee_tcb_svn2"] == FIELDS_1_5["tee_tcb_svn2"].hex()


def test_versions_and_attributes_have_the_names_of_the_specification(vendor: Intel) -> None:
    attributes = (1 << 28 | 1 << 30 | 1 << 63).to_bytes(8, "little")
    claims = claims_of(quote(vendor, td_attributes=attributes))
    assert claims.versions == {
        "tee_tcb_svn": "030006" + "00" * 13,
        "cpusvn": "05" * 16,
        "pcesvn": PCESVN,
        "qe_isvsvn": 4,
        "tcb_evaluation_data_number": 18,
        "tcb_date": "2026-01-14T00:00:00Z",
    }
    assert claims.attributes["fmspc"] == FMSPC.hex()
    assert claims.attributes["tee_type"] == "TDX"
    assert claims.attributes["smt_enabled"] is True
    set_bits = {name for name, value in claims.attributes.items() if value is True}
    assert set_bits == {"SEPT_VE_DISABLE", "PKS", "PERFMON", "smt_enabled"}


@pytest.mark.parametrize(
    "status",
    [
        "SWHardeningNeeded",
        "ConfigurationNeeded",
        "ConfigurationAndSWHardeningNeeded",
        "OutOfDate",
        "OutOfDateConfigurationNeeded",
    ],
)
def test_a_state_is_reported_and_not_judged(vendor: Intel, status: str) -> None:
    advisories = ("INTEL-SA-00828", "INTEL-SA-00837")
    claims = claims_of(quote(vendor), collateral(vendor, tcb=tcb_info(status, advisories)))
    assert (claims.tcb_status, claims.advisories) == (status, advisories)


def test_the_module_has_a_state_of_its_own(vendor: Intel) -> None:
    stated = tcb_info(tdxModuleIdentities=[module_identity("OutOfDate", version=1)])
    stated["tcbLevels"][0]["tcb"]["tdxtcbcomponents"] = [{"svn": 0}] * 16  # type: ignore[index]
    document = quote(vendor, tee_tcb_svn=bytes([3, 1]) + bytes(14))
    assert claims_of(document, collateral(vendor, tcb=stated)).tcb_status == "OutOfDate"


def test_the_state_is_the_worse_of_firmware_and_quoting_enclave(vendor: Intel) -> None:
    claims = claims_of(quote(vendor), collateral(vendor, qe=qe_identity("OutOfDate")))
    assert claims.tcb_status == "OutOfDate"


@pytest.mark.parametrize("kind", AnchorKind)
def test_the_kind_comes_from_the_anchor_alone(vendor: Intel, kind: AnchorKind) -> None:
    claims = tdx.verify(quote(vendor), [vendor.anchor(kind)], NOW, collateral(vendor))
    assert claims.anchor.kind is kind


def test_it_is_found_by_its_family(vendor: Intel) -> None:
    evidence = Evidence("tdx", quote(vendor), collateral(vendor))
    assert families.verify(evidence, [vendor.anchor()], NOW).family == "tdx"


def test_the_window_is_that_of_everything_together(vendor: Intel) -> None:
    claims = claims_of(quote(vendor))
    assert claims.not_before == NOW - HOUR
    assert claims.not_after.replace(second=0) == NOW + HOUR - HOUR / 60


def test_zeros_of_the_buffer_may_follow(vendor: Intel) -> None:
    document = quote(vendor)
    assert claims_of(document + bytes(70)) == claims_of(document)


def test_a_cache_may_add_to_the_collateral(vendor: Intel) -> None:
    more = {**members(vendor), "pck_certificate_chain": "counts only in the quote"}
    assert claims_of(quote(vendor), {"collateral": json.dumps(more).encode()}).tcb_status == "UpToDate"
