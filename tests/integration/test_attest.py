"""Evidence as somebody checks it by hand: fetched from a node that runs, or published by others, and typed offline."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner, Result
from tests.client_home import environment_of_client
from tests.gateway_fixture import DIRECT, Gateway
from tests.unit.trust.evidence import real_nitro

from assay.apps.cli.main import assay
from assay.trust.evidence.roots import PRODUCTION
from assay.trust.receipts.policy import Policy

NONCE = "5e1f" * 16
VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors"

needs_vectors = pytest.mark.skipif(
    not VECTORS.exists(), reason="no vectors of real hardware beside this checkout"
)
needs_gateway = pytest.mark.skipif(DIRECT, reason="a bare provider has no evidence")

Attest = Callable[..., Result]


@dataclass(frozen=True, slots=True)
class Told:
    """What `assay attest verify --json` says."""

    level: str
    checks: dict[str, tuple[str, str]]
    """Status and detail, by name."""
    exit_code: int

    @classmethod
    def by(cls, result: Result) -> Told:
        said = json.loads(result.stdout)
        checks = {check["name"]: (check["status"], check["detail"]) for check in said["checks"]}
        return cls(said["level"], checks, result.exit_code)

    @property
    def failed(self) -> set[str]:
        return {name for name, (status, _) in self.checks.items() if status == "failed"}


@pytest.fixture
def attest(tmp_path: Path) -> Attest:
    """Types `assay attest` on a machine that believes nobody yet."""

    def run(*words: object, home: Path = tmp_path / "nobody") -> Result:
        return CliRunner().invoke(assay, ["attest", *map(str, words)], env={"ASSAY_HOME": str(home)})

    return run


@pytest.fixture
def node_evidence(gateway: Gateway, tmp_path: Path) -> Path:
    file = tmp_path / "node.evidence"
    file.write_bytes(httpx2.get(f"{gateway.url}/attestation?nonce={NONCE}").raise_for_status().content)
    return file


@pytest.fixture
def believer(gateway: Gateway, tmp_path: Path) -> Path:
    """The home of somebody who has come to believe the gateway."""
    environment_of_client(gateway, tmp_path / "believer")
    return tmp_path / "believer"


@pytest.fixture
def vendors(tmp_path: Path) -> Path:
    """A policy of the vendors' roots and no other."""
    file = tmp_path / "vendors.json"
    file.write_text(json.dumps(Policy(anchors=PRODUCTION).to_json()))
    return file


@needs_gateway
def test_a_running_node_is_simulated_and_says_so(attest: Attest, node_evidence: Path, believer: Path) -> None:
    told = Told.by(attest("verify", node_evidence, "--nonce", NONCE, "--json", home=believer))
    assert (told.level, told.exit_code) == ("SIGNED-SIMULATED", 0)
    assert {status for status, _ in told.checks.values()} == {"passed"}
    assert told.checks["evidence"][1].startswith("SIMULATED enclave")


@needs_gateway
def test_an_answer_to_somebody_else(attest: Attest, node_evidence: Path, believer: Path) -> None:
    told = Told.by(attest("verify", node_evidence, "--nonce", "00ff", "--json", home=believer))
    assert (told.level, told.failed, told.exit_code) == ("REJECTED", {"nonce"}, 1)


@needs_gateway
def test_the_vendors_roots_know_no_simulation(
    attest: Attest, node_evidence: Path, believer: Path, vendors: Path
) -> None:
    typed = ("verify", node_evidence, "--nonce", NONCE, "--json", "--policy", vendors)
    told = Told.by(attest(*typed, home=believer))
    assert (told.level, told.exit_code) == ("REJECTED", 1)
    assert "no nitro anchor pins the root" in told.checks["evidence"][1]


@needs_gateway
def test_who_believes_nobody_believes_no_simulation(attest: Attest, node_evidence: Path) -> None:
    told = Told.by(attest("verify", node_evidence, "--nonce", NONCE, "--json"))
    assert (told.level, told.exit_code) == ("REJECTED", 1)


@needs_gateway
def test_what_a_running_node_claims(attest: Attest, node_evidence: Path, believer: Path) -> None:
    shown = attest("show", node_evidence, home=believer)
    assert shown.exit_code == 0
    assert shown.stdout.startswith(
        "nitro under SIMULATED enclave root - proves nothing about hardware (simulated)"
    )
    assert NONCE in shown.stdout
    (claims,) = json.loads(attest("show", node_evidence, "--json", home=believer).stdout)
    assert claims["anchor"]["kind"] == "simulated"
    assert claims["nonce"] == NONCE
    assert claims["measurements"]["PCR2"] in shown.stdout


@needs_vectors
def test_a_real_nitro_enclave(attest: Attest, tmp_path: Path) -> None:
    file = tmp_path / "nitro.bin"
    file.write_bytes(real_nitro.document())
    at = real_nitro.ISSUED.isoformat()
    told = Told.by(attest("verify", file, "--kind", "nitro", "--at", at, "--json"))
    assert (told.level, told.failed, told.exit_code) == ("ATTESTED-WARN", set(), 0)
    late = Told.by(attest("verify", file, "--kind", "nitro", "--at", "2026-11-24", "--json"))
    assert (late.level, late.failed) == ("REJECTED", {"validity"})


@needs_vectors
def test_a_real_nitro_document_in_its_buffer(attest: Attest, tmp_path: Path) -> None:
    file = tmp_path / "padded.bin"
    file.write_bytes(real_nitro.padded())
    told = Told.by(attest("verify", file, "--kind", "nitro", "--at", real_nitro.ISSUED.isoformat(), "--json"))
    assert (told.level, told.failed) == ("REJECTED", {"evidence"})


@needs_vectors
def test_a_real_milan_guest_under_debug(attest: Attest) -> None:
    folder = VECTORS / "snp"
    certificates = ("--collateral", folder / "vcek.testcer", "--collateral", folder / "milan.testcer")
    typed = (folder / "attestation.bin", "--kind", "snp", *certificates, "--at", "2026-11-24")
    told = Told.by(attest("verify", *typed, "--json"))
    assert (told.level, told.failed, told.exit_code) == ("REJECTED", {"appraisal"}, 1)
    assert "(debug)" in told.checks["appraisal"][1]
    shown = attest("show", *typed).stdout
    assert "snp under AMD ARK-Milan (production)" in shown
    assert "debug                 yes" in shown


@needs_vectors
def test_a_real_tdx_guest_in_its_month_and_after(attest: Attest) -> None:
    folder = VECTORS / "tdx"
    typed = (folder / "tdx_quote", "--kind", "tdx", "--collateral", folder / "tdx_quote_collateral.json")
    told = Told.by(attest("verify", *typed, "--at", "2025-07-04", "--json"))
    assert (told.level, told.failed, told.exit_code) == ("ATTESTED-WARN", set(), 0)
    (claims,) = json.loads(attest("show", *typed, "--at", "2025-07-04", "--json").stdout)
    assert claims["tcb_status"] == "UpToDate"
    now = Told.by(attest("verify", *typed, "--json"))
    assert (now.level, now.failed, now.exit_code) == ("REJECTED", {"validity"}, 1)


@needs_vectors
@pytest.mark.parametrize(
    ("nonce", "level", "failed"),
    [
        ("931d8dd0add203ac3d8b4fbde75e115278eefcdceac5b87671a748f32364dfcb", "ATTESTED-WARN", set()),
        ("00" * 32, "REJECTED", {"nonce"}),
    ],
)
def test_a_real_h100(attest: Attest, nonce: str, level: str, failed: set[str]) -> None:
    folder = VECTORS / "nvidia"
    chain = ("--collateral", folder / "hopperCertChain.txt")
    typed = (folder / "hopperAttestationReport.txt", "--kind", "nvidia", *chain)
    told = Told.by(attest("verify", *typed, "--nonce", nonce, "--at", "2026-11-24", "--json"))
    assert (told.level, told.failed) == (level, failed)
    assert "(gpu_alone)" in told.checks["appraisal"][1]
    assert "(missing_collateral)" in told.checks["appraisal"][1]
