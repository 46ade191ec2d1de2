"""The browser's verifier, run by Node.js as its tests run it."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest

from assay.trust.evidence import Evidence, TrustAnchor

WEB = Path(__file__).resolve().parents[3] / "web"
NODE = shutil.which("node") or ""

needed = pytest.mark.skipif(
    not NODE or not (WEB / "node_modules" / ".assay").is_file(),
    reason="the browser's verifier needs Node.js 20 and web/node_modules, which `scripts/setup dev` makes",
)


@dataclass(frozen=True, slots=True)
class Case:
    """What both verifiers are asked."""

    evidence: Evidence
    anchors: tuple[TrustAnchor, ...]
    at: datetime

    def to_json(self) -> dict[str, Any]:
        return {
            "name": "",
            "family": self.evidence.family,
            "document": _base64(self.evidence.document),
            "collateral": {name: _base64(content) for name, content in self.evidence.collateral.items()},
            "anchors": [anchor.to_json() for anchor in self.anchors],
            "at": self.at.astimezone(UTC).isoformat(),
        }


def build() -> None:
    """Make ``web/dist``."""
    node("build.mjs")


class Asked(Protocol):
    """A case of `evidence.json` or of `examinations.json`."""

    def to_json(self) -> dict[str, Any]: ...


def judge(cases: Iterable[Asked]) -> list[dict[str, Any]]:
    """What the browser's verifier makes of each case, as the file that it is like says under ``expect``."""
    lines = "\n".join(json.dumps(case.to_json()) for case in cases)
    return [json.loads(line) for line in node("dist/tests/judge.js", stdin=lines).splitlines()]


def node(*arguments: str, stdin: str = "") -> str:
    """What a program of ``web`` prints; a failing one fails the test and shows why."""
    done = subprocess.run([NODE, *arguments], cwd=WEB, input=stdin, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
