"""Signed heads: no chunk stays uncovered for more than 250 ms, and a head never speaks of what has not come."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from tests.integration.heard import HeardStream
from tests.integration.running import RunningGateway, chat, serving
from tests.integration.wire import CHAT
from tests.upstreams import ScriptedUpstream

from assay.services.gateway.streamed_answer import HEAD_INTERVAL_S
from assay.trust.receipts.content import ANSWER
from assay.trust.receipts.stream import StreamWitness

TOLERANCE_S = 0.15
"""For a busy machine."""


@pytest.fixture(scope="module")
def gateway(upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with serving(RunningGateway(tmp_path_factory.mktemp("node") / "home", upstream.url)) as running:
        yield running


@pytest.mark.parametrize("script", ["!!slow 40 1", "!!slow 12 60", "!!slow 3 330"])
def test_heads(gateway: RunningGateway, script: str) -> None:
    heard = HeardStream()
    came: list[float] = []
    covered: list[float] = []
    with gateway.client() as client, client.stream("POST", CHAT, json=chat(script, stream=True)) as response:
        for data in response.iter_raw():
            heads = len(heard.heads)
            heard.feed(data)
            now = time.monotonic()
            came += [now] * (len(heard.chunks) - len(came))
            if len(heard.heads) > heads:
                covered += [now] * (heard.heads[-1].chunks - len(covered))
    covered += [now] * (len(came) - len(covered))  # by the receipt
    assert (
        max(cover - come for cover, come in zip(covered, came, strict=True)) < HEAD_INTERVAL_S + TOLERANCE_S
    )

    assert heard.opening is not None
    witness = StreamWitness(heard.opening.opening.salt(ANSWER))
    for head in heard.heads:
        for chunk in heard.chunks[witness.chunks : head.chunks]:
            witness.add(chunk)
        head.check(bytes.fromhex(heard.statement.key.key))
        assert (head.chunks, head.root, head.stream) == (witness.chunks, witness.root(), heard.stream)
    assert len(heard.heads) <= 1 + (came[-1] - came[0]) / HEAD_INTERVAL_S + 1, (
        "signing costs; no more than needed"
    )
