"""What `assay attest` says to somebody who types something else than it can use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.apps.cli.conftest import Run
from tests.unit.trust.evidence.snp import forgery as snp

from assay.trust.evidence.collection import Collection
from assay.trust.evidence.evidence import Evidence


@pytest.fixture
def report(tmp_path: Path) -> Path:
    file = tmp_path / "report.bin"
    file.write_bytes(snp.report())
    return file


@pytest.mark.parametrize(
    ("option", "typed", "said"),
    [
        ("--nonce", "", "empty"),
        ("--nonce", "abc", "not hexadecimal"),
        ("--key", "", "empty"),
        ("--key", "ab", "not 32 bytes"),
        ("--at", "yesterday", "not an ISO 8601 time"),
    ],
)
def test_a_value_that_could_compare_with_nothing(
    run: Run, report: Path, option: str, typed: str, said: str
) -> None:
    result = run("attest", "verify", str(report), "--kind", "snp", option, typed)
    assert result.exit_code == 2
    assert f"Invalid value for '{option}': {said}" in result.stderr


def test_an_unset_challenge_is_not_answered_by_a_file_that_answers_none(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "node.evidence"
    file.write_bytes(Collection((Evidence("snp", snp.report(), snp.collateral()),), b"k" * 32).to_bytes())
    assert run("attest", "verify", str(file), "--nonce", "").exit_code == 2


@pytest.mark.parametrize("command", ["verify", "show"])
def test_a_bare_document_without_its_kind(run: Run, report: Path, command: str) -> None:
    result = run("attest", command, str(report))
    assert result.exit_code == 2
    assert "--kind" in result.stderr


def test_collateral_that_is_none(run: Run, report: Path, tmp_path: Path) -> None:
    other = tmp_path / "readme"
    other.write_text("# Read me")
    result = run("attest", "verify", str(report), "--kind", "snp", "--collateral", str(other))
    assert result.exit_code == 2
    assert "--collateral" in result.stderr


def test_a_file_that_only_begins_like_one_of_evidence(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "node.evidence"
    file.write_text("{}")
    result = run("attest", "verify", str(file), "--json")
    assert (result.exit_code, json.loads(result.stdout)["level"]) == (1, "REJECTED")
