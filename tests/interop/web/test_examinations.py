"""Whole examinations: the same level, lines and rules of changed files, and of machines of every condition."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.interop.web import running
from tests.interop.web.agreeing import UNREADABLE, flipped, spliced
from tests.unit.trust.evidence.forgery import NOW, Party
from tests.unit.trust.evidence.snp import forgery as amd
from tests.vectors.examined import Case, outcome
from tests.vectors.make_examinations import FILE, KEY, NITRO_CODE, SNP_CODE, ZEROS, Enclave, guest

from assay.trust.evidence import AnchorKind, TrustAnchor
from assay.trust.evidence.collection import Collection

pytestmark = running.needed

REFERENCES = ([], [{}], [NITRO_CODE], [SNP_CODE], [{"PCR3": "00" * 48}, {**SNP_CODE, **NITRO_CODE}])


def agree(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """Both examine every case alike; what the browser's verifier said of each."""
    examined = running.judge(cases)
    for case, browser in zip(cases, examined, strict=True):
        ours = outcome(case)
        kin = {ours["error"], browser["error"]} <= UNREADABLE
        assert {**ours, "error": browser["error"]} == browser, json.dumps(case.to_json())
        assert kin or ours["error"] == browser["error"], json.dumps(case.to_json())
    return examined


@pytest.mark.parametrize("name", ["simulated: a node", "snp: known code"])
def test_they_agree_on_changed_files(name: str) -> None:
    chance = random.Random(8)
    case = next(
        Case.from_json(vector) for vector in json.loads(FILE.read_text("utf-8")) if vector["name"] == name
    )
    files = [flipped(case.file, chance) for _ in range(120)] + [spliced(case.file, chance) for _ in range(30)]
    genuine, *others = agree([case, *(replace(case, file=file) for file in files if file != case.file)])
    assert genuine["level"] != "REJECTED"
    assert all(other["level"] == "REJECTED" for other in others)


def test_they_agree_on_rewritten_files() -> None:
    """Members changed and the file written anew as it should be: nothing but what it says is wrong."""
    node = Case.from_json(json.loads(FILE.read_text("utf-8"))[0])
    written = json.loads(node.file)
    values = [
        None,
        "",
        "00",
        "0",
        "AA",
        "\N{GRINNING FACE}",
        1,
        [],
        ["00"],
        {},
        {"": ""},
        written["certificate"],
    ]
    places: list[tuple[str | int, ...]] = [
        *((name,) for name in written),
        *(("certificate", name) for name in written["certificate"]),
        *(("parts", 0, name) for name in written["parts"][0]),
    ]
    agree([replace(node, file=_with(written, place, value)) for place in places for value in values])


def test_they_agree_on_machines_of_every_condition(chain: list[Party]) -> None:
    cases = list(_machines(Enclave(chain), random.Random(9)))
    levels = {examined["level"] for examined in agree(cases)}
    assert levels == {"REJECTED", "SIGNED-SIMULATED", "ATTESTED-WARN", "ATTESTED"}


def _machines(enclave: Enclave, chance: random.Random) -> Iterator[Case]:
    svns = [amd.SVNS, {**amd.SVNS, "tee": amd.SVNS["tee"] + 1}, {**amd.SVNS, "snp": 0, "microcode": 255}]
    pcrs: list[dict[int, bytes]] = [
        {index: bytes([index + 1]) * 48 for index in range(4)},
        ZEROS,
        {**ZEROS, 2: b"\1" * 48},
    ]
    start = int(NOW.timestamp() * 1000)

    def asked(collection: Collection, anchor: TrustAnchor) -> Case:
        return Case(
            collection.to_bytes(),
            [replace(anchor, kind=chance.choice([AnchorKind.PRODUCTION] * 3 + [*AnchorKind]))],
            chance.choice(REFERENCES),
            key=chance.choice([None, None, KEY, KEY[1:]]),
            nonce=chance.choice([None, None, b"", b"n"]),
        )

    for _ in range(100):
        offset = chance.choice([0, 0, 0, -1, 119_999, 120_000, 120_001, 10**12])
        nitro = enclave.collection(
            chance.choice([b"", b"n"]), timestamp=start + offset, pcrs=chance.choice(pcrs)
        )
        yield asked(nitro, enclave.anchor)
        files = amd.collateral(**chance.choice([{}, {}, {"crl": None}]))
        snp = guest(
            files,
            vmpl=chance.choice([0, 0, 1, 3]),
            policy=chance.choice([0x3001F, 0x3001F, 0xB001F, 0x7001F]),
            committed_tcb=amd.tcb("Milan", chance.choice(svns)),
            measurement=chance.choice([b"m" * 48, b"m" * 48, bytes(48)]),
        )
        yield asked(snp, amd.anchor(amd.ark("Milan")))


def _with(written: dict[str, Any], place: Sequence[str | int], value: object) -> bytes:
    changed = json.loads(json.dumps(written))
    parent = changed
    for step in place[:-1]:
        parent = parent[step]
    parent[place[-1]] = value
    return json.dumps(changed, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
