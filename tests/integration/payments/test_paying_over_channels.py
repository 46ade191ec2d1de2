"""Assay's own client pays over a channel: one deposit, then a voucher a call, and both sides count the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.integration.payments.conftest import Payer as Wallet
from tests.integration.payments.test_paid_calls import QUESTION, provider, running
from tests.unit.apps.client.paying.agents import KEY, OPG, SIGNER, agent_of

from assay.apps.client.client import AsyncClient
from assay.apps.client.paying.errors import ChannelUsedUp
from assay.apps.network.escrows import between, pay_in, remember
from assay.apps.network.funding import fund
from assay.apps.network.home import Home
from assay.apps.network.node import Node
from assay.engines.chain.account import Account
from assay.engines.chain.library import to_checksum_address
from assay.engines.chain.local import CHAIN_ID
from assay.engines.wallets.vouchers import Count, Vouchers
from assay.trust.payments.asset import token_asset

__all__ = ["provider", "running"]


class Agent:
    """An agent with a budget and a channel, and no money of its own."""

    def __init__(self, home: Home, budget: Path, channel: bytes, node: Node) -> None:
        self._home = home
        self._budget = budget
        self._channel = channel
        self._node = node

    def client(self) -> AsyncClient:
        transport = httpx2.ASGITransport(self._node.gateway)
        return AsyncClient("http://node", policy=self._node.trust, budget=self._budget, transport=transport)

    def count(self) -> Count:
        """What this side says of the channel."""
        with Vouchers(self._home.vouchers) as vouchers:
            return vouchers.count(self._channel)

    def forget(self) -> None:
        for path in self._home.root.glob("vouchers.sqlite*"):
            path.unlink()


@pytest.fixture
def open_channel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: Node, payer: Wallet
) -> Callable[..., Any]:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    home, town = Home(tmp_path / "home"), payer.town

    async def opened(amount: int, *, funded: bool = False) -> Agent:
        (payee,) = running.trust.payees
        receiver = to_checksum_address(payee.account.rpartition(":")[2])
        config = between(payer.wallet.address, receiver, town.token, SIGNER.address)
        remember(home, CHAIN_ID, config)
        until = int((datetime.now(UTC) + timedelta(hours=1)).timestamp())
        await pay_in(town.sender, Account(bytes(payer.wallet.key)), config, amount, until)
        if funded:
            await fund(town.sender, town.token, SIGNER, OPG, until)
        budget = home.budgets / "agent.json"
        owner = Account(bytes(payer.wallet.key))
        agent_of(KEY, token_asset(CHAIN_ID, town.token.address), owner=owner).save(budget)
        return Agent(home, budget, config.id(CHAIN_ID), running)

    return opened


async def test_calls_are_paid_by_vouchers(open_channel: Callable[..., Any]) -> None:
    agent = await open_channel(OPG)
    charged = 0
    async with agent.client() as client:
        for _ in range(3):
            answer = await client.chat.completions.create(**QUESTION)
            payment = answer.receipt.statement.payment
            assert payment.rail == "channel"
            charged += payment.amount
            assert agent.count() == Count(charged)
        remaining = client.budget()
    assert remaining is not None
    assert remaining.spent.charged == charged


async def test_who_has_forgotten_counts_on_from_what_it_signed(open_channel: Callable[..., Any]) -> None:
    agent = await open_channel(OPG)
    async with agent.client() as client:
        first = await client.chat.completions.create(**QUESTION)
    agent.forget()
    async with agent.client() as client:
        await client.chat.completions.create(**QUESTION)
    assert agent.count().charged == 2 * first.receipt.statement.payment.amount


async def test_side_by_side_one_call_takes_the_channel_and_the_others_another_way(
    open_channel: Callable[..., Any],
) -> None:
    agent = await open_channel(OPG, funded=True)
    async with agent.client() as client:
        answers = await asyncio.gather(*(client.chat.completions.create(**QUESTION) for _ in range(4)))
        answers.append(await client.chat.completions.create(**QUESTION))
    payments = [answer.receipt.statement.payment for answer in answers]
    assert {payment.rail for payment in payments} == {"channel", "upto"}
    charged = sum(payment.amount for payment in payments if payment.rail == "channel")
    assert agent.count() == Count(charged)


async def test_a_channel_that_is_used_up(open_channel: Callable[..., Any]) -> None:
    agent = await open_channel(1000)
    async with agent.client() as client:
        with pytest.raises(ChannelUsedUp):
            await client.chat.completions.create(**QUESTION)
    assert agent.count() == Count()
