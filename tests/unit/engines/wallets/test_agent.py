"""The file of an agent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.engines.wallets.mandates import AGENT, SUB_AGENT, SUB_KEY

from assay.engines.enclave.secret_file import SecretFileExposed
from assay.engines.wallets.agent import Agent
from assay.engines.wallets.errors import AgentFileInvalid, WalletExists
from assay.trust.payments.errors import BudgetUnproven


def test_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "budgets" / "scraper.json"
    SUB_AGENT.save(path)
    assert Agent.load(path) == SUB_AGENT
    assert path.stat().st_mode & 0o777 == 0o600
    assert SUB_KEY.hex() not in repr(SUB_AGENT)
    with pytest.raises(WalletExists):
        AGENT.save(path)
    path.chmod(0o644)
    with pytest.raises(SecretFileExposed):
        Agent.load(path)


def write(path: Path, content: str) -> Path:
    path.touch(0o600)
    path.write_text(content)
    return path


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"key": "0x", "budgets": []}', '{"key": 3, "budgets": 4}']
)
def test_another_file(tmp_path: Path, content: str) -> None:
    with pytest.raises((AgentFileInvalid, BudgetUnproven)):
        Agent.load(write(tmp_path / "file.json", content))


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(AgentFileInvalid):
        Agent.load(tmp_path / "file.json")


def test_the_key_of_another(tmp_path: Path) -> None:
    AGENT.save(tmp_path / "a.json")
    members = json.loads((tmp_path / "a.json").read_text()) | {"key": "0x" + SUB_KEY.hex()}
    with pytest.raises(AgentFileInvalid, match="another one"):
        Agent.load(write(tmp_path / "b.json", json.dumps(members)))
