"""The verifier in Python and the one in the browser are each other's judge: the same claims, or the same refusal."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.interop import web
from tests.interop.web import Case
from tests.unit.trust.evidence import forgery, real_nitro
from tests.unit.trust.evidence.forgery import NOW, Party
from tests.unit.trust.evidence.snp import forgery as amd
from tests.vectors import make_evidence

from assay.trust.evidence import Evidence, roots

SNP_VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "snp"
FAMILIES = {"nitro", "snp"}
UNREADABLE = {"evidence_malformed", "evidence_chain", "evidence_untrusted_root"}
"""A certificate that was changed may be refused for its form by one and for its signature by the other."""

pytestmark = web.needed


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    web.build()


def test_its_own_tests_pass() -> None:
    web.node("--test", *(str(file) for file in sorted((web.WEB / "dist" / "tests").glob("*.test.js"))))


def test_it_pins_the_same_roots() -> None:
    printed = web.node(
        "--input-type=module",
        "--eval",
        "import { PRODUCTION } from './dist/evidence.js'; console.log(JSON.stringify(PRODUCTION))",
    )
    assert json.loads(printed) == [
        anchor.to_json() for anchor in roots.PRODUCTION if anchor.family in FAMILIES
    ]


def nitro(chain: Sequence[Party], **changes: object) -> Case:
    document = forgery.document(chain, **changes)
    return Case(Evidence("nitro", document), (forgery.anchor(chain[0]),), NOW)


def snp(line: str = "Milan", version: int = 3) -> Case:
    evidence = Evidence("snp", amd.report(line=line, version=version), amd.collateral(line))
    return Case(evidence, (amd.anchor(amd.ark(line)),), NOW)


@pytest.fixture(scope="module")
def chain() -> list[Party]:
    root = forgery.certify("root", path_length=2)
    return forgery.chain_of(root, forgery.certify("region", root, path_length=1))


def agree(cases: Sequence[Case], *, on_the_code: bool = True) -> list[dict[str, Any]]:
    """Both judge every case alike; what the browser's verifier said of each."""
    judged = web.judge(cases)
    assert len(judged) == len(cases)
    for case, browser in zip(cases, judged, strict=True):
        ours = make_evidence.judge(case.evidence, list(case.anchors), case.at)
        kin = {ours.get("error"), browser.get("error")} <= UNREADABLE and not on_the_code
        assert ours == browser or kin, json.dumps(case.to_json())
    return judged


def with_document(case: Case, document: bytes) -> Case:
    return replace(case, evidence=replace(case.evidence, document=document))


def with_collateral(case: Case, name: str, content: bytes) -> Case:
    collateral = {**case.evidence.collateral, name: content}
    return replace(case, evidence=replace(case.evidence, collateral=collateral))


def flipped(data: bytes, chance: random.Random, times: int = 1) -> bytes:
    changed = bytearray(data)
    for _ in range(times):
        changed[chance.randrange(len(changed))] ^= chance.randrange(1, 256)
    return bytes(changed)


def spliced(data: bytes, chance: random.Random) -> bytes:
    """A part cut out, a part said twice, or bytes put in between."""
    start, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[: chance.choice((start, end))] + chance.randbytes(chance.randrange(4)) + data[end:]


def test_they_agree_on_changed_documents(chain: list[Party]) -> None:
    chance = random.Random(1)
    for case in (nitro(chain, nonce=b"n" * 32, user_data=b"u" * 64), snp(), snp("Turin", 5)):
        document = case.evidence.document
        changed = [flipped(document, chance) for _ in range(100)] + [
            spliced(document, chance) for _ in range(40)
        ]
        agree([case, *(with_document(case, each) for each in changed)])


def test_they_agree_on_changed_fields_under_a_right_signature(chain: list[Party]) -> None:
    chance = random.Random(2)
    names = [
        "module_id",
        "digest",
        "timestamp",
        "pcrs",
        "certificate",
        "cabundle",
        "public_key",
        "nonce",
        "more",
    ]
    pcrs: dict[object, object] = dict.fromkeys(range(3), b"\x01" * 48)
    values: list[object] = [
        None, 0, 1, -1, 253402300799999, 253402300800000, 2**64 - 1, "", "i-1", "SIMULATED", "\x7f", "é", "\ufeff", b"",
        b"k", bytes(512), bytes(513), bytes(1024), bytes(1025), [], {}, 1.5, True, pcrs, {**pcrs, 31: b"\x01" * 48},
        {**pcrs, 32: b"\x01" * 48}, {**pcrs, "3": b"\x01" * 48}, {**pcrs, 3: bytes(47)}, [chain[0].der] * 9, "SHA384",
    ]  # fmt: skip
    agree([nitro(chain, **{name: value}) for name in names for value in chance.sample(values, 20)])


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


def test_they_agree_on_changed_certificates_under_a_right_signature(chain: list[Party]) -> None:
    """The root is pinned as changed, so that its form, not its fingerprint, is what is judged."""
    chance = random.Random(4)

    def changed() -> Iterator[Case]:
        for _ in range(400):
            ders = [party.der for party in chain]
            position = chance.randrange(len(ders))
            ders[position] = flipped(ders[position], chance, times=chance.choice((1, 1, 2)))
            document = forgery.document(chain, certificate=ders[-1], cabundle=ders[:-1])
            yield Case(Evidence("nitro", document), (forgery.anchor(ders[0]),), NOW)

    agree(list(changed()), on_the_code=False)


def test_they_agree_on_changed_collateral() -> None:
    chance = random.Random(5)
    case = snp()
    cases: list[Case] = []
    for name in ("vcek", "crl", "chain"):
        content = case.evidence.collateral[name]
        cases += [with_collateral(case, name, flipped(content, chance)) for _ in range(80)]
        cases += [with_collateral(case, name, spliced(content, chance)) for _ in range(20)]
    agree(cases, on_the_code=False)


@pytest.mark.parametrize("at", [NOW - amd.YEAR, NOW, NOW + amd.YEAR, NOW + 9 * amd.YEAR], ids=str)
def test_they_agree_on_time(chain: list[Party], at: datetime) -> None:
    agree([replace(case, at=at) for case in (nitro(chain), snp(), snp("Genoa", 5))])


@real_nitro.needed
def test_they_agree_on_real_hardware_of_aws() -> None:
    case = Case(Evidence("nitro", real_nitro.document()), roots.PRODUCTION, real_nitro.ISSUED)
    chance = random.Random(6)
    genuine, *others = agree(
        [case, *(with_document(case, flipped(real_nitro.document(), chance)) for _ in range(60))],
        on_the_code=False,
    )
    assert genuine["claims"]["identity"] == "i-0827e799ec9232d44-enc019b55a68bd2ed4b"
    assert all("error" in other for other in others)


@pytest.mark.skipif(not SNP_VECTORS.is_dir(), reason="no vectors of real hardware beside this checkout")
def test_they_agree_on_real_hardware_of_amd() -> None:
    document = (SNP_VECTORS / "attestation.bin").read_bytes()
    collateral = {
        "vcek": (SNP_VECTORS / "vcek.testcer").read_bytes(),
        "chain": (SNP_VECTORS / "milan.testcer").read_bytes(),
    }
    case = Case(Evidence("snp", document, collateral), roots.PRODUCTION, datetime(2026, 3, 1, tzinfo=UTC))
    chance = random.Random(7)
    genuine, *others = agree([case, *(with_document(case, flipped(document, chance)) for _ in range(60))])
    assert genuine["claims"]["debug"] is True
    assert all("error" in other for other in others)
