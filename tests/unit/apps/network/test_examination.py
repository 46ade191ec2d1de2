"""`assay doctor`'s findings: each trouble is named, with what to do about it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from tests.unit.engines.enclave.kernel import Tsm
from tests.unit.trust.evidence.forgery import NOW
from tests.unit.trust.evidence.snp import forgery

from assay.apps.network import examination
from assay.apps.network.enclave import EnclaveSettings, open_hardware
from assay.apps.network.examination import Finding, State, examine
from assay.apps.network.home import Home
from assay.engines.enclave import tsm_report
from assay.engines.enclave.tsm import TsmEnclave


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


def test_an_enclave_is_simulated_unless_it_is_asked_for(home: Home) -> None:
    finding = look(home)["enclave"]
    assert finding.said == "SIMULATED, which proves nothing about hardware"
    assert finding.state is State.WELL


def test_hardware_that_lies_idle(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tsm_report, "DIRECTORY", home.root)
    finding = look(home)["enclave"]
    assert finding.state is State.DOUBTFUL
    assert 'kind = "tsm"' in finding.remedy


@pytest.mark.skipif(tsm_report.DIRECTORY.exists(), reason="this is a confidential VM")
def test_hardware_that_is_asked_for_and_not_there(home: Home) -> None:
    home.catalogue.write_text('[enclave]\nkind = "tsm"\n')
    finding = look(home)["enclave"]
    assert finding.state is State.BROKEN
    assert "the kernel gives no report" in finding.said
    assert "SEV-SNP or TDX guest" in finding.remedy


@pytest.mark.parametrize(
    ("collateral", "policy", "state", "remedy"),
    [
        ({"vcek", "chain", "crl"}, 0x3001F, State.WELL, ""),
        ({"vcek", "chain"}, 0x3001F, State.DOUBTFUL, "crl"),
        ({"chain", "crl"}, 0x3001F, State.BROKEN, "collateral"),
        ({"vcek", "chain", "crl"}, 0xB001F, State.BROKEN, "(debug)"),
    ],
    ids=["complete", "without a list", "without a certificate", "under debug"],
)
def test_what_hardware_lacks(
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    collateral: set[str],
    policy: int,
    state: State,
    remedy: str,
) -> None:
    for name, content in forgery.collateral("Milan").items():
        (home.root / name).write_bytes(content)
    home.catalogue.write_text(f'[enclave]\nkind = "tsm"\ncollateral = {sorted(collateral)}\n')
    (home.root / "tsm").mkdir()
    tsm = Tsm(home.root / "tsm", "sev_guest", lambda data: forgery.report(report_data=data, policy=policy))
    milan = (forgery.anchor(forgery.ark("Milan")),)

    def on_the_stand_in(settings: EnclaveSettings, home: Home, **_: object) -> TsmEnclave:
        return open_hardware(settings, home, clock=lambda: NOW, anchors=milan, directory=tsm.directory)

    monkeypatch.setattr(examination, "open_hardware", on_the_stand_in)
    finding = look(home)["enclave"]
    assert (finding.state, remedy in finding.remedy) == (state, True), finding


def test_every_trouble_has_a_remedy(home: Home) -> None:
    home.root.chmod(0o777)
    assert all(finding.remedy for finding in look(home).values() if finding.state is not State.WELL)
