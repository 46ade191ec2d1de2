"""Whatever moment a settling process is killed at, the next one goes on: each root once, each payment once."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.integration.payments.conftest import PAYEE, Payer, Town
from tests.integration.payments.settling import STEPS, Workplace
from tests.integration.payments.shop import Shop, Sold
from tests.unit.trust.receipts.office import Office

from assay.apps.network.home import Home
from assay.engines.chain.account import Account
from assay.engines.chain.bindings.settlement import BatchSettled, Settlement
from assay.engines.chain.wire import to_data
from assay.services.payments.books.sqlite import SqliteBooks
from assay.services.payments.payment import State
from assay.services.payments.settlement.tables import Losses
from assay.services.payments.till import Till
from assay.services.payments.x402.gate import Gate
from assay.services.payments.x402.market import Market

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(
    ["tests.integration.payments.settling"]
)  # what takes seconds is imported once

SOMEBODY = Account(bytes([8]) * 32).address


async def test_killed_at_every_step(
    tmp_path: Path,
    town: Town,
    town_home: Home,
    chain_url: str,
    market: Market,
    till: Till,
    gate: Gate,
    books: SqliteBooks,
    make_payer: Callable[..., Awaitable[Payer]],
) -> None:
    """Each round sells three times, to one who has nothing left when it is to be settled, and dies once."""
    payer = await make_payer()
    shop = Shop(tmp_path, town, town_home, market, till, gate, books)
    first_block = await town.chain.height()
    before = await shop.income()
    good: list[Sold] = []
    bad: list[Sold] = []

    async def run(step: str | None = None) -> int | None:
        shop.office.log.close()
        place = Workplace(chain_url, town_home, tmp_path, PAYEE)
        process = processes.Process(target=place.run, args=(step,))
        process.start()
        await asyncio.to_thread(process.join)
        shop.office = Office.open(tmp_path)
        return process.exitcode

    for step in STEPS:
        poor = await make_payer(opg=payer_needs(market))
        good += [await shop.sell(payer), await shop.sell(payer, "exact", "eip3009")]
        bad.append(await shop.sell(poor))
        shop.logged()
        everything = await town.chain.read(town.token.balanceOf(poor.wallet.address))
        await poor.transact(town.token.transfer(SOMEBODY, everything))
        assert await run(step) == -signal.SIGKILL, step
    assert await run() == 0

    assert await shop.income() - before == sum(sold.amount for sold in good)
    for sold, state in [(each, State.SETTLED) for each in good] + [(each, State.EXPIRED) for each in bad]:
        payment = await books.find(sold.key)
        assert payment is not None
        assert payment.state is state
    async with shop.settler() as settler:
        assert settler.losses() == Losses(len(bad), sum(sold.amount for sold in bad))
        proofs = [settler.proof(sold.receipt) for sold in good + bad]
    for sold, proof in zip(good + bad, proofs, strict=True):
        proof.check(sold.leaf)
    settled = await town.chain.logs(
        {
            "address": town.deployments.at(Settlement).address,
            "topics": [to_data(BatchSettled.topic())],
            "fromBlock": hex(first_block),
        }
    )
    roots = [BatchSettled.read(log).root for log in settled]
    assert len(roots) == len(set(roots))
    assert {proof.root for proof in proofs} == set(roots)
    shop.office.log.close()


def payer_needs(market: Market) -> int:
    """Enough for one call."""
    return 2 * market.rate().units(1000)
