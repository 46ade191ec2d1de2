"""`assay wallet` and `assay budget` where no chain is: keys, passwords, and what is signed."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.apps.cli.conftest import Run

from assay.apps.cli.unlocking import VARIABLE
from assay.apps.network.home import Home
from assay.engines.wallets.agent import Agent
from assay.engines.wallets.mandate import Revocation
from assay.engines.wallets.tally import Tally
from assay.trust.payments.budget import PaidCall

PASSWORD = "correct horse"


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, PASSWORD)


def test_from_a_wallet_to_a_part_of_a_budget_taken_back(
    run: Run, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No wallets yet" in run("wallet", "ls").output
    made = run("wallet", "new")
    assert made.exit_code == 0, made.output
    address = made.output.split("address")[1].split()[0]
    assert f"main    {address}" in run("wallet", "ls").output
    assert "(wallet_exists)" in run("wallet", "new").stderr

    monkeypatch.delenv(VARIABLE)
    file = tmp_path / "password"
    file.write_text("wrong horse\n")
    new = ("budget", "new", "--asset", "usd", "--total", "5", "--per-call", "0.05", "--per-day", "1")
    limits = ("--model", "gpt-*", "--host", "*.Example.org", "--expires", "12h", "--password-file")
    wrong = run(*new, *limits, file)
    assert "(wallet_password_wrong)" in wrong.stderr
    assert "horse" not in wrong.stderr
    assert not home.budgets.exists()
    file.write_text(PASSWORD + "\n")
    granted = run(*new, *limits, file)
    assert granted.exit_code == 0, granted.output

    agent = Agent.load(home.budgets / "agent.json")
    budget = agent.mandate.budget
    assert (budget.total, budget.per_call, budget.per_day) == (5_000_000, 50_000, 1_000_000)
    assert (budget.models, budget.hosts) == (("gpt-*",), ("*.example.org",))
    assert budget.owner == address.lower()
    assert agent.key.hex() not in granted.output

    assert "it allows more money" in run("budget", "new", "wide", "--total", "6", "--parent", "agent").stderr
    part = run("budget", "new", "part", "--total", "2", "--parent", "agent", "--model", "gpt-4o")
    assert part.exit_code == 0, part.output
    with Tally(home.tally) as tally:
        mandate = Agent.load(home.budgets / "part.json").mandate
        chain = list(zip(mandate.ids, mandate.budgets, strict=True))
        call = PaidCall("node.example.org", "gpt-4o", 50_000, budget.expiry - 60)
        tally.reserve(chain, call).commit(30_000)
        tally.reserve(chain, call)
    listed = [line.split() for line in run("budget", "ls").output.splitlines()[1:]]
    assert [(row[0], row[1], row[3], row[-1]) for row in listed] == [
        ("agent", "5", "0.08", "open"),
        ("part", "2", "0.08", "open"),
    ]
    shown = run("budget", "show", "part").output
    assert "held      0.05 USD for calls that may still be charged" in shown
    assert f"within    {agent.mandate.id}, 5 USD" in shown

    taken = run("budget", "revoke", "part")
    assert taken.exit_code == 0, "the agent above takes it back, without anybody's password"
    revocation = json.loads((home.budgets / "part.revocation").read_bytes())
    signed = Revocation(revocation["budget"], bytes.fromhex(revocation["signature"][2:]))
    assert signed.takes_back(mandate)
    states = [line.split()[-1] for line in run("budget", "ls").output.splitlines()[1:]]
    assert states == ["open", "revoked"]

    (home.budgets / "broken.json").write_text("{}")
    (home.budgets / "broken.json").chmod(0o600)
    assert "agent_file_invalid" in run("budget", "ls").output, "one that is broken hides no others"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (["wallet", "show", "nobody"], "wallet_unknown"),
        (["wallet", "new", "../x"], "wallet_name_invalid"),
        (["budget", "show", "nobody"], "budget_unknown"),
        (["budget", "new", "--total", "1"], "contract_missing"),
        (["budget", "new", "--total", "1", "--asset", "usd"], "wallet_unknown"),
        (["budget", "new", "--total", "x", "--asset", "usd"], "amount_invalid"),
        (["budget", "new", "--total", "1", "--asset", "usd", "--expires", "soon"], "duration_invalid"),
    ],
)
def test_refusals(run: Run, typed: list[str], code: str) -> None:
    result = run(*typed)
    assert result.exit_code == 1
    assert f"({code})" in result.stderr


@pytest.mark.parametrize(
    "typed", [["wallet", "approve"], ["wallet", "approve", "--amount", "1", "--unlimited"]]
)
def test_how_much_has_to_be_said(run: Run, typed: list[str]) -> None:
    assert run(*typed).exit_code == 2


def test_nobody_to_ask(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(VARIABLE)
    assert "(wallet_password_missing)" in run("wallet", "new").stderr
    (tmp_path / "empty").write_text("\n")
    assert "(wallet_password_missing)" in run("wallet", "new", "--password-file", tmp_path / "empty").stderr


def test_somebody_at_a_terminal(home: Home) -> None:
    """They are asked twice, and what they type is not shown."""
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "from assay.apps.cli.main import main; main()", "wallet", "new"]
    process = subprocess.Popen(
        ["setsid", "--ctty", *command], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    seen = b""
    for answer in (b"typed by hand\n", b"typed by hand\n"):
        while not seen.rstrip().endswith(b":"):
            seen += os.read(ours, 1000)
        os.write(ours, answer)
        seen += b"|"
    assert process.wait(timeout=30) == 0
    seen += os.read(ours, 4000)
    os.close(ours)
    assert b"address" in seen
    assert b"by hand" not in seen
    assert (home.wallets / "main.json").exists()
