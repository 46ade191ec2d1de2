"""Put the same bundles before Assay and before the second verifier."""

from __future__ import annotations

import base64
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import assay

NODE = shutil.which("node") or ""
CLI = Path(__file__).parent / "cli.mjs"
needs_node = pytest.mark.skipif(
    not NODE, reason="the second implementation needs Node.js, which is not installed"
)

STRICTER = (
    ".mode is not",
    ".source is not",
    ".determinism is not",
    ".settings is not",
    "the stream's id is not",
    "neither a stream nor chunks",
)
"""What §3 says of values and, so far, only the second verifier holds a statement to."""


@dataclass(frozen=True, slots=True)
class Case:
    """A bundle file, a policy file's members and the time to judge at."""

    bundle: bytes
    policy: Mapping[str, Any]
    at: datetime

    def with_files(self, files: Mapping[str, bytes]) -> Case:
        return replace(self, bundle=zipped(files))

    def demanding(self, **demands: Any) -> Case:
        return replace(self, policy={**self.policy, **demands})

    @property
    def files(self) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(self.bundle)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict by level and failed checks: `(name, reason)`."""

    level: str
    failed: tuple[tuple[str, str], ...]

    @property
    def failing(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.failed)


@dataclass(frozen=True, slots=True)
class Pair:
    first: Judgement
    second: Judgement

    @property
    def agree(self) -> bool:
        same_outcome = (self.first.level == "REJECTED") == (self.second.level == "REJECTED")
        return same_outcome and (self.first.failing == self.second.failing or self.second_is_stricter)

    @property
    def second_is_stricter(self) -> bool:
        """The second stopped at the statement, for a reason that the first does not know."""
        failed = self.second.failed
        return [name for name, _ in failed] == ["format"] and any(known in failed[0][1] for known in STRICTER)


def zipped(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def run_second(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [NODE, str(CLI), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=120, check=False)


def judge(cases: Iterable[Case]) -> list[Pair]:
    """What both say of each case. The second verifier is started once."""
    cases = list(cases)
    return [Pair(_first(case), second) for case, second in zip(cases, _second(cases), strict=True)]


def _first(case: Case) -> Judgement:
    verdict = assay.verify_file(
        case.bundle, assay.Policy.from_bytes(json.dumps(case.policy).encode()), case.at
    )
    failed = [(check.name, check.detail) for check in verdict.checks if check.status.value == "failed"]
    return Judgement(verdict.level.value, tuple(failed))


def _second(cases: Iterable[Case]) -> list[Judgement]:
    done = run_second("lines", stdin="".join(f"{_line(case)}\n" for case in cases))
    assert done.returncode == 0, done.stderr
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    return [
        Judgement(
            verdict["level"],
            tuple(
                (check["name"], check["detail"]) for check in verdict["checks"] if check["status"] == "failed"
            ),
        )
        for verdict in verdicts
    ]


def _line(case: Case) -> str:
    bundle = base64.b64encode(case.bundle).decode()
    return json.dumps({"bundle": bundle, "policy": case.policy, "at": case.at.isoformat()})


def assert_agreement(cases: Mapping[str, Case]) -> None:
    """Both reject the same cases, for the same failing checks."""
    pairs = zip(cases, judge(cases.values()), strict=True)
    differences = {name: pair for name, pair in pairs if not pair.agree}
    assert not differences
