"""`assay doctor`'s findings: each trouble is named, with what to do about it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from assay.apps.network import examination
from assay.apps.network.examination import Finding, State, examine
from assay.apps.network.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


def look(home: Home) -> dict[str, Finding]:
    return {finding.what: finding for finding in examine(home)}


def test_a_fresh_machine_is_well(tmp_path: Path) -> None:
    findings = look(Home(tmp_path / "not" / "yet"))
    assert not [finding for finding in findings.values() if finding.state is State.BROKEN]
    assert not (tmp_path / "not").exists(), "looking changes nothing"


def test_a_home_that_others_can_enter(home: Home) -> None:
    home.root.chmod(0o755)
    finding = look(home)["home"]
    assert finding.state is State.BROKEN
    assert finding.remedy == f"chmod 700 {home.root}"


def test_a_key_that_others_can_read(home: Home) -> None:
    home.keys.mkdir()
    key = home.keys / "node-key.pem"
    key.touch(mode=0o644)
    assert look(home)["keys"] == Finding("keys", f"others can read {key}", State.BROKEN, f"chmod 600 {key}")


def test_a_clock_that_was_set_back(home: Home) -> None:
    home.log.mkdir()
    tomorrow = time.time() + 86_400
    os.utime(home.log, (tomorrow, tomorrow))
    assert look(home)["clock"].state is State.BROKEN


def test_a_full_disk(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "LITTLE_SPACE", 2**80)
    assert look(home)["disk"].state is State.BROKEN


def test_every_trouble_has_a_remedy(home: Home) -> None:
    home.root.chmod(0o777)
    assert all(finding.remedy for finding in look(home).values() if finding.state is not State.WELL)
