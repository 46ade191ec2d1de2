"""A client that leaves: the provider is let go at once, and what was delivered is receipted, charged and no more."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.integration.heard import HeardStream
from tests.integration.running import FUNDS, MODEL, PRICE, RunningGateway, chat, serving
from tests.integration.wire import CHAT, connection, eventually, post
from tests.upstreams import Exchange, ScriptedUpstream

from assay.trust.receipts.predicate import Usage

DROPS = 20
AT_ONCE_S = 0.2
ONE_CALL = 36_000
"""Micro-USD: enough for what a call without ``max_tokens`` reserves (32,832 for the answer), not for two at once."""


@pytest.fixture(scope="module")
def gateway(upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    home = tmp_path_factory.mktemp("node") / "home"
    with serving(RunningGateway(home, upstream.url, first_byte=30, between_chunks=30)) as running:
        running.api_key = running.open_account("little", ONE_CALL)
        yield running


@contextmanager
def leaving(upstream: ScriptedUpstream, exchange: Exchange) -> Iterator[None]:
    """Inside the block the client leaves; the provider has to see it go at once."""
    assert exchange.abandoned is None
    began = time.monotonic()
    yield
    assert upstream.journal.wait_abandoned(exchange) - began < AT_ONCE_S


def arrival(upstream: ScriptedUpstream) -> Exchange:
    return eventually(lambda: upstream.journal.exchanges and upstream.journal.last)  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("script", "stream"),
    [("!!hang", False), ("!!stall", False), ("!!hang", True)],
    ids=["whole", "half of a whole", "stream"],
)
def test_before_anything_was_delivered(
    gateway: RunningGateway, upstream: ScriptedUpstream, script: str, stream: bool
) -> None:
    before = gateway.logged()
    for _ in range(DROPS):
        upstream.journal.clear()
        with connection(gateway.url) as client:
            client.sendall(post(chat(script, stream=stream), gateway.api_key))
            exchange = arrival(upstream)
            with leaving(upstream, exchange):
                client.close()
    assert gateway.logged() == before
    with gateway.client() as client:  # the account holds what one call reserves: every reservation came back
        assert client.post(CHAT, json=chat("hello")).status_code == 200


def test_in_mid_stream(gateway: RunningGateway, upstream: ScriptedUpstream) -> None:
    question = "!!say one two three four five six"
    with gateway.client() as client:
        client.post(CHAT, json=chat(question, stream=True)).raise_for_status()
        half = upstream.journal.last.events_sent // 2
        for _ in range(DROPS):
            with client.stream("POST", CHAT, json=chat(f"{question}\n!!stall", stream=True)) as response:
                stream, pieces = HeardStream(), response.iter_raw()
                while len(stream.chunks) < half:
                    stream.feed(next(pieces))
                exchange = upstream.journal.last
                with leaving(upstream, exchange):
                    response.close()
            predicate, digest = receipt(client, stream.id)
            assert predicate["answer"] == {
                "attachments": [],
                "chunks": half,
                "outcome": "client_left",
                "stream": stream.stream,
            }
            assert digest == stream.root()
            usage = Usage(len(exchange.body) // 4, half, source="node")
            assert predicate["usage"] == usage.to_json()
            assert predicate["cost"] == PRICE.cost(usage)


def receipt(client: httpx2.Client, name: str) -> tuple[dict[str, Any], str]:
    """Predicate and answer digest of a receipt, by any of its names."""
    response = eventually(lambda: (found := client.get(f"/v1/receipts/{name}")).status_code == 200 and found)
    statement = response.json()["statement"]
    (digest,) = statement["subject"][0]["digest"].values()
    return statement["predicate"], digest


def test_the_books_agree_with_the_log(upstream: ScriptedUpstream, tmp_path: Path) -> None:
    """Every way to leave, one after the other, and what the books say when the node has stopped."""
    with serving(RunningGateway(tmp_path / "home", upstream.url)) as gateway, gateway.client() as client:
        for script in ("!!hang", "!!stall", "!!slow 1 300"):
            for stream in (False, True):
                upstream.journal.clear()
                with connection(gateway.url) as caller:
                    caller.sendall(post(chat(script, stream=stream), gateway.api_key))
                    arrival(upstream)
                    time.sleep(0.05)
        client.post(CHAT, json=chat("to the end")).raise_for_status()
    statements = gateway.statements()
    assert [statement.answer.outcome for statement in statements] == [
        "client_left",
        "client_left",
        "completed",
    ]
    assert [statement.model.requested for statement in statements] == [MODEL] * 3
    assert gateway.balance() == FUNDS - sum(statement.cost for statement in statements)
