"""`assay chain` in a home of its own, from nothing to a chain that runs, and back."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assay.apps.cli.main import assay
from assay.apps.network.contracts import GAS_MONEY, HELPING
from assay.apps.network.home import Home
from assay.engines.chain import anvil
from assay.engines.chain.account import Account
from assay.engines.chain.bindings.faucet import Faucet
from assay.engines.chain.bindings.opg import OPG
from assay.engines.chain.bindings.permit2 import Permit2
from assay.engines.chain.chain import connect
from assay.engines.chain.deployments import Deployments
from assay.engines.chain.local import LocalChain
from assay.engines.chain.nonces import Nonces
from assay.engines.chain.rpc import Rpc
from assay.engines.chain.sender import Sender
from assay.engines.process import presence
from assay.engines.process.launch import wait_until

Run = Callable[..., Result]


@pytest.fixture
def run(anvil_program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """The command line in a home that has fetched anvil already."""
    home = Home(tmp_path / "home")
    home.engines.mkdir(parents=True)
    anvil.path(home.engines).symlink_to(anvil_program)
    monkeypatch.setenv("ASSAY_HOME", str(home.root))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(assay, ["chain", *arguments])

    yield run
    run("down")


def test_up_status_down(run: Run) -> None:
    nothing = run("status")
    assert (nothing.exit_code, nothing.output) == (1, "No chain is running. `assay chain up` starts one.\n")
    assert run("down").output == "No chain is running.\n"

    up = run("up", "--port", "0")
    assert up.exit_code == 0
    *_, found = up.output.splitlines()
    assert found.startswith("chain 31337  http://127.0.0.1:")
    url = found.split()[-1]
    again = run("up")
    assert again.output.startswith("The chain is already up, for ")
    assert again.output.endswith(f"{found}\n")
    assert url in run("status").output
    assert run("status").output.endswith("blocks       0\n")

    assert run("down").output == "The chain ended.\n"
    assert run("status").exit_code == 1


def test_deploying_twice_and_after_a_kill(run: Run, tmp_path: Path) -> None:
    nowhere = run("deploy")
    assert nowhere.exit_code == 1
    assert "chain_down" in nowhere.output
    assert "contract_missing" in run("export").output

    run("up", "--port", "0")
    first = run("deploy")
    assert first.exit_code == 0, first.output
    for name in ("OPG", "Settlement", "Facilitator", "TEERegistry", "Faucet", "Permit2"):
        assert name in first.output
    before = run("status").output.splitlines()[-1]
    assert run("deploy").output == first.output
    assert run("status").output.splitlines()[-1] == before, "the second time changes nothing"

    home = Home(tmp_path / "home")
    chain = LocalChain(home.chain, anvil.path(home.engines))
    for process in (chain.find(), presence.find(chain.directory.keeper)):
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
    assert wait_until(lambda: chain.find() is None, 5)
    run("up", "--port", "0")
    assert run("deploy").output == first.output

    exported = json.loads(run("export").output)
    assert exported["chain_id"] == 31337
    assert {entry["type"] for entry in exported["contracts"]["OPG"]["abi"]} >= {"function", "event"}
    run("export", str(tmp_path / "contracts.json"))
    assert json.loads((tmp_path / "contracts.json").read_text()) == exported


def test_a_chain_begun_anew_gets_the_contracts_anew(run: Run, tmp_path: Path) -> None:
    run("up", "--port", "0")
    first = run("deploy").output
    run("down")
    (tmp_path / "home" / "chain" / "state.json").unlink()
    run("up", "--port", "0")
    assert run("deploy").output == first, "at the same addresses"


def test_another_chain_has_them_at_the_same_addresses(run: Run, chain_url: str, tmp_path: Path) -> None:
    time.sleep(
        1
    )  # chains that begin in one second have one genesis, and are one chain to whoever remembers nonces
    run("up", "--port", "0")
    here = run("deploy").output.splitlines()
    owner = Account.open(Home(tmp_path / "home").chain_key).address

    poor = run("deploy", "--rpc", chain_url)
    assert poor.exit_code == 1
    assert "funds_missing" in poor.output
    assert owner in poor.output, "it says who needs money"

    asyncio.run(give(chain_url, owner))
    there = run("deploy", "--rpc", chain_url)
    assert there.exit_code == 0, there.output
    addresses = {tuple(line.split()) for line in there.output.splitlines()[1:]}
    assert addresses < {tuple(line.split()) for line in here[1:]}
    assert {name for name, _ in addresses} == {"OPG", "Settlement", "Facilitator", "TEERegistry"}, (
        "no faucet for real money"
    )


async def give(url: str, account: str) -> None:
    async with Rpc(url) as rpc:
        await rpc.call("anvil_setBalance", account, hex(10**18))


async def test_the_faucet_helps_a_newcomer(run: Run, tmp_path: Path) -> None:
    await asyncio.to_thread(run, "up", "--port", "0")
    await asyncio.to_thread(run, "deploy")
    home = Home(tmp_path / "home")
    deployments = Deployments.load(home.deployments(31337))
    local = LocalChain(home.chain, anvil.path(home.engines)).find()
    assert local is not None
    newcomer, owner = Account(os.urandom(32)).address, Account.open(home.chain_key)
    async with connect(local.url) as chain:
        with closing(Nonces.open(home.nonces, chain.genesis, owner.address)) as nonces:
            await Sender(chain, owner, nonces).transact(deployments.at(Faucet).help(newcomer))
        assert await chain.read(deployments.at(OPG).balanceOf(newcomer)) == HELPING
        assert await chain.balance(newcomer) == GAS_MONEY
        assert await chain.read(deployments.at(Permit2).DOMAIN_SEPARATOR())
