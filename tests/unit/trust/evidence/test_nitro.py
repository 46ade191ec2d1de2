from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import cbor2
import pytest
from tests.unit.trust.evidence import real_nitro
from tests.unit.trust.evidence.conftest import Issued
from tests.unit.trust.evidence.forgery import (
    HOUR,
    NOW,
    Party,
    anchor,
    certify,
    chain_of,
    document,
    leaf,
    payload,
)

from assay.trust.evidence import (
    AnchorKind,
    EvidenceExpired,
    EvidenceMalformed,
    EvidenceSimulated,
    EvidenceUntrustedRoot,
    cose,
    nitro,
)

SECOND = timedelta(seconds=1)
ZERO = bytes(48)


def test_a_simulated_document_says_what_went_into_it(simulated: Issued) -> None:
    claims = nitro.verify(simulated.document, [simulated.anchor], NOW)
    assert claims.family == "nitro"
    assert claims.anchor == simulated.anchor
    assert claims.identity.startswith("SIMULATED-")
    assert (claims.bound, claims.nonce, claims.public_key) == (b"u" * 64, b"n" * 32, b"k" * 32)
    assert claims.issued_at == NOW
    assert claims.not_before <= NOW < claims.not_after == NOW + 3 * HOUR
    assert list(claims.measurements) == [f"PCR{index}" for index in range(16)]
    assert claims.measured


def test_a_vendors_document_is_production(vendor_chain: list[Party]) -> None:
    claims = nitro.verify(document(vendor_chain), [anchor(vendor_chain[0])], NOW)
    assert claims.anchor.kind is AnchorKind.PRODUCTION
    assert claims.identity == "i-0123-enc4567"
    assert claims.measurements["PCR2"] == "03" * 48
    assert (claims.bound, claims.nonce, claims.public_key) == (b"", None, None)


@pytest.mark.parametrize("kind", AnchorKind)
def test_the_kind_comes_from_the_anchor_alone(vendor_chain: list[Party], kind: AnchorKind) -> None:
    claims = nitro.verify(document(vendor_chain), [anchor(vendor_chain[0], kind)], NOW)
    assert claims.anchor.kind is kind


class TestRoots:
    def test_no_anchor_no_trust(self, simulated: Issued) -> None:
        with pytest.raises(EvidenceUntrustedRoot):
            nitro.verify(simulated.document, [], NOW)

    def test_another_root_with_the_same_name(self, vendor_chain: list[Party]) -> None:
        impostor = document(chain_of(certify("root")))
        with pytest.raises(EvidenceUntrustedRoot):
            nitro.verify(impostor, [anchor(vendor_chain[0])], NOW)

    def test_an_anchor_of_another_family(self, vendor_chain: list[Party]) -> None:
        with pytest.raises(EvidenceUntrustedRoot):
            nitro.verify(document(vendor_chain), [anchor(vendor_chain[0], family="snp")], NOW)

    def test_a_root_pinned_as_two_kinds(self, vendor_chain: list[Party]) -> None:
        both = [anchor(vendor_chain[0], kind) for kind in (AnchorKind.PRODUCTION, AnchorKind.SIMULATED)]
        with pytest.raises(EvidenceUntrustedRoot, match="two kinds"):
            nitro.verify(document(vendor_chain), both, NOW)

    def test_the_right_one_of_several(self, vendor_chain: list[Party], simulated: Issued) -> None:
        store = [simulated.anchor, anchor(certify("other")), anchor(vendor_chain[0])]
        assert nitro.verify(document(vendor_chain), store, NOW).anchor == store[2]
        assert nitro.verify(simulated.document, store, NOW).anchor == store[0]


class TestSimulatedNeverReadsAsHardware:
    @pytest.mark.parametrize("kind", [AnchorKind.PRODUCTION, AnchorKind.DEBUG])
    def test_a_simulated_document_under_a_hardware_anchor(self, simulated: Issued, kind: AnchorKind) -> None:
        with pytest.raises(EvidenceSimulated):
            nitro.verify(simulated.document, [replace(simulated.anchor, kind=kind)], NOW)

    def test_marked_in_the_module_id(self, vendor_chain: list[Party]) -> None:
        marked = document(vendor_chain, module_id="SIMULATED-i-1")
        with pytest.raises(EvidenceSimulated):
            nitro.verify(marked, [anchor(vendor_chain[0])], NOW)

    @pytest.mark.parametrize("position", range(3))
    def test_marked_in_a_certificate(self, position: int) -> None:
        names = ["root", "region", "leaf"]
        names[position] = "a SIMULATED one"
        root = certify(names[0])
        region = certify(names[1], root)
        marked = document([root, region, leaf(region, names[2])])
        with pytest.raises(EvidenceSimulated):
            nitro.verify(marked, [anchor(root)], NOW)
        assert nitro.verify(marked, [anchor(root, AnchorKind.SIMULATED)], NOW)


class TestTime:
    def test_both_ends_belong_to_the_validity(self, vendor_chain: list[Party]) -> None:
        for at in (NOW - HOUR, NOW + HOUR):
            nitro.verify(document(vendor_chain), [anchor(vendor_chain[0])], at)

    @pytest.mark.parametrize("at", [NOW - HOUR - SECOND, NOW + HOUR + SECOND])
    def test_outside_of_it(self, vendor_chain: list[Party], at: datetime) -> None:
        with pytest.raises(EvidenceExpired):
            nitro.verify(document(vendor_chain), [anchor(vendor_chain[0])], at)

    @pytest.mark.parametrize("position", range(3))
    def test_every_certificate_counts(self, position: int) -> None:
        lifetimes = [(NOW - 9 * HOUR, NOW + 9 * HOUR)] * 3
        lifetimes[position] = (NOW - 2 * HOUR, NOW - SECOND)
        root = certify("root", lifetime=lifetimes[0])
        region = certify("region", root, lifetime=lifetimes[1])
        expired = document([root, region, leaf(region, lifetime=lifetimes[2])])
        with pytest.raises(EvidenceExpired):
            nitro.verify(expired, [anchor(root)], NOW)
        claims = nitro.verify(expired, [anchor(root)], NOW - HOUR)
        assert (claims.not_before, claims.not_after) == (NOW - 2 * HOUR, NOW - SECOND)


class TestMeasured:
    def test_zero_code_registers_measure_nothing(self, vendor_chain: list[Party]) -> None:
        zeroed = document(vendor_chain, pcrs={0: ZERO, 1: ZERO, 2: ZERO, 3: b"\x01" * 48})
        assert not nitro.verify(zeroed, [anchor(vendor_chain[0])], NOW).measured

    @pytest.mark.parametrize("index", range(3))
    def test_one_code_register_is_enough(self, vendor_chain: list[Party], index: int) -> None:
        pcrs = {0: ZERO, 1: ZERO, 2: ZERO} | {index: bytes(47) + b"\x01"}
        assert nitro.verify(document(vendor_chain, pcrs=pcrs), [anchor(vendor_chain[0])], NOW).measured


PCRS: dict[int | str, bytes] = dict.fromkeys(range(3), b"\x01" * 48)
MALFORMED_FIELDS: dict[str, dict[str, object]] = {
    "an unknown field": {"extra": 1},
    "module id empty": {"module_id": ""},
    "module id not text": {"module_id": b"i-1"},
    "module id with an escape": {"module_id": "i-1\x1b[2J"},
    "module id not ASCII": {"module_id": "i-é"},
    "digest unknown": {"digest": "SHA256"},
    "timestamp zero": {"timestamp": 0},
    "timestamp negative": {"timestamp": -1},
    "timestamp beyond the calendar": {"timestamp": 2**63},
    "timestamp text": {"timestamp": "now"},
    "no registers": {"pcrs": {}},
    "registers in a list": {"pcrs": [b"\x01" * 48] * 3},
    "PCR2 missing": {"pcrs": {0: PCRS[0], 1: PCRS[1]}},
    "register 32": {"pcrs": {**PCRS, 32: PCRS[0]}},
    "register named by text": {"pcrs": {**PCRS, "3": PCRS[0]}},
    "register too short": {"pcrs": {**PCRS, 3: b"\x01" * 47}},
    "register of SHA-512": {"pcrs": {**PCRS, 3: b"\x01" * 64}},
    "register not bytes": {"pcrs": {**PCRS, 3: "01" * 24}},
    "no authorities": {"cabundle": []},
    "too many authorities": {"cabundle": [b"\x30"] * 9},
    "authority too long": {"cabundle": [b"\x30" * 1025]},
    "authority empty": {"cabundle": [b""]},
    "authority not a certificate": {"cabundle": [b"\x30\x00"]},
    "leaf empty": {"certificate": b""},
    "leaf null": {"certificate": None},
    "leaf not a certificate": {"certificate": b"\x30\x03\x02\x01\x01"},
    "user data too long": {"user_data": b"u" * 513},
    "user data text": {"user_data": "u"},
    "nonce too long": {"nonce": b"n" * 513},
    "public key too long": {"public_key": b"k" * 1025},
    "public key empty": {"public_key": b""},
}


@pytest.mark.parametrize("changes", MALFORMED_FIELDS.values(), ids=MALFORMED_FIELDS.keys())
def test_a_field_outside_the_format_is_refused(vendor_chain: list[Party], changes: dict[str, object]) -> None:
    with pytest.raises(EvidenceMalformed):
        nitro.verify(document(vendor_chain, **changes), [anchor(vendor_chain[0])], NOW)


def test_the_longest_fields_fit(vendor_chain: list[Party]) -> None:
    full = document(vendor_chain, user_data=b"u" * 512, nonce=b"n" * 512, public_key=b"k" * 1024)
    assert nitro.verify(full, [anchor(vendor_chain[0])], NOW).bound == b"u" * 512


@pytest.mark.parametrize(
    "field", sorted({"module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle"})
)
def test_a_required_field_must_be_there(vendor_chain: list[Party], field: str) -> None:
    fields = {name: value for name, value in payload(vendor_chain).items() if name != field}
    with pytest.raises(EvidenceMalformed):
        nitro.verify(cose.sign1(vendor_chain[-1].key, cbor2.dumps(fields)), [anchor(vendor_chain[0])], NOW)


@pytest.mark.parametrize("field", ["public_key", "user_data", "nonce"])
def test_an_optional_field_may_be_left_out(vendor_chain: list[Party], field: str) -> None:
    fields = {name: value for name, value in payload(vendor_chain).items() if name != field}
    nitro.verify(cose.sign1(vendor_chain[-1].key, cbor2.dumps(fields)), [anchor(vendor_chain[0])], NOW)


def test_a_payload_of_indefinite_length_as_aws_writes_it(vendor_chain: list[Party]) -> None:
    entries = b"".join(cbor2.dumps(k) + cbor2.dumps(v) for k, v in payload(vendor_chain).items())
    written = cose.sign1(vendor_chain[-1].key, b"\xbf" + entries + b"\xff")
    assert nitro.verify(written, [anchor(vendor_chain[0])], NOW).identity == "i-0123-enc4567"


@real_nitro.needed
class TestRealHardware:
    def test_it_verifies_as_of_its_time(self) -> None:
        claims = nitro.verify(real_nitro.document(), [real_nitro.AWS_ROOT_G1], real_nitro.ISSUED)
        assert claims.anchor.kind is AnchorKind.PRODUCTION
        assert claims.identity == "i-0827e799ec9232d44-enc019b55a68bd2ed4b"
        assert claims.measured

    def test_it_has_expired_since(self) -> None:
        with pytest.raises(EvidenceExpired):
            nitro.verify(real_nitro.document(), [real_nitro.AWS_ROOT_G1], real_nitro.ISSUED + 4 * HOUR)

    def test_a_simulated_anchor_does_not_pin_it(self, simulated: Issued) -> None:
        with pytest.raises(EvidenceUntrustedRoot):
            nitro.verify(real_nitro.document(), [simulated.anchor], real_nitro.ISSUED)

    def test_its_padding_is_not_part_of_it(self) -> None:
        with pytest.raises(EvidenceMalformed):
            nitro.verify(real_nitro.padded(), [real_nitro.AWS_ROOT_G1], real_nitro.ISSUED)
