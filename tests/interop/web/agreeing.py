"""The verifier in Python and the one in the browser are each other's judge: the same claims, or the same refusal."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.interop.web import running
from tests.interop.web.running import Case
from tests.unit.trust.evidence import forgery
from tests.unit.trust.evidence.forgery import NOW, Party
from tests.unit.trust.evidence.snp import forgery as amd
from tests.vectors import make_evidence

from assay.trust.evidence import Evidence

UNREADABLE = {"evidence_malformed", "evidence_chain", "evidence_untrusted_root"}
"""A certificate that was changed may be refused for its form by one and for its signature by the other."""


def nitro(chain: Sequence[Party], **changes: object) -> Case:
    document = forgery.document(chain, **changes)
    return Case(Evidence("nitro", document), (forgery.anchor(chain[0]),), NOW)


def snp(line: str = "Milan", version: int = 3) -> Case:
    evidence = Evidence("snp", amd.report(line=line, version=version), amd.collateral(line))
    return Case(evidence, (amd.anchor(amd.ark(line)),), NOW)


def agree(cases: Sequence[Case], *, on_the_code: bool = True) -> list[dict[str, Any]]:
    """Both judge every case alike; what the browser's verifier said of each."""
    judged = running.judge(cases)
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
    """A part cut out, other bytes put in its place or in between."""
    start, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[: chance.choice((start, end))] + chance.randbytes(chance.randrange(4)) + data[end:]
