"""The command line as a whole: what it lists, what it loads, how it fails."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from tests.unit.apps.cli.conftest import Run

from assay.apps.cli.main import assay

COMMANDS = ("up", "down", "status", "doctor", "env", "models", "chat", "verify", "receipts", "proxy", "trust")


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}, timeout=30
    )


def test_every_command_is_listed_and_explains_itself(run: Run) -> None:
    listing = run("--help").output
    for name in COMMANDS:
        assert f"\n  {name} " in listing
        command = assay.get_command(click.Context(assay), name)
        assert command is not None
        assert command.name == name
        assert command.help


def test_help_is_quick() -> None:
    began = time.monotonic()
    assert python("-m", "assay.apps.cli.main", "--help").returncode == 0
    assert time.monotonic() - began < 0.5 * (1 + os.getloadavg()[0])


@pytest.mark.parametrize(
    ("module", "light"),
    [
        ("main", ("asyncio", "cryptography", "httpx2", "orjson")),
        ("verify", ("asyncio", "httpx2", "ssl", "sqlite3")),
    ],
)
def test_nothing_heavy_is_imported(module: str, light: tuple[str, ...]) -> None:
    program = f"import sys, assay.apps.cli.{module}; print(*(set({light}) & sys.modules.keys()))"
    assert python("-c", program).stdout.split() == []


def test_a_failure_is_a_sentence_a_hint_and_a_code(run: Run) -> None:
    result = run("receipts", "show", "ab")
    assert result.exit_code == 1
    assert "There is no such receipt here. (receipt_unknown)" in result.stderr
    assert "hint: `assay receipts ls`" in result.stderr
    assert not result.stdout


def test_a_traceback_only_on_demand(tmp_path: Path) -> None:
    broken = tmp_path / "trust.json"
    broken.write_text("{")
    arguments = (
        "-c",
        "from assay.apps.cli.main import main; main()",
        "verify",
        str(broken),
        "--policy",
        str(broken),
    )
    quiet, loud = python(*arguments), python(*arguments, ASSAY_DEBUG="1")
    assert quiet.returncode == loud.returncode == 1
    assert "config_invalid" in quiet.stderr
    assert "Traceback" not in quiet.stderr
    assert "Traceback" in loud.stderr


def test_what_nobody_foresaw_does_not_say_what_it_was_about(tmp_path: Path) -> None:
    program = (
        "import assay.apps.cli.env as env, assay.apps.cli.main as main\n"
        "def fail(home): raise RuntimeError('a secret prompt')\n"
        "env.Environment.load = fail\n"
        "main.main()"
    )
    result = python("-c", program, "env", ASSAY_HOME=str(tmp_path))
    assert result.returncode == 1
    assert "RuntimeError" in result.stderr
    assert "secret" not in result.stderr


def test_an_unknown_command_is_a_usage_error(run: Run) -> None:
    assert run("chatt").exit_code == 2
