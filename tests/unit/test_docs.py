"""The documentation builds without a warning and without the internet, and what it says can be run is run.

A block under ``<!-- runnable -->`` is executed: all blocks of a page in one shell, in an empty directory, as somebody
whose `assay up` started the tests' gateway. Output that a page shows must come; ``…`` stands for any text.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
from tests.client_home import environment_of_client
from tests.gateway_fixture import DIRECT, Gateway

from assay.apps.network.configuration import Configuration
from assay.apps.network.home import Home

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))

_RUNNABLE = re.compile(
    r"^(?P<indent> *)<!-- runnable -->\n(?P=indent)```(?P<language>\w+)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
_TOML = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_REMOTE = re.compile(
    r"<(?:script|img|iframe)[^>]+src=\"?https?:|<link[^>]+rel=\"?stylesheet[^>]+href=\"?https?:"
)
_END_OF_STEP = "\x1e"


@dataclass(frozen=True, slots=True)
class Step:
    """A command, and what the page shows of its output; empty when it shows nothing."""

    command: str
    shown: str

    def matches(self, printed: str) -> bool:
        pattern = ".*".join(map(re.escape, self.shown.split("…")))
        return not self.shown or re.fullmatch(pattern, printed.strip("\n").rstrip(), re.DOTALL) is not None


def steps(page: Path) -> list[Step]:
    """What a page says can be run, in order."""
    found: list[Step] = []
    for block in _RUNNABLE.finditer(page.read_text()):
        text = dedent(block["text"])
        found += (
            [Step(f"python - <<'END'\n{text}END", "")] if block["language"] == "python" else _commands(text)
        )
    return found


def _commands(text: str) -> Iterator[Step]:
    """``$`` begins a command; ``>``, or a backslash at the end of the line before, goes on with it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        command = [lines.pop(0)]
        while lines and (lines[0].startswith("> ") or command[-1].endswith("\\")):
            command.append(lines.pop(0).removeprefix("> "))
        yield Step("\n".join(command), "\n".join(lines).strip("\n"))


@pytest.mark.skipif(DIRECT, reason="a bare provider gives no receipts")
@pytest.mark.parametrize("page", [page for page in PAGES if steps(page)], ids=lambda page: page.stem)
def test_what_a_page_shows(page: Path, gateway: Gateway, tmp_path: Path) -> None:
    expected = steps(page)
    script = "".join(f"{step.command}\nprintf '{_END_OF_STEP}'\n" for step in expected)
    done = subprocess.run(
        ["bash", "-euc", script],
        cwd=tmp_path,
        env=environment_of_client(gateway, tmp_path / "home"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    printed = done.stdout.split(_END_OF_STEP)
    assert done.returncode == 0, f"{expected[len(printed) - 1].command}\n{printed[-1]}"
    for step, output in zip(expected, printed, strict=False):
        assert step.matches(output), f"{step.command}\n{output}"


def test_the_site_builds_and_fetches_nothing(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "--quiet",
        "--site-dir",
        tmp_path / "site",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    remote = [page for page in (tmp_path / "site").rglob("*.html") if _REMOTE.search(page.read_text())]
    assert not remote


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_settings_that_a_page_shows_are_read(page: Path, tmp_path: Path) -> None:
    home = Home(tmp_path)
    keys = {f"{vendor}_API_KEY": "set" for vendor in ("OPENAI", "ANTHROPIC")}
    keys["ASSAY_POSTGRES"] = "postgresql:///assay"
    for text in _TOML.findall(page.read_text()):
        models = tomllib.loads(text).get("models", [])
        home.catalogue.write_text(text)
        listed = {model.id for model in Configuration.load(home, keys).catalogue.models()}
        assert {model["id"] for model in models} <= listed
