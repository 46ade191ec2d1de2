"""What an examiner of evidence is asked and answers, as the JSON of `examinations.json`."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.unit.trust.evidence.forgery import NOW

from assay.trust.evidence import EvidenceError, TrustAnchor
from assay.trust.evidence.appraisal import load_rules
from assay.trust.evidence.examination import examine
from assay.trust.evidence.judge import Judge


@dataclass(frozen=True)
class Case:
    """An evidence file, what the asker believes and knows, and what the file is compared with."""

    file: bytes
    anchors: Sequence[TrustAnchor]
    references: Sequence[Mapping[str, str]] = ()
    at: datetime = NOW
    key: bytes | None = None
    nonce: bytes | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "file": _base64(self.file),
            "anchors": [anchor.to_json() for anchor in self.anchors],
            "references": [dict(registers) for registers in self.references],
            "at": self.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "key": _base64(self.key),
            "nonce": _base64(self.nonce),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Case:
        return cls(
            file=base64.b64decode(value["file"]),
            anchors=[TrustAnchor.from_json(anchor) for anchor in value["anchors"]],
            references=value["references"],
            at=datetime.fromisoformat(value["at"]),
            key=_bytes(value["key"]),
            nonce=_bytes(value["nonce"]),
        )


def outcome(case: Case) -> dict[str, Any]:
    """What this implementation makes of a case."""
    judge = Judge(case.anchors, case.references, load_rules())
    examined = examine(judge, case.file, case.at, key=case.key, nonce=case.nonce)
    appraisal = None if examined.judgement is None else examined.judgement.appraisal
    return {
        "level": examined.verdict.level.value,
        "checks": {check.name: check.status.value for check in examined.verdict.checks},
        "rejected": sorted({reason.rule for reason in appraisal.rejected}) if appraisal else [],
        "warned": sorted({reason.rule for reason in appraisal.warned}) if appraisal else [],
        "error": _error(judge, case),
    }


def _error(judge: Judge, case: Case) -> str | None:
    """The code of why the evidence is not genuine then."""
    try:
        judge.judge(case.file, case.at)
    except EvidenceError as error:
        return error.code
    return None


def _base64(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)
