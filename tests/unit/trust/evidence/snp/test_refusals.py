"""Every rule of a report and its chain, broken alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from tests.unit.trust.evidence.forgery import HOUR, NOW
from tests.unit.trust.evidence.snp.forgery import (
    CHIP,
    SVNS,
    YEAR,
    Authority,
    anchor,
    ark,
    ask,
    asvk,
    authority,
    body,
    collateral,
    report,
    signer,
    tcb,
    vcek,
    vlek,
)

from assay.trust.evidence import (
    AnchorKind,
    EvidenceChainInvalid,
    EvidenceCollateralMissing,
    EvidenceError,
    EvidenceExpired,
    EvidenceMalformed,
    EvidenceSignatureInvalid,
    EvidenceUntrustedRoot,
    snp,
)

VLEK = 1 << 2


def refuse(
    error: type[EvidenceError],
    document: bytes,
    files: Mapping[str, bytes],
    *,
    root: Authority | None = None,
    at: datetime = NOW,
    match: str | None = None,
) -> None:
    with pytest.raises(error, match=match) as caught:
        snp.verify(document, [anchor(root or ark("Milan"))], at, files)
    assert type(caught.value) is error


class TestTheDocument:
    @pytest.mark.parametrize("size", [0, 0x2A0, 1183, 1185, 4096])
    def test_of_another_size(self, size: int) -> None:
        refuse(EvidenceMalformed, report().ljust(size, b"\0")[:size], collateral())

    @pytest.mark.parametrize("version", [0, 1, 6, 2**32 - 1])
    def test_of_an_unknown_version(self, version: int) -> None:
        refuse(EvidenceMalformed, report(version=version), collateral(), match="version")

    @pytest.mark.parametrize("algorithm", [0, 2])
    def test_signed_by_an_unknown_algorithm(self, algorithm: int) -> None:
        refuse(EvidenceMalformed, report(signature_algo=algorithm), collateral(), match="algorithm")

    @pytest.mark.parametrize("offset", [0x2A0 + 48, 0x2A0 + 71, 0x2A0 + 120, 0x2A0 + 144, 0x49F])
    def test_with_something_around_the_signature(self, offset: int) -> None:
        changed = bytearray(report())
        changed[offset] = 1
        refuse(EvidenceMalformed, bytes(changed), collateral(), match="around")

    def test_left_unsigned(self) -> None:
        unsigned = bytes(body(key_info=7 << 2)) + bytes(512)
        refuse(EvidenceSignatureInvalid, unsigned, collateral(), match="unsigned")

    @pytest.mark.parametrize("key", range(2, 7))
    def test_signed_by_a_reserved_kind_of_key(self, key: int) -> None:
        refuse(EvidenceMalformed, report(key_info=key << 2), collateral(), match="signing key")

    def test_signed_by_another_key(self) -> None:
        refuse(EvidenceSignatureInvalid, report(signer(ask("Milan"))), collateral())

    def test_signed_big_endian(self) -> None:
        written = report()
        r, s, rest = written[0x2A0:0x2D0], written[0x2E8:0x318], written[0x318:]
        swapped = written[:0x2A0] + r[::-1] + bytes(24) + s[::-1] + rest
        refuse(EvidenceSignatureInvalid, swapped, collateral())

    def test_with_a_signature_of_zeros(self) -> None:
        refuse(EvidenceSignatureInvalid, report()[:0x2A0] + bytes(512), collateral())


class TestTheCollateral:
    @pytest.mark.parametrize("name", ["vcek", "chain"])
    def test_missing(self, name: str) -> None:
        refuse(EvidenceCollateralMissing, report(), collateral(**{name: None}), match=name)

    def test_none(self) -> None:
        with pytest.raises(EvidenceCollateralMissing):
            snp.verify(report(), [anchor(ark("Milan"))], NOW)

    def test_for_the_other_kind_of_key(self) -> None:
        refuse(EvidenceCollateralMissing, report(vlek("Milan"), key_info=VLEK), collateral(), match="vlek")

    def test_of_an_unknown_name(self) -> None:
        refuse(EvidenceMalformed, report(), collateral(ark=b""))

    @pytest.mark.parametrize("name", ["vcek", "chain", "crl"])
    @pytest.mark.parametrize("content", [b"", b"\x30\x03\x02\x01\x01", b"-----BEGIN CERTIFICATE-----\n"])
    def test_unreadable(self, name: str, content: bytes) -> None:
        refuse(EvidenceMalformed, report(), collateral(**{name: content}))

    @pytest.mark.parametrize("name", ["vcek", "chain", "crl"])
    def test_too_long(self, name: str) -> None:
        content = collateral()[name].ljust(64 * 1024 + 1)
        refuse(EvidenceMalformed, report(), collateral(**{name: content}), match="65536")

    @pytest.mark.parametrize("pems", [["ask"], ["ark"], ["ask", "ark", "ark"]])
    def test_a_chain_of_other_than_two(self, pems: list[str]) -> None:
        both = {"ask": ask("Milan").pem, "ark": ark("Milan").pem}
        chain = b"".join(both[name] for name in pems)
        refuse(EvidenceMalformed, report(), collateral(chain=chain), match="two")

    def test_a_chain_upside_down(self) -> None:
        refuse(EvidenceUntrustedRoot, report(), collateral(chain=ark("Milan").pem + ask("Milan").pem))


class TestTheChain:
    def test_ends_in_a_root_that_nobody_pins(self) -> None:
        refuse(EvidenceUntrustedRoot, report(), collateral(), root=ark("Genoa"))

    def test_ends_in_a_root_pinned_for_another_family(self) -> None:
        with pytest.raises(EvidenceUntrustedRoot):
            snp.verify(report(), [anchor(ark("Milan"), family="nitro")], NOW, collateral())

    def test_ends_in_a_root_pinned_as_two_kinds(self) -> None:
        both = [anchor(ark("Milan"), kind) for kind in (AnchorKind.PRODUCTION, AnchorKind.DEBUG)]
        with pytest.raises(EvidenceUntrustedRoot, match="two kinds"):
            snp.verify(report(), both, NOW, collateral())

    def test_a_root_that_only_has_the_name(self) -> None:
        impostor = authority("ARK-Milan")
        forged = authority("SEV-Milan", impostor)
        key = signer(forged)
        chain = forged.pem + impostor.pem
        refuse(EvidenceUntrustedRoot, report(key), collateral(key=key, chain=chain))
        refuse(EvidenceChainInvalid, report(key), collateral(key=key, chain=forged.pem + ark("Milan").pem))

    def test_a_key_that_the_ask_did_not_certify(self) -> None:
        key = signer(ask("Genoa"))
        refuse(EvidenceChainInvalid, report(key), collateral(key=key))

    def test_a_key_that_the_root_certified_itself(self) -> None:
        key = signer(ark("Milan"))
        refuse(EvidenceChainInvalid, report(key), collateral(key=key))

    def test_a_key_on_another_curve(self) -> None:
        key = signer(ask("Milan"), curve=ec.SECP256R1())
        refuse(EvidenceChainInvalid, report(key), collateral(key=key), match="P-384")

    def test_signed_in_the_old_way(self) -> None:
        key = signer(ask("Milan"), padding=PKCS1v15())
        refuse(EvidenceChainInvalid, report(key), collateral(key=key))

    @pytest.mark.parametrize("name", ["SEV-Rome", "SEV-Milan-X", "XSEV-Milan", "Milan"])
    def test_an_issuer_that_amd_would_not_name_so(self, name: str) -> None:
        issuer = authority(name, ark("Milan"))
        key = signer(issuer)
        files = collateral(key=key, chain=issuer.pem + ark("Milan").pem)
        refuse(EvidenceChainInvalid, report(key), files, match="named")

    @pytest.mark.parametrize("at", [NOW - 6 * YEAR, NOW + 6 * YEAR])
    def test_outside_of_its_time(self, at: datetime) -> None:
        refuse(EvidenceExpired, report(), collateral(), at=at)

    def test_every_certificate_counts(self) -> None:
        over = (NOW - 9 * HOUR, NOW - HOUR)
        old_key = signer(ask("Milan"), lifetime=over)
        refuse(EvidenceExpired, report(old_key), collateral(key=old_key))
        old_ask = authority("SEV-Milan", ark("Milan"), lifetime=over)
        key = signer(old_ask)
        refuse(EvidenceExpired, report(key), collateral(key=key, chain=old_ask.pem + ark("Milan").pem))
        old_ark = authority("ARK-Milan", lifetime=over)
        under = authority("SEV-Milan", old_ark)
        key = signer(under)
        files = collateral(key=key, chain=under.pem + old_ark.pem, crl=None)
        refuse(EvidenceExpired, report(key), files, root=old_ark)


class TestTheEndorsement:
    @pytest.mark.parametrize("line", ["Milan", "Genoa", "Turin"])
    @pytest.mark.parametrize("by", [-1, 1])
    def test_of_another_firmware(self, line: str, by: int) -> None:
        for part in ["bootloader", "tee", "snp", "microcode", *(["fmc"] if line == "Turin" else [])]:
            document = report(line=line, reported_tcb=tcb(line, {**SVNS, part: SVNS[part] + by}))
            refuse(EvidenceChainInvalid, document, collateral(line), root=ark(line), match="firmware")

    @pytest.mark.parametrize("line", ["Milan", "Turin"])
    @pytest.mark.parametrize("position", [0, 7, 8, 63])
    def test_of_another_chip(self, line: str, position: int) -> None:
        chip = bytearray((CHIP[:8] if line == "Turin" else CHIP).ljust(64, b"\0"))
        chip[position] ^= 0x80
        document = report(line=line, chip_id=bytes(chip))
        refuse(EvidenceChainInvalid, document, collateral(line), root=ark(line), match="chip")

    @pytest.mark.parametrize("model", [0x10, 0xA0])
    def test_of_another_line(self, model: int) -> None:
        refuse(EvidenceChainInvalid, report(cpuid_mod_id=model), collateral(), match="processor")

    @pytest.mark.parametrize(
        ("family", "model"), [(0x17, 0x31), (0x19, 0x50), (0x1A, 0x12), (0x1A, 0xA0), (0, 0)]
    )
    def test_of_no_line_at_all(self, family: int, model: int) -> None:
        document = report(cpuid_fam_id=family, cpuid_mod_id=model)
        refuse(EvidenceMalformed, document, collateral(), match="product line")

    def test_a_clouds_key_for_a_report_signed_by_the_chips(self) -> None:
        key = vlek("Milan")
        files = collateral(key=key, chain=asvk("Milan").pem + ark("Milan").pem)
        refuse(EvidenceChainInvalid, report(key), files, match="VCEK")

    def test_a_chips_key_for_a_report_signed_by_the_clouds(self) -> None:
        files = {"vlek": vcek("Milan").der, "chain": ask("Milan").pem + ark("Milan").pem}
        refuse(EvidenceChainInvalid, report(key_info=VLEK), files, match="VLEK")

    def test_a_key_of_the_other_kind_under_this_issuer(self) -> None:
        chips = signer(asvk("Milan"))
        refuse(EvidenceMalformed, report(chips, key_info=VLEK), collateral(vlek_key=chips), match=r"\.5")
        clouds = signer(ask("Milan"), vlek=True)
        refuse(EvidenceMalformed, report(clouds), collateral(key=clouds), match="64 bytes")

    @pytest.mark.parametrize("oid", ["2", "3.1", "3.2", "3.3", "3.8", "4"])
    @pytest.mark.parametrize("content", [None, b"", b"\x02", b"\x02\x00", b"\x02\x02\x01", b"\x04\x01\x01"])
    def test_an_extension_missing_or_unreadable(self, oid: str, content: bytes | None) -> None:
        key = signer(ask("Milan"), changes={oid: content})
        refuse(EvidenceMalformed, report(key), collateral(key=key))

    @pytest.mark.parametrize("content", [b"\x02\x01\xff", b"\x02\x02\x01\x00", b"\x02\x01\x04\x00"])
    def test_a_version_that_is_no_byte(self, content: bytes) -> None:
        key = signer(ask("Milan"), changes={"3.1": content})
        refuse(EvidenceMalformed, report(key), collateral(key=key))

    @pytest.mark.parametrize("size", [8, 63, 65])
    def test_a_chips_name_of_another_size(self, size: int) -> None:
        key = signer(ask("Milan"), changes={"4": bytes(size)})
        refuse(EvidenceMalformed, report(key), collateral(key=key), match="64 bytes")

    @pytest.mark.parametrize("csp_id", [b"a\x1b[2J", "é".encode(), b""])
    def test_a_clouds_name_that_cannot_be_shown(self, csp_id: bytes) -> None:
        key = signer(asvk("Milan"), vlek=True, csp_id=csp_id)
        refuse(EvidenceMalformed, report(key, key_info=VLEK), collateral(vlek_key=key))
