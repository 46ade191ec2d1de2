"""`assay verify`: offline, by a policy, with an exit code that a script can trust."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.apps.cli.conftest import NODE, NOW, Run

from assay.apps.network.home import Home
from assay.trust.receipts.bundle import Bundle

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def file(tmp_path: Path, bundle: Bundle) -> Path:
    path = tmp_path / "one.assay"
    path.write_bytes(bundle.to_bytes())
    return path


def test_a_table_of_checks_and_the_level(run: Run, file: Path) -> None:
    result = run("verify", file)
    assert result.exit_code == 0
    *checks, last = result.output.splitlines()
    assert [line.split()[:2] for line in checks] == [
        ["✓", "format"],
        ["✓", "signature"],
        ["✓", "opening"],
        ["–", "inclusion"],
        ["–", "evidence"],
        ["–", "appraisal"],
        ["–", "binding"],
        ["–", "validity"],
        ["–", "nonce"],
        ["✓", "freshness"],
    ]
    assert last == "  SIGNED, floor SIGNED: met"
    assert "\x1b" not in result.output, "no colour where there is no terminal"


def test_json_has_exactly_these_members(run: Run, file: Path) -> None:
    verdict = json.loads(run("verify", file, "--json").output)
    assert verdict.keys() == {"level", "checks"}
    assert verdict["level"] == "SIGNED"
    assert all(check.keys() == {"name", "status", "detail"} for check in verdict["checks"])


def test_a_changed_answer_is_rejected(run: Run, file: Path, bundle: Bundle) -> None:
    assert bundle.answer is not None
    file.write_bytes(file.read_bytes().replace(bundle.answer, bundle.answer.replace(b"Blue", b"Pink")))
    result = run("verify", file)
    assert result.exit_code == 1
    assert "REJECTED, floor SIGNED: not met" in result.output


def test_the_floor_can_be_raised(run: Run, file: Path) -> None:
    result = run("verify", file, "--floor", "ATTESTED")
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == "  SIGNED, floor ATTESTED: not met"


def test_as_of_another_time(run: Run, file: Path, tmp_path: Path) -> None:
    strict = tmp_path / "strict.json"
    strict.write_text(json.dumps({**NODE.policy.to_json(), "max_age_s": 60}))
    assert run("verify", file, "--policy", strict, "--at", NOW.isoformat()).exit_code == 0
    assert run("verify", file, "--policy", strict, "--at", "2026-11-24T13:00:00").exit_code == 1
    assert run("verify", file, "--at", "2026-11-23T13:00:00Z").exit_code == 1, "issued in the future"
    assert run("verify", file, "--at", "yesterday").exit_code == 2


def test_without_a_policy_nobody_is_believed(run: Run, file: Path, home: Home) -> None:
    home.trust.unlink()
    result = run("verify", file)
    assert result.exit_code == 1
    assert "UNVERIFIED" in result.stdout
    assert "assay trust add" in result.stderr


def test_a_bare_envelope_will_do(run: Run, tmp_path: Path, bundle: Bundle) -> None:
    envelope = tmp_path / "receipt.json"
    envelope.write_bytes(bundle.receipt)
    assert run("verify", envelope).exit_code == 0


@pytest.mark.parametrize("content", [b"", b"PK", b"{", b"{}", b"hello"])
def test_what_is_no_receipt_is_rejected(run: Run, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    result = run("verify", path)
    assert result.exit_code == 1
    assert "✗ format" in result.output


def test_a_file_that_cannot_be_read(run: Run, tmp_path: Path, file: Path) -> None:
    for arguments in ((tmp_path / "none",), (tmp_path,), (file, "--policy", tmp_path / "none")):
        result = run("verify", *arguments)
        assert result.exit_code == 2
        assert "file_unreadable" in result.stderr
