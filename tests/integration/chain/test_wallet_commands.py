"""`assay wallet` and `assay budget` on a chain: from the faucet to an agent's account, and back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assay.apps.cli.main import assay
from assay.apps.cli.unlocking import VARIABLE
from assay.apps.network.home import Home
from assay.engines.chain import anvil
from assay.engines.chain.local import LocalChain
from assay.engines.chain.rpc import Rpc
from assay.engines.wallets.agent import Agent
from assay.services.payments.channel.rail import WITHDRAW_DELAY_S

PAYEE = "0x" + "77" * 20

Run = Callable[[str], Result]


@pytest.fixture
def run(anvil_program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """The command line in a home with a chain that runs, and the network's contracts on it."""
    home = Home(tmp_path / "home")
    home.engines.mkdir(parents=True)
    anvil.path(home.engines).symlink_to(anvil_program)
    monkeypatch.setenv("ASSAY_HOME", str(home.root))
    monkeypatch.setenv(VARIABLE, "correct horse")

    def run(typed: str) -> Result:
        return CliRunner().invoke(assay, typed.split())

    assert run("chain up --port 0").exit_code == 0
    assert run("chain deploy").exit_code == 0
    yield run
    run("chain down")


def amounts(result: Result) -> dict[str, str]:
    """What the lines of a command say, by their first words."""
    assert result.exit_code == 0, result.output
    return {
        word: rest for word, _, rest in (line.partition(" ") for line in result.output.splitlines()) if word
    }


def test_from_the_faucet_to_an_agent_and_back(run: Run, tmp_path: Path) -> None:
    assert run("wallet new").exit_code == 0
    assert amounts(run("wallet show"))["holds"].split()[:2] == ["0", "OPG"]
    helped = amounts(run("wallet faucet"))
    assert helped["holds"].split()[:2] == ["100", "OPG"]
    assert helped["gas"].split()[0] == "0.1"
    assert "(faucet_waits)" in run("wallet faucet").stderr

    assert amounts(run("wallet approve --amount 2.5 --yes"))["permit2"].split()[-2:] == ["2.5", "OPG"]
    assert "all there is" in amounts(run("wallet approve --unlimited --yes"))["permit2"]
    assert run("wallet approve --amount 1").exit_code == 1, "nobody said yes"

    assert amounts(run("budget new --total 5 --per-call 0.05 --fund"))["total"].split()[:2] == ["0", "OPG"]
    assert amounts(run("wallet show"))["holds"].split()[0] == "95"
    agent = Agent.load(tmp_path / "home" / "budgets" / "agent.json")
    assert amounts(run("budget show"))["account"].split() == [
        "5",
        "OPG,",
        "Permit2",
        "may",
        "move",
        "5",
        "OPG",
    ]
    assert amounts(run("wallet show --exact"))["gas"].split()[0] < "0.1"

    assert run("budget new part --total 1 --parent agent").exit_code == 0
    assert run("budget fund part").exit_code == 0
    assert "has all that the budget has left" in run("budget fund part").output
    assert amounts(run("budget show part"))["account"].split()[0] == "1"
    assert "1 OPG more" in run("budget reclaim part").output
    assert amounts(run("budget show part"))["account"].split()[0] == "0"
    assert amounts(run("wallet show"))["holds"].split()[0] == "95"

    assert agent.mandate.budget.per_call == 5 * 10**16
    run("chain down")
    assert "No chain is running" in amounts(run("budget show"))["account"]
    assert "(chain_down)" in run("wallet show").stderr


def test_into_a_channel_and_out_again(run: Run, tmp_path: Path) -> None:
    run("wallet new")
    run("wallet faucet")
    assert "(nothing_in_channels)" in run("wallet withdraw").stderr
    to = f"--to {PAYEE}"
    assert "2 OPG to" in amounts(run(f"wallet deposit --amount 2 {to}"))["channel"]
    assert "3 OPG to" in amounts(run(f"wallet deposit --amount 1 {to}"))["channel"], "into the same one"
    shown = amounts(run("wallet show"))
    assert (shown["holds"].split()[0], shown["channel"].split()[0]) == ("97", "3")

    announced = amounts(run("wallet withdraw"))
    assert announced["taken"].split()[0] == "0"
    assert "3 OPG announced to leave" in announced["channel"]
    assert "(channel_waits)" in run("wallet withdraw").stderr
    home = Home(tmp_path / "home")
    asyncio.run(pass_a_day(home))
    taken = run("wallet withdraw")
    assert amounts(taken)["taken"].split()[0] == "3", taken.output
    assert "channel" not in amounts(run("wallet show"))


async def pass_a_day(home: Home) -> None:
    running = LocalChain(home.chain, anvil.path(home.engines)).find()
    assert running is not None
    async with Rpc(running.url) as rpc:
        await rpc.call("evm_increaseTime", hex(WITHDRAW_DELAY_S))
        await rpc.call("evm_mine")
