"""`assay env`: what a shell evaluates, and what a program reads."""

from __future__ import annotations

import json
import subprocess

from tests.unit.apps.cli.conftest import Run

from assay.apps.network.home import Home

KEY = "assay-it's $HOME"
LEFT = {
    "openai_base_url": "http://127.0.0.1:1/v1",
    "anthropic_base_url": "http://127.0.0.1:1",
    "api_key": KEY,
}


def test_a_shell_gets_the_exact_values(run: Run, home: Home) -> None:
    home.env.write_text(json.dumps(LEFT))
    script = run("env").output + 'printf %s "$OPENAI_API_KEY|$OPENAI_BASE_URL|$ANTHROPIC_BASE_URL"'
    said = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
    assert said == f"{KEY}|http://127.0.0.1:1/v1|http://127.0.0.1:1"


def test_json_for_programs(run: Run, home: Home) -> None:
    home.env.write_text(json.dumps(LEFT))
    assert json.loads(run("env", "--json").output) == {**LEFT, "data_dir": str(home.root)}


def test_nothing_is_up(run: Run) -> None:
    result = run("env")
    assert result.exit_code == 1
    assert "assay up" in result.stderr
