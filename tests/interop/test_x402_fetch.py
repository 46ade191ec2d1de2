"""npm's x402 client, unmodified, pays a node by every rail, and what it gets back verifies."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.integration.payments.conftest import Payer, make_payer, payer, town, town_home
from tests.integration.running import chat
from tests.interop.chain_node import chain_node
from tests.upstreams import ScriptedUpstream

from assay.apps.client.exchange import Exchange
from assay.apps.client.verified import Verified
from assay.apps.network.home import Home
from assay.engines.chain.local import CHAIN_ID
from assay.engines.chain.wire import to_data
from assay.engines.inference.operation import Operation
from assay.trust.receipts.policy import Policy
from assay.trust.receipts.price_table import check_published
from assay.trust.verdict import Level

__all__ = ["make_payer", "payer", "town", "town_home"]

MakePayer = Callable[..., Awaitable[Payer]]

CLIENT = Path(__file__).with_name("x402_fetch")
NODE_JS = shutil.which("node")

pytestmark = pytest.mark.skipif(
    NODE_JS is None or not (CLIENT / "node_modules").is_dir(),
    reason="npm's x402 client is not here; scripts/setup-x402-fetch installs it",
)


@dataclass(frozen=True, slots=True)
class Seller:
    """A node that sells calls for signatures."""

    url: str
    rpc: str

    async def sell(self, payer: Payer, method: str, *bodies: bytes) -> list[dict[str, Any]]:
        """What the client got for each body, having paid by ``method``."""
        arguments = (self.url + "/v1/chat/completions", method, str(CHAIN_ID), self.rpc)
        process = await asyncio.create_subprocess_exec(
            str(NODE_JS),
            "pay.mjs",
            *arguments,
            payer.town.token.address,
            *bodies,
            cwd=CLIENT,
            env={**os.environ, "PAYER_KEY": to_data(payer.wallet.key)},
            stdout=asyncio.subprocess.PIPE,
        )
        printed, _ = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0
        return [json.loads(line) for line in printed.splitlines()]

    def judge(self, request: bytes, answer: dict[str, Any]) -> Verified:
        """As our own client would; raises for what does not verify."""
        policy = Policy.from_bytes(httpx2.get(f"{self.url}/.well-known/assay.json").content)
        exchange = Exchange(Operation.CHAT, request, "", policy)
        received = exchange.read_body(answer["body"].encode(), answer["receipt"])
        digests = [claim.sha256 for claim in received.statement.evidence]
        evidence = {each: httpx2.get(f"{self.url}/evidence/{each}").content for each in digests}
        return exchange.conclude(received, evidence, None, datetime.now(UTC))

    def due(self, verified: Verified) -> int:
        """What its cost comes to by the table of prices that a receipt names, in OPG's smallest units."""
        statement = verified.receipt.statement
        table = httpx2.get(f"{self.url}/prices/{statement.price_table}").content
        published = check_published(statement, table)
        assert published.opg is not None
        return published.opg.units(statement.cost)


@pytest.fixture(scope="module")
def seller(
    town_home: Home, chain_url: str, upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Seller]:
    with chain_node(tmp_path_factory.mktemp("seller"), town_home, chain_url, upstream.url) as url:
        yield Seller(url, chain_url)


@pytest.mark.parametrize(
    ("method", "rail"),
    [
        ("upto", "upto"),
        ("exact/permit2", "exact"),
        ("exact/eip3009", "exact"),
        ("batch-settlement", "channel"),
    ],
)
async def test_it_pays_and_the_receipt_verifies(seller: Seller, payer: Payer, method: str, rail: str) -> None:
    bodies = [json.dumps(chat(words, max_tokens=50)).encode() for words in ("one two", "three")]
    answers = await seller.sell(payer, method, *bodies)
    assert [answer["status"] for answer in answers] == [200, 200]
    for body, answer, words in zip(bodies, answers, ("one two", "three"), strict=True):
        verified = seller.judge(body, answer)
        statement = verified.receipt.statement
        assert verified.verdict.level is Level.SIGNED_SIMULATED
        assert json.loads(answer["body"])["choices"][0]["message"]["content"] == words
        assert (statement.payment.rail, answer["payment"]["success"]) == (rail, True)
        assert answer["payment"]["amount"] == str(statement.payment.amount)
        assert answer["payment"]["payer"] == payer.wallet.address
        due = seller.due(verified)
        assert statement.payment.amount > due if rail == "exact" else statement.payment.amount == due


async def test_a_wallet_without_approval_pays_another_way(seller: Seller, make_payer: MakePayer) -> None:
    newcomer = await make_payer(approved=0)
    body = json.dumps(chat("one", max_tokens=50)).encode()
    (refused,) = await seller.sell(newcomer, "upto", body)
    assert refused["status"] == 412
    assert refused["receipt"] is None
    (answered,) = await seller.sell(newcomer, "exact/eip3009", body)
    assert seller.judge(body, answered).receipt.statement.payment.rail == "exact"
