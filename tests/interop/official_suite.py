"""Run the API tests that a vendor ships in the source distribution of its own client.

The tests are fetched from PyPI into ``.cache/judges`` at the version of the installed client and run unmodified,
in a process of their own, against a base URL. Nothing of them is kept in this repository.
"""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import pytest

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / ".cache" / "judges"


@dataclass(frozen=True, slots=True)
class Suite:
    package: str
    modules: tuple[str, ...]
    """Test files below ``tests/api_resources``."""
    plugins: tuple[str, ...] = ()
    """Packages its conftest imports and we do not otherwise need."""


@dataclass(frozen=True, slots=True)
class Outcome:
    passed: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    """Names of the tests that failed, with their modules."""

    def table(self) -> str:
        rows = [f"{module:<58} {self.passed[module]:>4} of {self.total[module]:>4}" for module in self.total]
        return "\n".join([*rows, f"{'all':<58} {self.passed.total():>4} of {self.total.total():>4}"])


def run(suite: Suite, base_url: str, api_key: str) -> Outcome:
    """Run the suite against ``base_url``. Skips the calling test where the suite cannot be had."""
    home = _obtain(suite)
    path = os.pathsep.join([str(_plugins_of(suite)), str(HERE)])
    environment = os.environ | {"TEST_API_BASE_URL": base_url, "TEST_API_KEY": api_key, "PYTHONPATH": path}
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "--tb=line", f"--junitxml={report}"]
        # The suite's own options ask for plugins (xdist) that we do not have.
        command += ["-o", "addopts=", "-p", "no:cacheprovider", "-p", "official_key"]
        command += [f"tests/api_resources/{module}" for module in suite.modules]
        done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, timeout=300)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"the official suite did not run:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return _read(report)


def _read(report: Path) -> Outcome:
    outcome = Outcome()
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        module = case.attrib["classname"].rpartition(".")[0]
        outcome.total[module] += 1
        if any(case.find(end) is not None for end in ("failure", "error", "skipped")):
            outcome.failures.append(f"{case.attrib['classname']}::{case.attrib['name']}")
        else:
            outcome.passed[module] += 1
    return outcome


def _obtain(suite: Suite) -> Path:
    """The unpacked source distribution."""
    version = importlib.metadata.version(suite.package)
    home = CACHE / f"{suite.package}-{version}"
    if not home.exists():
        archive = home.with_name(f"{home.name}.tar.gz")
        options = ["--no-deps", f"--no-binary={suite.package}", "--dest", str(CACHE)]
        _pip("download", *options, f"{suite.package}=={version}")
        with tarfile.open(archive) as tar:
            tar.extractall(CACHE, filter="data")
    if suite.plugins and not _plugins_of(suite).exists():
        _pip("install", "--no-deps", "--target", str(_plugins_of(suite)), *suite.plugins)
    return home


def _plugins_of(suite: Suite) -> Path:
    return CACHE / f"{suite.package}-plugins"


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if run.returncode != 0:
        pytest.skip(f"pip {arguments[0]} gave nothing: {run.stderr.strip()[-300:]}")
