"""The `llm` command, an ordinary person's tool, told only where the gateway is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.gateway_fixture import CLAUDE, GPT, Gateway
from tests.upstreams.openai_images import png

MODELS = """
- model_id: through-assay
  model_name: {gpt}
  api_base: {url}
  api_key_name: assay
  vision: true
  supports_tools: true
  supports_schema: true
- model_id: translated
  model_name: {claude}
  api_base: {url}
  api_key_name: assay
"""

Llm = Callable[..., str]


@pytest.fixture
def llm(gateway: Gateway, tmp_path: Path) -> Llm:
    """Run ``llm`` in an empty home with the gateway's models and key; give back what it prints."""
    models = MODELS.format(gpt=GPT, claude=CLAUDE, url=gateway.openai_url)
    (tmp_path / "extra-openai-models.yaml").write_text(models)
    (tmp_path / "keys.json").write_text(f'{{"assay": "{gateway.api_key}"}}')
    program = shutil.which("llm", path=str(Path(sys.executable).parent)) or "llm"

    def run(*arguments: str) -> str:
        # No plugins: the package that carries our local model is one, and its own engine is not installed.
        environment = os.environ | {"LLM_USER_PATH": str(tmp_path), "LLM_LOAD_PLUGINS": ""}
        done = subprocess.run(
            [program, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


@pytest.mark.parametrize("model", ["through-assay", "translated"])
def test_prompt_streams(llm: Llm, model: str) -> None:
    assert llm("-m", model, "-s", "Repeat.", "one two three") == "one two three"


def test_prompt_without_streaming(llm: Llm) -> None:
    assert llm("-m", "through-assay", "--no-stream", "one two three") == "one two three"


def test_schema(llm: Llm) -> None:
    assert (
        llm("-m", "through-assay", "--schema", "name, age int", "'Ada' is 36") == '{"name": "Ada", "age": 36}'
    )


def test_tool(llm: Llm) -> None:
    function = "def multiply(a: int, b: int) -> int:\n    return a * b"
    assert llm("-m", "through-assay", "--functions", function, "multiply 6 by 7") == "42"


def test_image(llm: Llm, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(png(b"\1\2\3", width=4, height=6))
    assert "image/png 4x6 sha256:" in llm("-m", "through-assay", "Look.", "-a", str(picture))
