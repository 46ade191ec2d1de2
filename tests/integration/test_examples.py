"""Every file in examples/ runs as it stands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.client_home import environment_of_client
from tests.gateway_fixture import DIRECT, Gateway

EXAMPLES = Path(__file__).parents[2] / "examples"

pytestmark = pytest.mark.skipif(DIRECT, reason="the examples verify receipts, and a bare provider gives none")


@pytest.fixture
def environment(gateway: Gateway, tmp_path: Path) -> dict[str, str]:
    access = {"OPENAI_BASE_URL": gateway.openai_url, "OPENAI_API_KEY": gateway.api_key}
    return environment_of_client(gateway, tmp_path) | access


def run(example: str, *arguments: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, EXAMPLES / example, *arguments],
        env=environment,
        cwd=environment["ASSAY_HOME"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_openai_sdk(environment: dict[str, str]) -> None:
    printed = run("openai_sdk.py", environment=environment)
    assert "unverified: Name one planet." in printed  # the scripted provider repeats the question
    assert "verified:   Name one planet." in printed
    assert "SIGNED-SIMULATED receipt" in printed


def test_anthropic_sdk(environment: dict[str, str]) -> None:
    printed = run("anthropic_sdk.py", environment=environment)
    assert "SIGNED-SIMULATED asked messages, translated to chat.completions" in printed


def test_stream_and_verify_offline(environment: dict[str, str]) -> None:
    assert "SIGNED-SIMULATED receipt" in run("stream_verified.py", environment=environment)
    verified = run("verify_offline.py", "call.assay", "trust.json", environment=environment)
    assert verified.count("passed") == 9


def test_every_example_is_among_these() -> None:
    tested = {"openai_sdk.py", "anthropic_sdk.py", "stream_verified.py", "verify_offline.py"}
    assert {path.name for path in EXAMPLES.glob("*.py")} == tested
