"""Reference manifests: what they say of a GPU, and every way in which one is not to be believed."""

from __future__ import annotations

import re
import sys
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.trust.evidence.forgery import HOUR, NOW, certify, leaf
from tests.unit.trust.evidence.nvidia.gpus import MEASUREMENTS, OPAQUE, Gpu, report
from tests.unit.trust.evidence.nvidia.manifests import (
    DRIVER_GOLDEN,
    HASH,
    SWID,
    VBIOS_GOLDEN,
    Office,
    office,
    resource,
    tag,
)

from assay.trust.evidence import (
    AnchorKind,
    Claims,
    EvidenceChainInvalid,
    EvidenceEngineMissing,
    EvidenceError,
    EvidenceExpired,
    EvidenceMalformed,
    EvidenceSignatureInvalid,
    EvidenceUntrustedRoot,
    nvidia,
)
from assay.trust.evidence.nvidia import xmldsig


def judge(gpu: Gpu, office: Office, manifest: bytes, document: bytes | None = None) -> Claims:
    return gpu.verify(document, {"driver_rim": manifest}, [office.anchor])


def differs(claims: Claims) -> object:
    assert claims.attributes["driver_rim"] == "mismatched"
    return claims.attributes["driver_rim_differs"]


class TestComparison:
    def test_a_gpu_as_nvidia_released_it(self, gpu: Gpu, nvidia_office: Office) -> None:
        manifests = {"driver_rim": nvidia_office.driver(), "vbios_rim": nvidia_office.vbios()}
        claims = gpu.verify(extra=manifests, more_anchors=[nvidia_office.anchor])
        assert (claims.attributes["driver_rim"], claims.attributes["vbios_rim"]) == ("matched", "matched")
        assert not {name for name in claims.attributes if name.endswith("differs")}
        assert claims.missing == ()

    def test_one_of_the_two(self, gpu: Gpu, nvidia_office: Office) -> None:
        claims = judge(gpu, nvidia_office, nvidia_office.driver())
        assert claims.missing == ("vbios_rim",)
        assert "vbios_rim" not in claims.attributes

    def test_other_code(self, gpu: Gpu, nvidia_office: Office) -> None:
        changed = report(gpu.chain, measurements={**MEASUREMENTS, 32: b"\xee" * 48, 64: b"\xff" * 48})
        claims = judge(gpu, nvidia_office, nvidia_office.driver(), changed)
        assert differs(claims) == "MEASUREMENT32 MEASUREMENT64"

    def test_any_alternative_will_do(self, gpu: Gpu, nvidia_office: Office) -> None:
        first = report(gpu.chain, measurements={**MEASUREMENTS, 32: bytes(48)})
        claims = judge(gpu, nvidia_office, nvidia_office.driver(), first)
        assert claims.attributes["driver_rim"] == "matched"

    def test_a_measurement_that_is_not_there(self, gpu: Gpu, nvidia_office: Office) -> None:
        fewer = report(gpu.chain, measurements={index: MEASUREMENTS[index] for index in range(1, 64)})
        assert differs(judge(gpu, nvidia_office, nvidia_office.driver(), fewer)) == "MEASUREMENT64"

    def test_what_is_not_active_is_not_compared(self, gpu: Gpu, nvidia_office: Office) -> None:
        active = nvidia_office.driver(extra=resource(40, ["00" * 48]))
        assert differs(judge(gpu, nvidia_office, active)) == "MEASUREMENT41"

    @pytest.mark.parametrize(("status", "said"), [(b"\x55", "matched"), (b"\xaa", "mismatched")])
    def test_a_video_decoder_that_is_off_may_run_anything(
        self, gpu: Gpu, nvidia_office: Office, status: bytes, said: str
    ) -> None:
        document = report(gpu.chain, {**OPAQUE, 11: status}, {**MEASUREMENTS, 36: b"\xee" * 48})
        assert judge(gpu, nvidia_office, nvidia_office.driver(), document).attributes["driver_rim"] == said

    def test_another_release(self, gpu: Gpu, nvidia_office: Office) -> None:
        assert differs(judge(gpu, nvidia_office, nvidia_office.driver(version="550.90.08"))) == "version"

    def test_the_manifest_of_the_other_part(self, gpu: Gpu, nvidia_office: Office) -> None:
        assert differs(judge(gpu, nvidia_office, nvidia_office.vbios())) == "version"

    def test_another_chip(self, gpu: Gpu, nvidia_office: Office) -> None:
        assert differs(judge(gpu, nvidia_office, nvidia_office.driver(product="GB100"))) == "product"

    def test_a_vbios_version_has_no_case(self, gpu: Gpu, nvidia_office: Office) -> None:
        manifest = nvidia_office.vbios(version="96.00.9f.00.01")
        claims = gpu.verify(extra={"vbios_rim": manifest}, more_anchors=[nvidia_office.anchor])
        assert claims.attributes["vbios_rim"] == "matched"


class TestTrust:
    def test_no_anchor_for_manifests(self, gpu: Gpu, nvidia_office: Office) -> None:
        with pytest.raises(EvidenceUntrustedRoot):
            gpu.verify(extra={"driver_rim": nvidia_office.driver()})

    def test_the_root_of_devices_signs_no_manifest(self, gpu: Gpu) -> None:
        with pytest.raises(EvidenceUntrustedRoot):
            gpu.verify(extra={"driver_rim": Office(gpu.chain).driver()})

    def test_another_root_with_the_same_name(self, gpu: Gpu, nvidia_office: Office) -> None:
        with pytest.raises(EvidenceUntrustedRoot):
            judge(gpu, nvidia_office, office().driver())

    def test_a_simulated_manifest_vouches_for_no_hardware(self, gpu: Gpu, nvidia_office: Office) -> None:
        with pytest.raises(EvidenceUntrustedRoot):
            gpu.verify(
                extra={"driver_rim": nvidia_office.driver()},
                more_anchors=[nvidia_office.pinned(AnchorKind.SIMULATED)],
            )

    def test_a_signer_from_another_chain(self, gpu: Gpu, nvidia_office: Office) -> None:
        *above, reference = nvidia_office.chain[:-1]
        forger = Office([*above, reference, leaf(reference, signed_by=certify("Reference Value GH100 CA"))])
        with pytest.raises(EvidenceChainInvalid):
            judge(gpu, nvidia_office, forger.driver())

    def test_a_signer_on_another_curve(self, gpu: Gpu) -> None:
        weak = office(ec.SECP256R1())
        with pytest.raises(EvidenceChainInvalid):
            judge(gpu, weak, weak.driver())

    def test_a_manifest_limits_the_time_of_the_claims(self, gpu: Gpu, nvidia_office: Office) -> None:
        *above, reference = nvidia_office.chain[:-1]
        brief = Office([*above, reference, leaf(reference, lifetime=(NOW - HOUR / 2, NOW + HOUR / 2))])
        manifest = brief.driver()
        claims = judge(gpu, nvidia_office, manifest)
        assert (claims.not_before, claims.not_after) == (NOW - HOUR / 2, NOW + HOUR / 2)
        later = NOW + HOUR / 2 + timedelta(seconds=1)
        with pytest.raises(EvidenceExpired):
            gpu.verify(extra={"driver_rim": manifest}, more_anchors=[nvidia_office.anchor], at=later)


class TestSignature:
    def test_none(self, gpu: Gpu, nvidia_office: Office) -> None:
        with pytest.raises(EvidenceSignatureInvalid):
            judge(gpu, nvidia_office, tag())

    def test_changed_after_it_was_signed(self, gpu: Gpu, nvidia_office: Office) -> None:
        changed = nvidia_office.driver(version="550.90.08").replace(b"550.90.08", b"550.90.07")
        with pytest.raises(EvidenceSignatureInvalid):
            judge(gpu, nvidia_office, changed)

    def test_two(self, gpu: Gpu, nvidia_office: Office) -> None:
        once = nvidia_office.driver()
        found = re.search(rb"<ds:Signature.*</ds:Signature>", once, re.DOTALL)
        assert found
        with pytest.raises(EvidenceSignatureInvalid):
            judge(gpu, nvidia_office, once.replace(found[0], 2 * found[0]))

    def test_wrapped_in_another_manifest(self, gpu: Gpu, nvidia_office: Office) -> None:
        """The good one sits inside a forged one, where its signature finds it and a careless reader does not."""
        good = nvidia_office.driver(version="550.90.08")
        signature = re.search(rb"<ds:Signature.*</ds:Signature>", good, re.DOTALL)
        assert signature
        inside = good.replace(signature[0], b"")
        for moved in (good, inside + signature[0]):
            with pytest.raises(EvidenceSignatureInvalid):
                judge(gpu, nvidia_office, tag(extra=moved.decode()))
            with pytest.raises(EvidenceSignatureInvalid):
                judge(
                    gpu, nvidia_office, tag().replace(b"</SoftwareIdentity>", moved + b"</SoftwareIdentity>")
                )

    def test_over_a_part_only(self, gpu: Gpu, nvidia_office: Office) -> None:
        """NVIDIA's key signed an inner element; around it stands whatever an attacker likes."""
        inner = tag().replace(b"<SoftwareIdentity ", b'<SoftwareIdentity Id="x" ')
        part = nvidia_office.sign(b"<Outer>" + inner + b"</Outer>", uri="#x")
        with pytest.raises(EvidenceSignatureInvalid, match="all of it"):
            judge(gpu, nvidia_office, part)

    @pytest.mark.parametrize(
        "weaker", [{"digest_algorithm": "sha256"}, {"signature_algorithm": "ecdsa-sha256"}]
    )
    def test_weaker_hashes(self, gpu: Gpu, nvidia_office: Office, weaker: dict[str, str]) -> None:
        with pytest.raises(EvidenceError):
            judge(gpu, nvidia_office, nvidia_office.sign(tag(), **weaker))

    def test_with_no_certificates(self, gpu: Gpu, nvidia_office: Office) -> None:
        bare = re.sub(rb"<ds:X509Data>.*</ds:X509Data>", b"", nvidia_office.driver(), flags=re.DOTALL)
        with pytest.raises(EvidenceMalformed):
            judge(gpu, nvidia_office, bare)


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (97 + i, b"&%c;" % (96 + i) * 10) for i in range(1, 10))
    + b"]>"
)
UNREADABLE = {
    "nothing": b"",
    "not XML": b"\x30\x82\x00\x00",
    "entities that grow": BOMB + tag().replace(b"GH100", b"&j;"),
    "entities that grow, in UTF-16": (BOMB + tag().replace(b"GH100", b"&j;")).decode().encode("utf-16"),
    "an external entity": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    "nested without end": b"<x>" * 20_000,
    "too much": b"<x>" + b" " * xmldsig.MAX_XML + b"</x>",
    "an encoding nobody has": b'<?xml version="1.0" encoding="none"?><x>',
}


@pytest.mark.parametrize("manifest", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_xml_that_is_not_read(gpu: Gpu, nvidia_office: Office, manifest: bytes) -> None:
    with pytest.raises(EvidenceMalformed):
        judge(gpu, nvidia_office, manifest)


NO_MANIFEST = {
    "another element": tag(name="SoftwareMeta"),
    "another namespace": tag().replace(SWID.encode(), b"urn:x"),
    "no active measurement": tag(golden={}),
    "one measurement twice": tag(extra=resource(31, ["00" * 48])),
    "no values": tag(extra=resource(41, [])),
    "an empty value": tag(extra=resource(41, [""])),
    "fewer values than announced": tag(
        extra=resource(41, ["00"]).replace('alternatives="1"', 'alternatives="2"')
    ),
    "an index in words": tag(extra=resource(41, ["00"]).replace('index="41"', 'index="one"')),
    "no version": tag(version=""),
    "no product": tag(product=""),
    "another hash": tag().replace(HASH.encode(), b"urn:x"),
    "two versions": tag().replace(
        b"  <s:Payload>", b'<s:Meta colloquialVersion="1" product="GH100"/><s:Payload>'
    ),
}


@pytest.mark.parametrize("unsigned", NO_MANIFEST.values(), ids=NO_MANIFEST.keys())
def test_signed_and_no_manifest(gpu: Gpu, nvidia_office: Office, unsigned: bytes) -> None:
    with pytest.raises(EvidenceMalformed):
        judge(gpu, nvidia_office, nvidia_office.sign(unsigned))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_changed_byte_betters_a_manifest(gpu: Gpu, nvidia_office: Office, data: st.DataObject) -> None:
    other = {**DRIVER_GOLDEN, 63: ["00" * 48]}
    changed = bytearray(nvidia_office.driver(golden=other))
    position = data.draw(st.integers(0, len(changed) - 1))
    changed[position] ^= data.draw(st.integers(1, 255))
    try:
        claims = judge(gpu, nvidia_office, bytes(changed))
    except EvidenceError:
        return
    assert differs(claims) == "MEASUREMENT64"


def test_without_the_extra(gpu: Gpu, nvidia_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = nvidia_office.driver()
    monkeypatch.setitem(sys.modules, "lxml", None)
    monkeypatch.delitem(sys.modules, xmldsig.__name__)
    monkeypatch.delattr(nvidia, "xmldsig")
    gpu.verify()
    with pytest.raises(EvidenceEngineMissing, match=r"pip install assay\[gpu\]"):
        judge(gpu, nvidia_office, manifest)


def test_the_golden_values_of_these_tests_do_not_meet() -> None:
    assert not DRIVER_GOLDEN.keys() & VBIOS_GOLDEN.keys()
