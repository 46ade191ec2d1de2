"""Every rule broken alone, all else being right."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.unit.trust.evidence.forgery import HOUR, NOW, anchor
from tests.unit.trust.evidence.tdx.forgery import (
    LIFETIME,
    Intel,
    collateral,
    crl,
    instant,
    intel,
    leaf,
    members,
    module_identity,
    party,
    pem,
    platform,
    qe_identity,
    quote,
    sign,
    tcb_info,
)

from assay.trust.evidence import (
    AnchorKind,
    Claims,
    EvidenceChainInvalid,
    EvidenceCollateralMissing,
    EvidenceEngineMissing,
    EvidenceError,
    EvidenceExpired,
    EvidenceMalformed,
    EvidenceRevoked,
    EvidenceSignatureInvalid,
    EvidenceUnprotected,
    EvidenceUntrustedRoot,
    tdx,
)
from assay.trust.evidence.tdx.collateral import MAX_COLLATERAL

SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def vendor() -> Intel:
    return intel()


def verify(vendor: Intel, document: bytes, given: dict[str, bytes], at: datetime = NOW) -> Claims:
    return tdx.verify(document, [vendor.anchor()], at, given)


def refuse(expected: type[EvidenceError], vendor: Intel, document: bytes, given: dict[str, bytes]) -> str:
    with pytest.raises(EvidenceError) as refusal:
        verify(vendor, document, given)
    assert type(refusal.value) is expected
    return refusal.value.message


class TestQuotes:
    def test_of_an_sgx_enclave(self, vendor: Intel) -> None:
        message = refuse(EvidenceMalformed, vendor, quote(vendor, tee_type=0), collateral(vendor))
        assert "SGX" in message

    @pytest.mark.parametrize(
        "changes",
        [
            {"version": 3},
            {"version": 6},
            {"tee_type": 0x82},
            {"key_type": 3},
            {"qe_vendor": bytes(16)},
            {"version": 5, "body_type": 1},
            {"version": 5, "body_type": 4},
            {"version": 5, "body_type": 2, "body_size": 583},
            {"certification_type": 5},
            {"pck_type": 3},
            {"chain": "no certificates"},
        ],
    )
    def test_of_another_make(self, vendor: Intel, changes: dict[str, Any]) -> None:
        refuse(EvidenceMalformed, vendor, quote(vendor, **changes), collateral(vendor))

    def test_with_something_behind(self, vendor: Intel) -> None:
        refuse(EvidenceMalformed, vendor, quote(vendor) + b"\0more", collateral(vendor))

    def test_too_long(self, vendor: Intel) -> None:
        refuse(EvidenceMalformed, vendor, quote(vendor) + bytes(16 * 1024), collateral(vendor))


class TestSignatures:
    def test_a_changed_report(self, vendor: Intel) -> None:
        document = bytearray(quote(vendor))
        document[48 + 520] ^= 1
        refuse(EvidenceSignatureInvalid, vendor, bytes(document), collateral(vendor))

    def test_an_attestation_key_nobody_vouched_for(self, vendor: Intel) -> None:
        """The tail of one quote, from the quoting enclave's report on, behind the key of another."""
        one, another = quote(vendor), quote(vendor)
        refuse(EvidenceSignatureInvalid, vendor, one[:764] + another[764:], collateral(vendor))

    def test_a_report_of_the_quoting_enclave_by_another_platform(self, vendor: Intel) -> None:
        document = quote(replace(vendor, pck=platform(vendor.authority)), chain=pem(*vendor.pck_chain))
        refuse(EvidenceSignatureInvalid, vendor, document, collateral(vendor))

    @pytest.mark.parametrize("name", ["tcb_info", "qe_identity"])
    def test_a_changed_statement(self, vendor: Intel, name: str) -> None:
        given = members(vendor)
        given[name] = f"{given[name]} "
        refuse(EvidenceSignatureInvalid, vendor, quote(vendor), {"collateral": json.dumps(given).encode()})


class TestChains:
    def test_no_anchor_no_trust(self, vendor: Intel) -> None:
        with pytest.raises(EvidenceUntrustedRoot):
            tdx.verify(quote(vendor), [], NOW, collateral(vendor))

    def test_an_anchor_of_another_family(self, vendor: Intel) -> None:
        with pytest.raises(EvidenceUntrustedRoot):
            tdx.verify(quote(vendor), [anchor(vendor.root, family="nitro")], NOW, collateral(vendor))

    def test_a_root_pinned_as_two_kinds(self, vendor: Intel) -> None:
        both = [vendor.anchor(kind) for kind in (AnchorKind.PRODUCTION, AnchorKind.SIMULATED)]
        with pytest.raises(EvidenceUntrustedRoot, match="two kinds"):
            tdx.verify(quote(vendor), both, NOW, collateral(vendor))

    def test_a_platform_under_another_root_than_its_collateral(self, vendor: Intel) -> None:
        root = party("root")
        impostor = replace(vendor, root=root, pck=platform(root))
        refuse(EvidenceChainInvalid, vendor, quote(impostor), collateral(vendor))

    def test_collateral_under_another_root_than_its_platform(self, vendor: Intel) -> None:
        root = party("root")
        impostor = replace(vendor, root=root, signer=leaf("signer", root))
        refuse(EvidenceChainInvalid, vendor, quote(vendor), collateral(impostor))

    def test_a_root_that_signed_nothing_of_it(self, vendor: Intel) -> None:
        """Everything self-made, with the pinned root's certificate put at the end of each chain."""
        root = party("root")
        authority = party("platforms", root)
        impostor = Intel(vendor.root, leaf("signer", root), authority, platform(authority))
        refuse(EvidenceChainInvalid, vendor, quote(impostor), collateral(impostor))

    def test_a_platform_that_an_unrelated_authority_certified(self, vendor: Intel) -> None:
        impostor = replace(vendor, pck=platform(party("platforms", vendor.root)))
        refuse(EvidenceChainInvalid, vendor, quote(impostor), collateral(vendor))

    @pytest.mark.parametrize("name", ["tcb_info", "qe_identity"])
    def test_a_platform_that_states_its_own_state(self, vendor: Intel, name: str) -> None:
        """Its certificate is genuine, its key would sign; only it is not the signer of statements."""
        given = members(vendor, tcb=tcb_info("UpToDate"))
        given[f"{name}_issuer_chain"] = pem(*vendor.pck_chain)
        given[f"{name}_signature"] = sign(vendor.pck, str(given[name]).encode()).hex()
        refuse(EvidenceChainInvalid, vendor, quote(vendor), {"collateral": json.dumps(given).encode()})

    @pytest.mark.parametrize(
        "changes", [{"attributes": 0x13}, {"signer": bytes(32)}, {"isvprodid": 1}], ids=str
    )
    def test_another_quoting_enclave_than_intels(self, vendor: Intel, changes: dict[str, Any]) -> None:
        refuse(EvidenceChainInvalid, vendor, quote(vendor, qe_changes=changes), collateral(vendor))

    def test_collateral_of_another_kind_of_platform(self, vendor: Intel) -> None:
        refuse(EvidenceChainInvalid, vendor, quote(vendor), collateral(vendor, tcb=tcb_info(fmspc="00" * 6)))

    def test_collateral_of_sgx(self, vendor: Intel) -> None:
        refuse(EvidenceChainInvalid, vendor, quote(vendor), collateral(vendor, tcb=tcb_info(id="SGX")))


class TestRevocation:
    @pytest.mark.parametrize("who", ["root", "signer", "authority", "pck"])
    def test_of_anybody_in_the_chains(self, vendor: Intel, who: str) -> None:
        given = collateral(vendor, revoked=[getattr(vendor, who)])
        refuse(EvidenceRevoked, vendor, quote(vendor), given)

    def test_of_the_firmware(self, vendor: Intel) -> None:
        refuse(EvidenceRevoked, vendor, quote(vendor), collateral(vendor, tcb=tcb_info("Revoked")))

    def test_an_empty_list_that_the_authority_did_not_sign(self, vendor: Intel) -> None:
        forged = crl(party("platforms")).hex()
        refuse(EvidenceChainInvalid, vendor, quote(vendor), collateral(vendor, pck_crl=forged))

    def test_one_list_in_the_place_of_the_other(self, vendor: Intel) -> None:
        swapped = crl(vendor.root).hex()
        refuse(EvidenceChainInvalid, vendor, quote(vendor), collateral(vendor, pck_crl=swapped))


ATTRIBUTES = {
    "DEBUG": 0,
    "HGS_PLUS_PROF": 4,
    "PERF_PROF": 5,
    "PMT_PROF": 6,
    "SERVTD_EXT": 17,
    "MIGRATABLE": 29,
    "reserved": 33,
}
MODULE_1_SVN_3 = bytes([3, 1, 6]) + bytes(13)


class TestUnprotected:
    @pytest.mark.parametrize("bit", ATTRIBUTES.values(), ids=ATTRIBUTES.keys())
    def test_a_domain_that_its_host_may_look_into(self, vendor: Intel, bit: int) -> None:
        attributes = (1 << 28 | 1 << bit).to_bytes(8, "little")
        refuse(EvidenceUnprotected, vendor, quote(vendor, td_attributes=attributes), collateral(vendor))

    def test_a_domain_that_can_be_made_to_fault(self, vendor: Intel) -> None:
        refuse(EvidenceUnprotected, vendor, quote(vendor, td_attributes=bytes(8)), collateral(vendor))

    def test_a_domain_that_a_service_domain_may_migrate(self, vendor: Intel) -> None:
        document = quote(vendor, version=5, body_type=3, mr_service_td=b"s" * 48)
        refuse(EvidenceUnprotected, vendor, document, collateral(vendor))

    @pytest.mark.parametrize(
        "fields", [{"tee_tcb_svn": bytes(16)}, {"mr_signer_seam": b"s" * 48}, {"seam_attributes": b"\1" * 8}]
    )
    def test_a_module_that_intel_does_not_list(self, vendor: Intel, fields: dict[str, bytes]) -> None:
        refuse(EvidenceUnprotected, vendor, quote(vendor, **fields), collateral(vendor))

    @pytest.mark.parametrize("listed", [{"version": 2}, {"version": 1, "isvsvn": 4}], ids=str)
    def test_a_version_of_the_module_that_intel_does_not_list(
        self, vendor: Intel, listed: dict[str, int]
    ) -> None:
        levels = tcb_info()["tcbLevels"]
        levels[0]["tcb"]["tdxtcbcomponents"] = [{"svn": 0}] * 16  # type: ignore[index]
        tcb = tcb_info(tdxModuleIdentities=[module_identity(**listed)], tcbLevels=levels)  # type: ignore[arg-type]
        document = quote(vendor, tee_tcb_svn=MODULE_1_SVN_3)
        message = refuse(EvidenceUnprotected, vendor, document, collateral(vendor, tcb=tcb))
        assert "TDX module" in message

    def test_a_quoting_enclave_older_than_any_intel_lists(self, vendor: Intel) -> None:
        refuse(EvidenceUnprotected, vendor, quote(vendor, qe_changes={"isvsvn": 3}), collateral(vendor))


LATE = (LIFETIME[0], NOW)
EARLY = (NOW, LIFETIME[1])

Dated = Callable[[Intel, tuple[datetime, datetime]], tuple[Intel, dict[str, Any]]]


def _stated(lifetime: tuple[datetime, datetime]) -> dict[str, object]:
    return {"issueDate": instant(lifetime[0]), "nextUpdate": instant(lifetime[1])}


DATED: dict[str, Dated] = {
    "tcb_info": lambda vendor, lifetime: (vendor, {"tcb": tcb_info(**_stated(lifetime))}),
    "qe_identity": lambda vendor, lifetime: (vendor, {"qe": qe_identity(**_stated(lifetime))}),
    "crls": lambda vendor, lifetime: (vendor, {"crl_lifetime": lifetime}),
    "signer": lambda vendor, lifetime: (
        replace(vendor, signer=leaf("signer", vendor.root, lifetime=lifetime)),
        {},
    ),
    "pck": lambda vendor, lifetime: (
        replace(vendor, pck=platform(vendor.authority, lifetime=lifetime)),
        {},
    ),
}


@pytest.mark.parametrize("dated", DATED.values(), ids=DATED.keys())
class TestTime:
    def test_nothing_holds_beyond_its_end(self, vendor: Intel, dated: Dated) -> None:
        maker, changes = dated(vendor, LATE)
        document, given = quote(maker), collateral(maker, **changes)
        last = verify(maker, document, given, NOW - 2 * SECOND).not_after
        assert last in (NOW, NOW - SECOND)
        verify(maker, document, given, last)
        with pytest.raises(EvidenceExpired):
            verify(maker, document, given, last + SECOND / 1000)

    def test_nothing_holds_before_its_beginning(self, vendor: Intel, dated: Dated) -> None:
        maker, changes = dated(vendor, EARLY)
        document, given = quote(maker), collateral(maker, **changes)
        assert verify(maker, document, given, NOW).not_before == NOW
        with pytest.raises(EvidenceExpired):
            verify(maker, document, given, NOW - SECOND / 1000)


def test_a_time_before_all_times(vendor: Intel) -> None:
    with pytest.raises(EvidenceExpired):
        verify(vendor, quote(vendor), collateral(vendor), NOW - 600_000 * HOUR)


class TestCollateral:
    def test_that_is_not_there(self, vendor: Intel) -> None:
        refuse(EvidenceCollateralMissing, vendor, quote(vendor), {})

    def test_under_another_name(self, vendor: Intel) -> None:
        given = {"tcb": collateral(vendor)["collateral"]}
        refuse(EvidenceMalformed, vendor, quote(vendor), given)

    @pytest.mark.parametrize(
        "changes",
        [
            {"tcb_info": "{"},
            {"tcb_info": "[]"},
            {"tcb_info": "{}"},
            {"tcb_info": json.dumps(tcb_info(nextUpdate="2026-03-01T13:00:00"))},
            {"tcb_info": json.dumps(tcb_info(issueDate=5))},
            {"tcb_info": json.dumps(tcb_info("Splendid"))},
            {"tcb_info_signature": "zz"},
            {"tcb_info_issuer_chain": ""},
            {"pck_crl": "00"},
            {"pck_crl": None},
            {"qe_identity": 1},
        ],
        ids=str,
    )
    def test_that_cannot_be_read(self, vendor: Intel, changes: dict[str, Any]) -> None:
        refuse(EvidenceMalformed, vendor, quote(vendor), collateral(vendor, **changes))

    def test_that_is_too_long(self, vendor: Intel) -> None:
        given = {"collateral": collateral(vendor)["collateral"].ljust(MAX_COLLATERAL + 1)}
        refuse(EvidenceMalformed, vendor, quote(vendor), given)

    @pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff"], ids=len)
    def test_that_is_something_else(self, vendor: Intel, data: bytes) -> None:
        refuse(EvidenceMalformed, vendor, quote(vendor), {"collateral": data})


def test_without_its_engine(vendor: Intel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dcap_qvl", None)
    with pytest.raises(EvidenceEngineMissing, match=r"pip install assay\[tdx\]"):
        verify(vendor, quote(vendor), collateral(vendor))
