"""OpenGradient's published SDK, unmodified, on a network of ours: listed, paid on Base, signed and receipted."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.interop.opengradient.network import Network, ask, running_network
from tests.upstreams import ScriptedUpstream

from assay.apps.client.exchange import Exchange
from assay.apps.client.verified import Verified
from assay.engines.inference.operation import Operation
from assay.trust.receipts.policy import Policy
from assay.trust.verdict import Level

SDK = Path(__file__).parents[2] / ".cache" / "opengradient" / "bin" / "python"
UNIT = 10**18


@pytest.fixture(scope="module")
def network(
    base_url: str, upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Network]:
    if not SDK.exists():
        pytest.skip("OpenGradient's SDK is not here; scripts/setup-opengradient installs it")
    with running_network(tmp_path_factory.mktemp("opengradient"), base_url, upstream.url) as running:
        yield running


@pytest.fixture(scope="module")
def answers(network: Network) -> dict[str, Any]:
    """What the SDK was answered, all in one process: it takes many seconds to be imported."""
    return ask(SDK, network)


def test_approval(answers: dict[str, Any]) -> None:
    """The second time there is nothing to do."""
    first, second = answers["approvals"]
    assert (first["allowance_before"], first["allowance_after"]) == (0, 10 * UNIT)
    assert first["tx_hash"]
    assert (second["tx_hash"], second["allowance_before"]) == (None, 10 * UNIT)


@pytest.mark.parametrize("call", ["chat", "again", "direct"])
def test_chat(answers: dict[str, Any], network: Network, call: str) -> None:
    answer = answers[call]
    assert answer["chat"]["content"]
    assert answer["finish_reason"] == "stop"
    assert answer["usage"]["total_tokens"] > 0
    assert answer["signature"]
    if call != "direct":
        assert answer["payee"] == network.payee


def test_chat_with_tools(answers: dict[str, Any]) -> None:
    (called,) = answers["tools"]["chat"]["tool_calls"]
    assert called["function"]["name"] == "weather"
    assert answers["tools"]["finish_reason"] == "tool_calls"


def test_stream(answers: dict[str, Any]) -> None:
    stream = answers["stream"]
    assert stream["text"] == answers["chat"]["chat"]["content"]
    assert stream["final"] == [False] * (len(stream["final"]) - 1) + [True]
    assert len(stream["final"]) > 1
    assert stream["signature"]
    assert stream["usage"]["total_tokens"] > 0


def test_completion(answers: dict[str, Any]) -> None:
    assert answers["completion"]["completion"]
    assert answers["completion"]["signature"]


@pytest.mark.parametrize("call", ["verified", "verified_tools"])
def test_both_proofs_hold(answers: dict[str, Any], network: Network, call: str) -> None:
    """Their signature has been checked by their code; here our receipt is, over the answer that carries it."""
    verified = judged(answers[call], network)
    assert verified.verdict.level is Level.SIGNED_SIMULATED


def test_each_call_is_paid_by_itself(answers: dict[str, Any], network: Network) -> None:
    """They are given no session that others could spend, and sign once more in its place."""
    calls = [answers["verified"], answers["verified_tools"]]
    statements = [judged(call, network).receipt.statement for call in calls]
    for call, statement in zip(calls, statements, strict=True):
        assert statement.payment.rail == "upto"
        assert call["opengradient"] == {
            "cost_usd": format(Decimal(statement.cost) / 10**6, "f"),
            "cost_opg": str(statement.payment.amount),
            "opg_price_usd": "0.1",
        }
    assert len({statement.payment.reference for statement in statements}) == len(calls)


def judged(call: dict[str, Any], network: Network) -> Verified:
    """A call as our own client would judge it."""
    policy = Policy.from_bytes(httpx2.get(f"{network.node_url}/.well-known/assay.json").content)
    exchange = Exchange(Operation.CHAT, call["request"].encode(), "", policy)
    received = exchange.read_body(base64.b64decode(call["answer"]), call["receipt"])
    digests = [claim.sha256 for claim in received.statement.evidence]
    evidence = {each: httpx2.get(f"{network.node_url}/evidence/{each}").content for each in digests}
    return exchange.conclude(received, evidence, None, datetime.now(UTC))
