"""Processes that outlive their caller: one that serves, one that cannot, one that is mute, one that is stubborn."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from assay.engines.process.launch import LaunchFailed, end, launch, wait_until

FAILING = """
from assay.engines.process.launch import say_failed
from assay.errors import ConfigError
say_failed(ConfigError("Nothing is set.", hint="set it"))
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(flush=True)
time.sleep(60)
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path / "launched.py"


def test_it_outlives_the_call(module: Path, tmp_path: Path) -> None:
    here = tmp_path / "here"
    module.write_text(
        "import sys, time\nfrom pathlib import Path\nfrom assay.engines.process.launch import say_ready\n"
        "say_ready('http://127.0.0.1:1')\ntime.sleep(0.2)\nPath(sys.argv[1]).touch()\n"
    )
    launch("launched", [str(here)], tmp_path / "output")
    assert not here.exists()
    assert wait_until(here.exists, 20)


def test_it_says_why_it_does_not_serve(module: Path, tmp_path: Path) -> None:
    module.write_text(FAILING)
    with pytest.raises(LaunchFailed) as caught:
        launch("launched", [], tmp_path / "output")
    assert (caught.value.code, caught.value.message, caught.value.hint) == (
        "config_invalid",
        "Nothing is set.",
        "set it",
    )


def test_it_dies_without_a_word(module: Path, tmp_path: Path) -> None:
    module.write_text("1 / 0")
    with pytest.raises(LaunchFailed, match="before it served") as caught:
        launch("launched", [], tmp_path / "output")
    assert str(tmp_path / "output") in caught.value.hint
    assert "ZeroDivisionError" in (tmp_path / "output").read_text()


def test_ending_a_polite_one_and_a_stubborn_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.engines.process.launch._POLITE_SECONDS", 0.2)
    for program, polite in (("print(flush=True); input()", True), (STUBBORN, False)):
        with subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            assert end(process.pid, lambda it=process: it.poll() is not None) is polite
    assert end(process.pid, lambda: True), "whoever has gone is no trouble"
