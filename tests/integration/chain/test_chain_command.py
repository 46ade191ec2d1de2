"""`assay chain` in a home of its own, from nothing to a chain that runs, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assay.apps.cli.main import assay
from assay.apps.network.home import Home
from assay.engines.chain import anvil

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
    assert up.output.startswith("chain 31337  http://127.0.0.1:")
    url = up.output.split()[-1]
    again = run("up")
    assert again.output.startswith("The chain is already up, for ")
    assert again.output.endswith(up.output)
    assert url in run("status").output

    assert run("down").output == "The chain ended.\n"
    assert run("status").exit_code == 1
