"""Every rule broken alone, under signatures that are right."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA224, SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID
from tests.interop.web import running
from tests.interop.web.agreeing import agree, nitro, snp, with_document
from tests.interop.web.running import Case
from tests.unit.trust.evidence import forgery
from tests.unit.trust.evidence.forgery import NOW, Party
from tests.unit.trust.evidence.snp import forgery as amd

from assay.trust.evidence import Evidence

pytestmark = running.needed


def test_they_agree_on_changed_fields_under_a_right_signature(chain: list[Party]) -> None:
    chance = random.Random(2)
    names = (
        "module_id",
        "digest",
        "timestamp",
        "pcrs",
        "certificate",
        "cabundle",
        "public_key",
        "nonce",
        "more",
    )
    pcrs: dict[object, object] = dict.fromkeys(range(3), b"\x01" * 48)
    values: list[object] = [
        None, 0, 1, -1, 253402300799999, 253402300800000, 2**64 - 1, "", "i-1", "SIMULATED", "\x7f", "é", "\ufeff", b"",
        b"k", bytes(512), bytes(513), bytes(1024), bytes(1025), [], {}, 1.5, True, pcrs, {**pcrs, 31: b"\x01" * 48},
        {**pcrs, 32: b"\x01" * 48}, {**pcrs, "3": b"\x01" * 48}, {**pcrs, 3: bytes(47)}, [chain[0].der] * 9, "SHA384",
    ]  # fmt: skip
    agree([nitro(chain, **{name: value}) for name in names for value in chance.sample(values, 20)])


def test_they_agree_on_every_rule_of_a_chain() -> None:
    root, short = forgery.certify("root"), forgery.certify("root", path_length=0)
    region, stranger = forgery.certify("region", root), forgery.certify("root")
    unknown = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    kept = [
        [root, forgery.leaf(root)],
        [root, forgery.leaf(root, usage=None)],
        [short, forgery.leaf(short)],
        forgery.chain_of(root, forgery.certify("region", root, usage=None)),
        forgery.chain_of(root, forgery.certify("region", root, curve=ec.SECP256R1(), digest=SHA256())),
        forgery.chain_of(root, forgery.certify("region", root, curve=ec.SECP521R1())),
    ]
    broken = [
        [root, forgery.leaf(root, signed_by=stranger)],
        [root, forgery.leaf(forgery.certify("stranger"), signed_by=root)],
        [root, forgery.leaf(root, usage=forgery.AUTHORITY_USAGE)],
        [root, forgery.leaf(root, curve=ec.SECP256R1())],
        [root, forgery.leaf(root, digest=SHA224())],
        [root, forgery.leaf(root, extension=unknown)],
        [root, forgery.leaf(region)],
        forgery.chain_of(short, forgery.certify("region", short)),
        forgery.chain_of(root, forgery.certify("region", root, ca=False)),
        forgery.chain_of(root, forgery.certify("region", root, ca=None)),
        forgery.chain_of(root, forgery.certify("region", root, usage=forgery.LEAF_USAGE)),
        forgery.chain_of(root, forgery.certify("region", root, signed_by=stranger)),
        forgery.chain_of(root, forgery.certify("region", root, extension=unknown)),
    ]
    elsewhere = [
        forgery.chain_of(root, forgery.certify("region", root, curve=curve))
        for curve in (ec.SECP256K1(), ec.SECP224R1(), ec.BrainpoolP384R1())
    ]
    assert all("claims" in judged for judged in agree([nitro(chain) for chain in kept]))
    assert {judged["error"] for judged in agree([nitro(chain) for chain in elsewhere])} == {
        "evidence_malformed"
    }
    assert {judged["error"] for judged in agree([nitro(chain) for chain in broken])} == {"evidence_chain"}


def test_they_agree_on_reports_of_every_kind() -> None:
    chance = random.Random(3)
    fields: dict[str, list[int]] = {
        "version": [1, 2, 3, 4, 5, 6],
        "policy": [0x30000, 0xB001F, 2**64 - 1],
        "platform_info": [0, 0xFF, 2**64 - 1],
        "key_info": [0, 1, 2, 3, 4, 8, 7 << 2, 2**32 - 1],
        "signature_algo": [0, 1],
        "vmpl": [0, 3, 2**32 - 1],
        "guest_svn": [2**32 - 1],
        "cpuid_fam_id": [0x17, 0x19, 0x1A],
        "cpuid_mod_id": [0x00, 0x0F, 0x10, 0x1F, 0x20, 0xA0, 0xAF, 0x11, 0x12],
        "chip_id": [0, 1],
        "launch_mit_vector": [2**64 - 1],
        "current_major": [255],
    }
    cases: list[Case] = []
    for line in ("Milan", "Genoa", "Turin"):
        for _ in range(60):
            changes = {name: chance.choice(fields[name]) for name in chance.sample(sorted(fields), 2)}
            version = changes.pop("version", chance.choice((2, 3, 5)))
            cases.append(with_document(snp(line), amd.report(line=line, version=version, **changes)))
    agree(cases)


def test_they_agree_on_every_rule_of_amds_certificates() -> None:
    milan, ask = amd.ark("Milan"), amd.ask("Milan")
    other = amd.authority("SEV-Other", milan)
    silent = amd.authority("ARK-Milan", crl_sign=False)
    silent_ask = amd.authority("SEV-Milan", silent)
    signers = [
        amd.signer(ask, changes={"1": None}),
        amd.signer(ask, changes={"2": None}),
        amd.signer(ask, changes={"2": b"\x16\x02M\x1b"}),
        amd.signer(ask, changes={"2": b"\x0c\x05Milan"}),
        amd.signer(ask, changes={"3.1": b"\x02\x01\xff"}),
        amd.signer(ask, changes={"3.2": b"\x02\x02\x01\x00"}),
        amd.signer(ask, changes={"3.3": b"\x02\x01\x17\x00"}),
        amd.signer(ask, changes={"3.8": b""}),
        amd.signer(ask, changes={"4": amd.CHIP[:8]}),
        amd.signer(ask, changes={"4": None}),
        amd.signer(ask, chip_id=bytes(64)),
        amd.signer(ask, curve=ec.SECP256R1()),
        amd.signer(ask, lifetime=(NOW - 2 * amd.YEAR, NOW - amd.YEAR)),
        amd.signer(amd.ask("Genoa")),
        amd.signer(ask, padding=PKCS1v15()),
    ]
    lists = [
        amd.crl(milan, range(200, 300)),
        amd.crl(milan, [0x10001]),
        amd.crl(milan, [1]),
        amd.crl(milan, padding=PKCS1v15()),
        amd.crl(ask),
        amd.crl(ask, named="ARK-Milan"),
        amd.crl(milan, extension=x509.DeltaCRLIndicator(1)),
        amd.crl(milan, window=(NOW + forgery.HOUR, NOW + 2 * forgery.HOUR)),
    ]
    pinned = (amd.anchor(milan), amd.anchor(silent))
    cases = [
        Case(Evidence("snp", amd.report(key), amd.collateral(key=key, **files)), pinned, NOW)
        for key, files in [
            *((key, {}) for key in signers),
            *((amd.vcek("Milan"), {"crl": each}) for each in lists),
            (amd.signer(other), {"chain": other.pem + milan.pem}),
            (amd.signer(silent_ask), {"chain": silent_ask.pem + silent.pem, "crl": amd.crl(silent)}),
            (amd.signer(silent_ask), {"chain": silent_ask.pem + silent.pem, "crl": None}),
            (amd.vcek("Milan"), {"chain": ask.pem}),
            (amd.vcek("Milan"), {"chain": milan.pem + ask.pem}),
            (amd.vcek("Milan"), {"chain": ask.pem + milan.pem + milan.pem}),
            (amd.vcek("Milan"), {"chain": b"text\n" + ask.pem + b"more\n" + milan.pem}),
            (amd.vcek("Milan"), {"chain": b""}),
        ]
    ]
    judged = agree(cases)
    codes = ("malformed", "chain", "untrusted_root", "expired", "revoked")
    assert {each.get("error") for each in judged} == {None, *(f"evidence_{code}" for code in codes)}


@pytest.mark.parametrize("at", [NOW - amd.YEAR, NOW, NOW + amd.YEAR, NOW + 9 * amd.YEAR], ids=str)
def test_they_agree_on_time(chain: list[Party], at: datetime) -> None:
    agree([replace(case, at=at) for case in (nitro(chain), snp(), snp("Genoa", 5))])
