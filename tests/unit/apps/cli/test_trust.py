"""`assay trust`: coming to believe a gateway, on purpose and beside those believed already."""

from __future__ import annotations

from tests.gateway_fixture import Gateway
from tests.unit.apps.cli.conftest import NODE, Run

import assay
from assay.apps.network.home import Home
from assay.trust.receipts.policy import Policy


def test_whom_this_machine_believes(run: Run) -> None:
    output = run("trust", "show").output
    assert NODE.certificate.node in output
    assert "floor    SIGNED" in output


def test_a_gateway_is_added_to_those_believed(run: Run, home: Home, gateway: Gateway) -> None:
    met = assay.published_policy(gateway.url)
    (node,) = met.nodes
    result = run("trust", "add", gateway.url, input="y\n")
    assert result.exit_code == 0
    assert node in result.output
    believed = Policy.from_bytes(home.trust.read_bytes())
    assert believed.nodes == {node, NODE.certificate.node}
    assert believed.logs == met.logs


def test_no_is_an_answer(run: Run, home: Home, gateway: Gateway) -> None:
    before = home.trust.read_bytes()
    assert run("trust", "add", gateway.openai_url, input="n\n").exit_code == 1
    assert home.trust.read_bytes() == before


def test_nobody_there(run: Run) -> None:
    result = run("trust", "add", "http://127.0.0.1:9", "--yes")
    assert result.exit_code == 1
    assert "gateway_unreachable" in result.stderr
