"""A node that stops: what is under way has a while to end, and then says why it does not."""

from __future__ import annotations

from pathlib import Path

import httpx2
import orjson
import pytest
from tests.integration.heard import HeardStream
from tests.integration.in_thread import GatewayThread
from tests.integration.running import FUNDS, RunningGateway, chat
from tests.integration.wire import CHAT
from tests.upstreams import ScriptedUpstream

from assay.trust.receipts.predicate import Outcome


@pytest.fixture
def home(upstream: ScriptedUpstream, tmp_path: Path) -> RunningGateway:
    prepared = RunningGateway(tmp_path / "home", upstream.url, between_chunks=30)
    prepared.prepare()
    return prepared


def begin(client: httpx2.Client, script: str) -> httpx2.Response:
    return client.send(client.build_request("POST", CHAT, json=chat(script, stream=True)), stream=True)


def test_a_stream_that_outlives_the_grace(home: RunningGateway) -> None:
    """Its caller hears why it ends, under a receipt for what came."""
    heard = HeardStream()
    with GatewayThread(home.home, grace=1) as server:
        home.url = server.url
        client = home.client()
        pieces = begin(client, "!!slow 6 1\n!!stall").iter_raw()
        while len(heard.chunks) < 3:
            heard.feed(next(pieces))
    for piece in pieces:
        heard.feed(piece)
    client.close()
    (statement,) = home.statements()
    assert heard.statement == statement
    assert statement.answer.outcome is Outcome.NODE_STOPPED
    assert (statement.answer.chunks, statement.answer.digest) == (len(heard.chunks), heard.root())
    assert orjson.loads(heard.chunks[-1].removeprefix(b"data: "))["error"]["code"] == "node_stopping"
    assert statement.usage.output_tokens == len(heard.chunks) - 1
    assert home.balance() == FUNDS - statement.cost


def test_a_stream_that_ends_in_time(home: RunningGateway) -> None:
    with GatewayThread(home.home, grace=5) as server:
        home.url = server.url
        client = home.client()
        response = begin(client, "!!slow 6 50")
    assert HeardStream(response.read()).statement.answer.outcome is Outcome.COMPLETED
    client.close()
