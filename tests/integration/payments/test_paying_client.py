"""Assay's own client pays a node on a chain: out of a budget, for this request, and no more than the receipt says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from tests.integration.payments.conftest import Payer as Wallet
from tests.integration.payments.test_paid_calls import COST, QUESTION, node, provider, running
from tests.unit.apps.client.paying.agents import OPG, agent_of
from tests.unit.engines.inference.peer import peer

from assay.apps.client.answer import AsyncAnswerStream
from assay.apps.client.client import AsyncClient
from assay.apps.client.passage import Terms, utc_now
from assay.apps.client.paying.errors import AllowanceMissing, BalanceTooSmall, NoWayToPay, PayeeUntrusted
from assay.apps.client.paying.payer import Payer
from assay.apps.client.paying.telling import AsyncTellingTransport
from assay.apps.client.proxy import create_proxy
from assay.apps.client.transport import AsyncVerifyingTransport
from assay.apps.network.home import Home
from assay.apps.network.node import Node
from assay.engines.wallets.agent import Agent
from assay.engines.wallets.purse import BudgetPurse
from assay.engines.wallets.tally import Tally
from assay.trust.payments.errors import ModelNotInBudget, PerCallExceeded, PerDayExceeded
from assay.trust.payments.spent import Spent
from assay.trust.receipts.policy import Policy

__all__ = ["provider", "running"]

MakeBudget = Callable[..., Path]
Connect = Callable[..., AsyncClient]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    return Home(tmp_path / "home")


@pytest.fixture
def make_budget(home: Home) -> MakeBudget:
    """The file of an agent who pays from a wallet."""

    def make(wallet: Wallet, asset: str | None = None, **limits: Any) -> Path:
        own = f"eip155:31337/erc20:{wallet.town.token.address}"
        path = home.budgets / "agent.json"
        agent_of(bytes(wallet.wallet.key), asset or own, **limits).save(path)
        return path

    return make


def client_of(budget: Path, node: Node, policy: Policy | None = None) -> AsyncClient:
    transport = httpx2.ASGITransport(node.gateway)
    return AsyncClient("http://node", policy=policy or node.trust, budget=budget, transport=transport)


def spent(home: Home) -> Spent:
    """What the tally says of the agent's budget."""
    with Tally(home.tally) as tally:
        purse = BudgetPurse(Agent.load(home.budgets / "agent.json"), tally)
        return purse.spent(datetime.now(UTC))


async def test_a_call_is_paid(running: Node, payer: Wallet, make_budget: MakeBudget, home: Home) -> None:
    async with client_of(make_budget(payer), running) as client:
        answer = await client.chat.completions.create(**QUESTION)
        statement = answer.receipt.statement
        assert (statement.cost, statement.payment.rail) == (COST, "upto")
        assert answer.verdict.checks[-1].name == "payment"
        await client.chat.completions.create(**QUESTION)
    assert spent(home) == Spent(2 * statement.payment.amount, 0, 2 * statement.payment.amount, 0)


async def test_a_stream_is_paid(
    tmp_path: Path, town_home: Home, chain_url: str, payer: Wallet, make_budget: MakeBudget, home: Home
) -> None:
    events = [
        b'data: {"id":"1","model":"theirs","choices":[{"index":0,"delta":{"content":"!"}}]}\n\n',
        b'data: {"id":"1","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}\n\n',
        b"data: [DONE]\n\n",
    ]

    async def as_events(exchange: Any) -> None:
        await exchange.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
        )
        await exchange.write(b"".join(events))
        exchange.writer.close()

    async with (
        peer(as_events) as provider,
        node(tmp_path / "node", town_home, chain_url, provider) as running,
        client_of(make_budget(payer), running) as client,
    ):
        stream = await client.chat.completions.create(**QUESTION, stream=True)
        assert isinstance(stream, AsyncAnswerStream)
        assert [piece async for piece in stream.text] == ["!"]
        amount = stream.receipt.statement.payment.amount
    assert spent(home) == Spent(amount, 0, amount, 0)


@pytest.mark.parametrize(
    ("limits", "error"),
    [
        ({"per_call": 1}, PerCallExceeded),
        ({"per_day": 1}, PerDayExceeded),
        ({"models": ("other-*",)}, ModelNotInBudget),
        ({"asset": "eip155:8453/erc20:0x" + "12" * 20}, NoWayToPay),
    ],
)
async def test_what_the_budget_does_not_allow_is_not_signed(
    running: Node,
    payer: Wallet,
    make_budget: MakeBudget,
    home: Home,
    limits: dict[str, Any],
    error: type[Exception],
) -> None:
    async with client_of(make_budget(payer, **limits), running) as client:
        with pytest.raises(error):
            await client.chat.completions.create(**QUESTION)
    assert spent(home) == Spent()


async def test_a_payee_whom_nobody_vouches_for(
    running: Node, payer: Wallet, make_budget: MakeBudget, home: Home
) -> None:
    unpaid = Policy(nodes=running.trust.nodes)
    async with client_of(make_budget(payer), running, unpaid) as client:
        with pytest.raises(PayeeUntrusted):
            await client.chat.completions.create(**QUESTION)
    assert spent(home) == Spent()


@pytest.mark.parametrize(
    ("opg", "approved", "error"), [(OPG, 0, AllowanceMissing), (1, OPG, BalanceTooSmall)]
)
async def test_what_a_wallet_lacks_is_said_and_not_counted(
    running: Node,
    make_payer: Callable[..., Awaitable[Wallet]],
    make_budget: MakeBudget,
    home: Home,
    opg: int,
    approved: int,
    error: type[Exception],
) -> None:
    async with client_of(make_budget(await make_payer(opg, approved)), running) as client:
        with pytest.raises(error):
            await client.chat.completions.create(**QUESTION)
    assert spent(home) == Spent()


def openai_over(transport: httpx2.AsyncBaseTransport, key: str) -> openai.AsyncOpenAI:
    http = openai.DefaultAsyncHttpxClient(transport=transport)
    return openai.AsyncOpenAI(base_url="http://node/v1", api_key=key, http_client=http)


@asynccontextmanager
async def by_proxy(budget: Path, node: Node, home: Home) -> AsyncIterator[openai.AsyncOpenAI]:
    """The stock SDK at a local proxy that pays."""
    payer = Payer.open(budget, home, utc_now)
    gateway = httpx2.ASGITransport(node.gateway)
    proxy = create_proxy("http://node", None, node.trust, payer=payer, transport=gateway)
    async with openai_over(httpx2.ASGITransport(proxy), "anything") as client:
        yield client


@asynccontextmanager
async def by_sdk(budget: Path, node: Node, home: Home) -> AsyncIterator[openai.AsyncOpenAI]:
    """The SDK over the transport that `assay.async_openai` gives it."""
    payer = Payer.open(budget, home, utc_now)
    verifying = AsyncVerifyingTransport(Terms(node.trust, payer=payer), httpx2.ASGITransport(node.gateway))
    async with openai_over(AsyncTellingTransport(verifying), payer.credential) as client:
        yield client


@pytest.mark.parametrize("connected", [by_proxy, by_sdk])
async def test_the_stock_sdk_pays(
    running: Node, payer: Wallet, make_budget: MakeBudget, home: Home, connected: Any
) -> None:
    async with connected(make_budget(payer), running, home) as client:
        await client.chat.completions.create(**QUESTION)
    assert spent(home).charged > 0


@pytest.mark.parametrize("connected", [by_proxy, by_sdk])
async def test_the_stock_sdk_is_told_why_nothing_is_paid(
    running: Node, payer: Wallet, make_budget: MakeBudget, home: Home, connected: Any
) -> None:
    """As a 402 in its dialect: anything else it would take for a broken connection, and ask again."""
    async with connected(make_budget(payer, per_call=1), running, home) as client:
        with pytest.raises(openai.APIStatusError) as refused:
            await client.chat.completions.create(**QUESTION)
    assert (refused.value.status_code, refused.value.code) == (402, PerCallExceeded.code)
    assert "the budget allows" in refused.value.message
    assert spent(home) == Spent()
