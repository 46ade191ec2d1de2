"""What the claims say, and each rule of the chain broken in turn."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from tests.unit.trust.evidence.forgery import HOUR, NOW, Party, certify
from tests.unit.trust.evidence.nvidia.gpus import (
    DICE_FWID,
    FWID,
    MEASUREMENTS,
    NONCE,
    OPAQUE,
    Gpu,
    anchor,
    authorities,
    der,
    fwid_extension,
    gpu_chain,
    gpu_leaf,
    pem,
    report,
)

from assay.trust.evidence import (
    AnchorKind,
    Evidence,
    EvidenceChainInvalid,
    EvidenceCollateralMissing,
    EvidenceExpired,
    EvidenceMalformed,
    EvidenceSignatureInvalid,
    EvidenceUntrustedRoot,
    families,
    nvidia,
)


def test_the_claims_are_what_went_into_the_report(gpu: Gpu) -> None:
    claims = gpu.verify()
    assert (claims.family, claims.anchor) == ("nvidia", gpu.anchor)
    assert claims.identity == str(gpu.chain[-1].certificate.serial_number)
    assert claims.measurements == {
        f"MEASUREMENT{index}": value.hex() for index, value in MEASUREMENTS.items()
    }
    assert claims.code == tuple(claims.measurements)
    assert claims.measured
    assert (claims.nonce, claims.bound, claims.public_key) == (NONCE, b"", None)
    assert (claims.issued_at, claims.debug) == (None, None)
    assert (claims.not_before, claims.not_after) == (NOW - HOUR, NOW + HOUR)
    assert claims.versions == {"driver": "550.90.07", "vbios": "96.00.9F.00.01"}
    assert claims.attributes == {
        "hwmodel": "GH100 A01 GSP BROM",
        "chip": "GH100",
        "architecture": "hopper",
        "fwid_match": True,
        "project": "1010",
        "project_sku": "0200",
        "chip_sku": "882",
        "protected_pcie": False,
    }
    assert claims.missing == ("driver_rim", "vbios_rim")


def test_a_gpu_that_measured_nothing_is_not_measured(gpu: Gpu) -> None:
    zeros = {index: bytes(48) for index in MEASUREMENTS}
    assert not gpu.verify(report(gpu.chain, measurements=zeros)).measured


def test_blackwell_names_its_chip_in_the_report() -> None:
    gpu = Gpu(gpu_chain("GB100 A01 GSP BROM"))
    claims = gpu.verify(report(gpu.chain, {**OPAQUE, 35: b"GB10X\0", 36: b"\x01"}))
    assert (claims.attributes["architecture"], claims.attributes["chip"]) == ("blackwell", "GB10X")
    assert claims.attributes["feature_flag"] == "MPT"


@pytest.mark.parametrize(("flag", "said"), [(b"\0", "SPT"), (b"\2", "PPCIE"), (b"\7", "07"), (b"", "")])
def test_the_feature_flag(gpu: Gpu, flag: bytes, said: str) -> None:
    assert gpu.verify(report(gpu.chain, {**OPAQUE, 36: flag})).attributes["feature_flag"] == said


def test_links_in_the_clear_unless_the_report_says_otherwise(gpu: Gpu) -> None:
    for status in (b"\xaa", b"\0", b""):
        assert gpu.verify(report(gpu.chain, {**OPAQUE, 21: status})).attributes["protected_pcie"] is True


def test_an_unknown_chip_has_no_architecture() -> None:
    claims = Gpu(gpu_chain("LS10 A01 SOE")).verify()
    assert "architecture" not in claims.attributes


def test_the_family_is_found_by_its_name(gpu: Gpu) -> None:
    evidence = Evidence("nvidia", report(gpu.chain), {"chain": pem(gpu.chain)})
    assert families.verify(evidence, [gpu.anchor], NOW) == gpu.verify(evidence.document)


class TestCollateral:
    def test_der_is_as_good_as_pem(self, gpu: Gpu) -> None:
        assert gpu.verify(extra={"chain": der(gpu.chain)}) == gpu.verify()

    def test_no_chain(self, gpu: Gpu) -> None:
        with pytest.raises(EvidenceCollateralMissing):
            nvidia.verify(report(gpu.chain), [gpu.anchor], NOW)

    def test_an_unknown_name(self, gpu: Gpu) -> None:
        with pytest.raises(EvidenceMalformed):
            gpu.verify(extra={"crl": b""})

    @pytest.mark.parametrize("chain", [b"", b"\x30", b"\x30\x82", b"\x30\x82\xff\xff", b"0" * 40_000])
    def test_no_certificates(self, gpu: Gpu, chain: bytes) -> None:
        with pytest.raises(EvidenceMalformed):
            gpu.verify(extra={"chain": chain})

    @pytest.mark.parametrize("left_out", range(5))
    def test_four_certificates(self, gpu: Gpu, left_out: int) -> None:
        fewer = gpu.chain[:left_out] + gpu.chain[left_out + 1 :]
        with pytest.raises(EvidenceMalformed):
            gpu.verify(extra={"chain": pem(fewer)})

    def test_six_certificates(self, gpu: Gpu) -> None:
        with pytest.raises(EvidenceMalformed):
            gpu.verify(extra={"chain": pem([*gpu.chain, gpu.chain[-1]])})


class TestRoots:
    def test_no_anchor_no_trust(self, gpu: Gpu) -> None:
        with pytest.raises(EvidenceUntrustedRoot):
            nvidia.verify(report(gpu.chain), [], NOW, {"chain": pem(gpu.chain)})

    def test_another_root_with_the_same_name(self, gpu: Gpu) -> None:
        impostor = gpu_chain()
        with pytest.raises(EvidenceUntrustedRoot):
            gpu.verify(report(impostor), {"chain": pem(impostor)})

    def test_the_root_of_manifests_vouches_for_no_gpu(self, gpu: Gpu) -> None:
        with pytest.raises(EvidenceUntrustedRoot):
            nvidia.verify(
                report(gpu.chain), [anchor(gpu.chain[0], family="nvidia-rim")], NOW, {"chain": pem(gpu.chain)}
            )

    @pytest.mark.parametrize("kind", AnchorKind)
    def test_the_kind_comes_from_the_anchor_alone(self, gpu: Gpu, kind: AnchorKind) -> None:
        claims = nvidia.verify(
            report(gpu.chain), [anchor(gpu.chain[0], kind)], NOW, {"chain": pem(gpu.chain)}
        )
        assert claims.anchor.kind is kind


class TestChain:
    def refuse(self, above: list[Party], leaf: Party) -> None:
        chain = [*above, leaf]
        with pytest.raises(EvidenceChainInvalid):
            Gpu(chain).verify()

    def test_a_leaf_from_another_rom(self) -> None:
        above = authorities()
        self.refuse(above, gpu_leaf(above[-1], signed_by=certify("GH100 A01 GSP BROM")))

    def test_a_rom_that_is_no_authority(self) -> None:
        *above, provisioner = authorities()[:3]
        rom = certify("GH100 A01 GSP BROM", provisioner, ca=False)
        self.refuse([*above, provisioner, rom], gpu_leaf(rom))

    def test_a_leaf_that_may_not_sign(self) -> None:
        above = authorities()
        self.refuse(above, gpu_leaf(above[-1], usage="key_agreement"))

    def test_a_leaf_on_another_curve(self) -> None:
        above = authorities()
        self.refuse(above, gpu_leaf(above[-1], curve=ec.SECP256R1()))

    def test_a_critical_extension_that_nobody_reads(self) -> None:
        above = authorities()
        self.refuse(above, gpu_leaf(above[-1], critical=True))

    def test_the_order_of_the_certificates(self, gpu: Gpu) -> None:
        with pytest.raises((EvidenceUntrustedRoot, EvidenceChainInvalid)):
            gpu.verify(extra={"chain": pem(gpu.chain[::-1])})

    @pytest.mark.parametrize("at", [NOW - HOUR - timedelta(seconds=1), NOW + HOUR + timedelta(seconds=1)])
    def test_outside_of_its_time(self, gpu: Gpu, at: object) -> None:
        with pytest.raises(EvidenceExpired):
            gpu.verify(at=at)  # type: ignore[arg-type]

    def test_a_rom_without_a_name(self) -> None:
        with pytest.raises(EvidenceMalformed):
            Gpu(gpu_chain(" ")).verify()

    def test_a_rom_whose_name_moves_the_cursor(self) -> None:
        with pytest.raises(EvidenceMalformed):
            Gpu(gpu_chain("GH100\x1b[2J")).verify()


class TestFirmware:
    def test_another_firmware_than_the_leaf_is_for(self, gpu: Gpu) -> None:
        with pytest.raises(EvidenceChainInvalid, match="firmware"):
            gpu.verify(report(gpu.chain, {**OPAQUE, 20: b"\x00" * 48}))

    @pytest.mark.parametrize(
        "extension",
        [
            x509.UnrecognizedExtension(x509.ObjectIdentifier("2.23.133.5.4.2"), fwid_extension().value),
            x509.UnrecognizedExtension(DICE_FWID, FWID),
            x509.UnrecognizedExtension(DICE_FWID, b""),
            None,
        ],
    )
    def test_a_leaf_that_is_for_no_firmware(self, extension: x509.ExtensionType | None) -> None:
        above = authorities()
        with pytest.raises(EvidenceChainInvalid, match="firmware"):
            Gpu([*above, gpu_leaf(above[-1], extension=extension)]).verify()

    def test_older_firmware_names_none(self, gpu: Gpu) -> None:
        nameless = {kind: value for kind, value in OPAQUE.items() if kind != 20}
        assert gpu.verify(report(gpu.chain, nameless)).attributes["fwid_match"] is False


def test_a_report_that_another_gpu_signed(gpu: Gpu) -> None:
    twin = [*gpu.chain[:-1], gpu_leaf(gpu.chain[-2])]
    with pytest.raises(EvidenceSignatureInvalid):
        gpu.verify(report(twin))
