"""kill -9 under load: what a client holds is in the log, and the books agree with the log to the last micro-dollar."""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from tests.integration.running import FUNDS, RunningGateway, chat
from tests.upstreams import ScriptedUpstream

from assay.apps.network.home import Home
from assay.apps.network.node import Node
from assay.services.gateway.notary import logged_statements
from assay.trust.receipts.delivery import Delivery, read_comment, take_from_body
from assay.trust.receipts.statement import receipt_id
from assay.trust.receipts.stream import BlockSplitter

ROUNDS = int(os.environ.get("ASSAY_CRASH_ROUNDS", "10"))
CLIENTS = 6


@pytest.fixture
def gateway(tmp_path: Path, upstream: ScriptedUpstream) -> Iterator[RunningGateway]:
    running = RunningGateway(tmp_path / "home", upstream.url)
    running.prepare()
    yield running
    running.kill()


class Load:
    """Clients that call as fast as they can until told to stop, and keep the receipts they were handed."""

    def __init__(self, gateway: RunningGateway) -> None:
        self._gateway = gateway
        self._stop = threading.Event()
        self.held: set[str] = set()
        self._threads = [threading.Thread(target=self._call, args=(n,), daemon=True) for n in range(CLIENTS)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(10)

    def _call(self, number: int) -> None:
        with self._gateway.client() as client:
            while not self._stop.is_set():
                try:
                    delivery = _stream(client) if number % 2 else _whole(client)
                except httpx2.HTTPError:
                    time.sleep(0.01)
                else:
                    if delivery is not None:
                        self.held.add(receipt_id(delivery.receipt.payload))


def _whole(client: httpx2.Client) -> Delivery | None:
    response = client.post("/v1/chat/completions", json=chat("count me"))
    return take_from_body(response.content)[1] if response.status_code == 200 else None


def _stream(client: httpx2.Client) -> Delivery | None:
    splitter = BlockSplitter()
    with client.stream("POST", "/v1/chat/completions", json=chat("!!slow 8 4", stream=True)) as response:
        for data in response.iter_raw():
            for block in splitter.feed(data):
                if block.startswith(b": assay-receipt "):
                    delivery = read_comment(block)
                    assert isinstance(delivery, Delivery)
                    return delivery
    return None


async def caught_up(home: Home) -> tuple[set[str], int]:
    """The receipts in the log, and their costs, which are in the ledger after this."""
    async with Node.open(home, {}) as node:
        logged = list(logged_statements(node.log, 0))
    return {name for _, _, name in logged}, sum(statement.cost for _, statement, _ in logged)


def test_nothing_a_client_holds_is_lost(gateway: RunningGateway) -> None:
    held: set[str] = set()
    randomness = random.Random(7)
    for _ in range(ROUNDS):
        gateway.start()
        with Load(gateway) as load:
            time.sleep(randomness.uniform(0.05, 0.6))
            gateway.kill()
        held |= load.held
    logged, costs = asyncio.run(caught_up(Home(gateway.home)))
    assert held
    assert held <= logged
    assert costs > 0
    assert gateway.balance() == FUNDS - costs
    print(
        f"\n{ROUNDS} kills: {len(held)} receipts held by clients, {len(logged)} in the log, {costs} micro-USD booked"
    )
