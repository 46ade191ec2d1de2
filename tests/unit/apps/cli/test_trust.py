"""`assay trust`: coming to believe a gateway, on purpose and beside those believed already."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from tests.gateway_fixture import Gateway
from tests.unit.apps.cli.conftest import NODE, Run

import assay
from assay.apps.network.home import Home
from assay.trust.evidence.anchors import AnchorKind
from assay.trust.receipts.introduction import RootUnvouched
from assay.trust.receipts.policy import Policy
from assay.trust.verdict import Level


@contextmanager
def publishing(policy: Policy) -> Iterator[str]:
    """The URL of a gateway that says this of itself, and answers nothing else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(policy.to_json()).encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


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
    assert "SIMULATED: software made this root. Its evidence proves nothing" in result.output
    believed = Policy.from_bytes(home.trust.read_bytes())
    assert believed.nodes == {node, NODE.certificate.node}
    assert believed.logs == met.logs


def test_no_is_an_answer(run: Run, home: Home, gateway: Gateway) -> None:
    before = home.trust.read_bytes()
    assert run("trust", "add", gateway.openai_url, input="n\n").exit_code == 1
    assert home.trust.read_bytes() == before


@pytest.mark.parametrize("kind", [AnchorKind.PRODUCTION, AnchorKind.DEBUG])
def test_a_gateway_that_calls_its_own_root_hardware(
    run: Run, home: Home, gateway: Gateway, kind: AnchorKind
) -> None:
    met, before = assay.published_policy(gateway.url), home.trust.read_bytes()
    hostile = replace(met, anchors=tuple(replace(anchor, kind=kind) for anchor in met.anchors))
    with publishing(hostile) as url:
        result = run("trust", "add", url, "--yes")
        with pytest.raises(RootUnvouched):
            assay.published_policy(url)
    assert result.exit_code == 1
    assert "root_unvouched" in result.stderr
    assert "hint" in result.stderr
    assert home.trust.read_bytes() == before


def test_a_gateway_that_says_how_it_is_to_be_judged(gateway: Gateway) -> None:
    met = assay.published_policy(gateway.url)
    with publishing(replace(met, floor=Level.REJECTED, appraisal="package assay.appraisal\n")) as url:
        assert assay.published_policy(url) == met


def test_nobody_there(run: Run) -> None:
    result = run("trust", "add", "http://127.0.0.1:9", "--yes")
    assert result.exit_code == 1
    assert "gateway_unreachable" in result.stderr
