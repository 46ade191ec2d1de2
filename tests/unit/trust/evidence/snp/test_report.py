"""What a good report says, whatever its version, processor and signing key."""

from __future__ import annotations

import pytest
from tests.unit.trust.evidence.forgery import HOUR, NOW
from tests.unit.trust.evidence.snp.forgery import (
    CHIP,
    SVNS,
    TCB_BYTES,
    anchor,
    ark,
    ask,
    collateral,
    report,
    signer,
    tcb,
    vlek,
)

from assay.trust.evidence import AnchorKind, Claims, Evidence, families, snp

LINES = ("Milan", "Genoa", "Turin")


def claims(document: bytes, line: str = "Milan", **files: bytes | None) -> Claims:
    return snp.verify(document, [anchor(ark(line))], NOW, collateral(line, **files))


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("version", [2, 3, 4, 5])
def test_every_version_of_every_line(line: str, version: int) -> None:
    said = claims(report(line=line, version=version), line)
    chip = CHIP[:8] if line == "Turin" else CHIP
    assert said.family == "snp"
    assert said.anchor == anchor(ark(line))
    assert said.identity == chip.hex()
    assert said.attributes["product"] == line
    assert said.attributes["version"] == version
    assert {part: said.versions[f"reported_{part}"] for part in TCB_BYTES[line]} == {
        part: SVNS[part] for part in TCB_BYTES[line]
    }
    assert ("reported_fmc" in said.versions) == (line == "Turin")


def test_what_a_report_says_of_its_guest() -> None:
    said = claims(report(family_id=b"f" * 16, image_id=b"g" * 16))
    assert said.measurements == {
        "MEASUREMENT": b"m".hex() * 48,
        "HOST_DATA": b"h".hex() * 32,
        "ID_KEY_DIGEST": b"i".hex() * 48,
        "AUTHOR_KEY_DIGEST": b"a".hex() * 48,
        "FAMILY_ID": b"f".hex() * 16,
        "IMAGE_ID": b"g".hex() * 16,
    }
    assert said.code == ("MEASUREMENT",)
    assert said.measured
    assert said.bound == b"r" * 64
    assert (said.nonce, said.public_key, said.issued_at) == (None, None, None)
    assert said.attributes["guest_svn"] == 7


def test_a_guest_without_a_measurement() -> None:
    assert not claims(report(measurement=bytes(48))).measured


@pytest.mark.parametrize(
    ("model", "line"),
    [(0x00, "Milan"), (0x0F, "Milan"), (0x10, "Genoa"), (0x1F, "Genoa"), (0xA0, "Genoa"), (0xAF, "Genoa")],
)
def test_the_line_follows_from_the_processors_model(model: int, line: str) -> None:
    assert claims(report(line=line, cpuid_mod_id=model), line).attributes["product"] == line


@pytest.mark.parametrize("field", ["current", "committed", "launch"])
@pytest.mark.parametrize("line", LINES)
def test_each_tcb_is_read_in_the_layout_of_the_line(field: str, line: str) -> None:
    older = {part: svn - 1 for part, svn in SVNS.items()}
    document = report(line=line, **{f"{field}_tcb": tcb(line, older)})  # type: ignore[arg-type]
    said = claims(document, line).versions
    assert {part: said[f"{field}_{part}"] for part in TCB_BYTES[line]} == {
        part: older[part] for part in TCB_BYTES[line]
    }


def test_releases_of_the_firmware() -> None:
    said = claims(report()).versions
    assert (said["current_firmware"], said["committed_firmware"]) == ("1.55.21", "1.55.20")


POLICY_BITS = {
    16: "SMT",
    18: "MIGRATE_MA",
    19: "DEBUG",
    20: "SINGLE_SOCKET",
    21: "CXL_ALLOW",
    22: "MEM_AES_256_XTS",
    23: "RAPL_DIS",
    24: "CIPHERTEXT_HIDING_DRAM",
    25: "PAGE_SWAP_DISABLE",
}
PLATFORM_BITS = {
    0: "SMT_EN",
    1: "TSME_EN",
    2: "ECC_EN",
    3: "RAPL_DIS",
    4: "CIPHERTEXT_HIDING_DRAM_EN",
    5: "ALIAS_CHECK_COMPLETE",
    7: "TIO_EN",
}


@pytest.mark.parametrize("bit", POLICY_BITS)
def test_each_bit_of_the_policy_alone(bit: int) -> None:
    said = claims(report(policy=1 << bit))
    assert {said.attributes[name] for name in POLICY_BITS.values()} == {True, False}
    assert said.attributes[POLICY_BITS[bit]] is True
    assert said.debug is (bit == 19)


@pytest.mark.parametrize("bit", PLATFORM_BITS)
def test_each_bit_of_the_platform_alone(bit: int) -> None:
    said = claims(report(platform_info=1 << bit)).attributes
    assert [name for name in PLATFORM_BITS.values() if said[f"PLATFORM_{name}"]] == [PLATFORM_BITS[bit]]


def test_the_rest_of_the_policy_and_the_mitigations() -> None:
    said = claims(report(version=5, policy=1 << 63 | 0x1F << 8 | 0x2A)).attributes
    assert (said["ABI_MAJOR"], said["ABI_MINOR"]) == (0x1F, 0x2A)
    assert said["policy"] == "8000000000001f2a"
    assert (said["launch_mit_vector"], said["current_mit_vector"]) == ("0" * 15 + "3", "0" * 15 + "7")


@pytest.mark.parametrize("vmpl", [0, 3, 0xFFFFFFFF])
def test_who_asked_for_the_report(vmpl: int) -> None:
    assert claims(report(vmpl=vmpl)).attributes["vmpl"] == vmpl


def test_a_masked_chip_keeps_the_name_in_its_certificate() -> None:
    said = claims(report(chip_id=bytes(64), key_info=1))
    assert said.identity == CHIP.hex()
    assert said.attributes["chip_id_masked"] is True
    assert said.attributes["AUTHOR_KEY_EN"] is True
    assert claims(report()).attributes["chip_id_masked"] is False


@pytest.mark.parametrize("line", LINES)
def test_a_key_of_the_clouds(line: str) -> None:
    loaded = vlek(line)
    files = collateral(line, vlek_key=loaded)
    said = snp.verify(report(loaded, line, key_info=1 << 2), [anchor(ark(line))], NOW, files)
    assert said.identity == "VLEK cloud.example"
    assert said.attributes["signing_key"] == "VLEK"
    assert said.attributes["product_name"] == line
    assert said.attributes["chip_id"] == (CHIP[:8] if line == "Turin" else CHIP).ljust(64, b"\0").hex()


def test_the_window_is_that_of_the_chain_and_the_revocation_list() -> None:
    short = signer(ask("Milan"), lifetime=(NOW - HOUR / 2, NOW + 2 * HOUR))
    said = snp.verify(report(short), [anchor(ark("Milan"))], NOW, collateral(key=short))
    assert (said.not_before, said.not_after) == (NOW - HOUR / 2, NOW + HOUR)
    assert said.missing == ()


def test_without_a_revocation_list() -> None:
    short = signer(ask("Milan"), lifetime=(NOW - HOUR / 2, NOW + 2 * HOUR))
    said = snp.verify(report(short), [anchor(ark("Milan"))], NOW, collateral(key=short, crl=None))
    assert (said.not_before, said.not_after) == (NOW - HOUR / 2, NOW + 2 * HOUR)
    assert said.missing == ("crl",)


def test_the_kind_comes_from_the_anchor_alone() -> None:
    for kind in AnchorKind:
        said = snp.verify(report(), [anchor(ark("Milan"), kind)], NOW, collateral())
        assert said.anchor.kind is kind


def test_through_the_door_of_all_families() -> None:
    evidence = Evidence("snp", report(), collateral())
    assert families.verify(evidence, [anchor(ark("Milan"))], NOW).identity == CHIP.hex()


def test_an_svn_above_127_is_not_negative() -> None:
    high = {**SVNS, "microcode": 255}
    key = signer(ask("Milan"), svns=high)
    said = claims(report(key, reported_tcb=tcb("Milan", high)), vcek=key.der)
    assert said.versions["reported_microcode"] == 255
