"""Receipts and payments come to the chain in batches, and what the chain says of them into the books."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.integration.line import Line
from tests.integration.payments.conftest import Payer, Town, asked, paid
from tests.integration.payments.shop import Shop, Sold

from assay.apps.network.home import Home
from assay.engines.chain.account import Account
from assay.engines.chain.bindings.facilitator import Facilitator
from assay.engines.chain.bindings.permit2 import Permit2
from assay.engines.chain.bindings.settlement import Settlement
from assay.engines.chain.canonical import PERMIT2
from assay.engines.chain.chain import Chain
from assay.engines.chain.contract import Call
from assay.engines.chain.errors import CallReverted, ChainUnreachable, FeeAboveCap
from assay.engines.chain.nonces import Nonces
from assay.engines.chain.rpc import Rpc
from assay.engines.chain.sender import Sender
from assay.engines.chain.typed_data import hash_struct
from assay.services.payments.books.sqlite import SqliteBooks
from assay.services.payments.payment import Payment, State
from assay.services.payments.settlement.settler import Settler
from assay.services.payments.settlement.tables import Losses
from assay.services.payments.till import Till
from assay.services.payments.x402.gate import Gate
from assay.services.payments.x402.market import Market
from assay.trust.envelope import Envelope
from assay.trust.receipts.settlement import SettlementPending, SettlementProof

MakePayer = Callable[..., Awaitable[Payer]]
SOMEBODY = Account(bytes([8]) * 32).address
CANCELLATION = "CancelAuthorization(address authorizer,bytes32 nonce)"


@pytest.fixture
def shop(
    tmp_path: Path,
    town: Town,
    town_home: Home,
    market: Market,
    till: Till,
    gate: Gate,
    books: SqliteBooks,
) -> Iterator[Shop]:
    shop = Shop(tmp_path, town, town_home, market, till, gate, books)
    yield shop
    shop.office.log.close()


async def payment_of(shop: Shop, sold: Sold) -> Payment:
    payment = await shop.books.find(sold.key)
    assert payment is not None
    return payment


async def call_of(shop: Shop, sold: Sold) -> Call[None]:
    """What settles a payment, whoever makes it."""
    payment = await payment_of(shop, sold)
    rail = shop.gate.rail_of(payment)
    assert rail is not None
    call = rail.collect(payment)
    assert call is not None
    return Call(*call)


async def is_there(town: Town, proof: SettlementProof, sold: Sold) -> bool:
    leaf = sold.leaf.receipt, sold.leaf.payment, sold.leaf.mode
    contract = town.deployments.at(Settlement)
    assert await town.chain.read(contract.leaf_hash(leaf)) == sold.leaf.hash
    return await town.chain.read(contract.includes(proof.root, proof.index, leaf, proof.path))


async def settle(shop: Shop, sold: list[Sold]) -> list[SettlementProof]:
    async with shop.settler() as settler:
        await settler.settle_now()
        return [settler.proof(each.receipt) for each in sold]


async def test_a_call_of_each_rail_settles_with_its_receipt(shop: Shop, payer: Payer, town: Town) -> None:
    sold = [
        await shop.sell(payer, "upto", "permit2"),
        await shop.sell(payer, "exact", "permit2"),
        await shop.sell(payer, "exact", "eip3009"),
        shop.logged(),
    ]
    before = await shop.income()
    proofs = await settle(shop, sold)
    assert await shop.income() - before == sum(each.amount for each in sold[:3])
    assert len({proof.transaction for proof in proofs}) == 1
    for each, proof in zip(sold, proofs, strict=True):
        proof.check(each.leaf)
        assert await is_there(town, proof, each)
    for each in sold[:3]:
        payment = await payment_of(shop, each)
        assert (payment.state, payment.transaction) == (State.SETTLED, proofs[0].transaction)


async def test_one_bad_payment_of_forty_spoils_no_other(
    shop: Shop, make_payer: MakePayer, town: Town
) -> None:
    good, bad = await make_payer(), await make_payer()
    sold = [await shop.sell(bad if number == 17 else good) for number in range(40)]
    await bad.transact(
        town.token.transfer(SOMEBODY, await town.chain.read(town.token.balanceOf(bad.wallet.address)))
    )
    before = await shop.income()
    proofs = await settle(shop, sold)
    assert await shop.income() - before == sum(each.amount for each in sold) - sold[17].amount
    assert len({proof.root for proof in proofs}) == 1
    assert await is_there(town, proofs[17], sold[17])
    states = [(await payment_of(shop, each)).state for each in sold]
    assert states == [State.EXPIRED if number == 17 else State.SETTLED for number in range(40)]
    async with shop.settler() as settler:
        assert settler.losses() == Losses(1, sold[17].amount)


@pytest.mark.parametrize("method", ["permit2", "eip3009"])
async def test_a_payment_that_somebody_else_made_counts_as_paid(
    shop: Shop, payer: Payer, town: Town, method: str
) -> None:
    """Two payments of one amount: one was made by somebody else, the other was taken back by its payer."""
    made, taken_back, other = [await shop.sell(payer, "exact", method) for _ in range(3)]
    assert made.amount == taken_back.amount
    before = await shop.income()
    elsewhere = await town.sender.transact(await call_of(shop, made))
    await payer.transact(await cancellation(shop, payer, taken_back))
    await town.chain.rpc.call("anvil_mine", "0x5")
    proofs = await settle(shop, [made, taken_back, other])

    assert await shop.income() - before == made.amount + other.amount
    paid = await payment_of(shop, made)
    assert (paid.state, paid.transaction) == (State.SETTLED, elsewhere.transaction)
    assert (await payment_of(shop, taken_back)).state is State.EXPIRED
    assert (await payment_of(shop, other)).transaction == proofs[0].transaction


async def cancellation(shop: Shop, payer: Payer, sold: Sold) -> Call[None]:
    signed = orjson.loads((await payment_of(shop, sold)).authorization.signed)
    if "permit2Authorization" in signed:
        nonce = int(signed["permit2Authorization"]["nonce"])
        return Permit2(PERMIT2).invalidateUnorderedNonces(nonce >> 8, 1 << (nonce & 0xFF))
    nonce = bytes.fromhex(signed["authorization"]["nonce"][2:])
    struct = hash_struct(CANCELLATION, ("address", "bytes32"), (payer.wallet.address, nonce))
    signature = Account(bytes(payer.wallet.key)).sign_digest(shop.market.terms.token_domain.digest(struct))
    return shop.town.token.cancelAuthorization(payer.wallet.address, nonce, signature)


async def test_what_came_to_nothing_costs_no_payment(shop: Shop, payer: Payer) -> None:
    free = await shop.sell(payer, cost=0)
    assert free.amount == 0
    before = await shop.income()
    (proof,) = await settle(shop, [free])
    proof.check(free.leaf)
    payment = await payment_of(shop, free)
    assert (payment.state, payment.transaction) == (State.SETTLED, b"")
    assert await shop.income() == before


async def test_a_worker_settles_by_itself(shop: Shop, payer: Payer) -> None:
    sold = await shop.sell(payer)
    async with shop.settler() as settler:
        with pytest.raises(SettlementPending, match="in no batch"):
            settler.proof(sold.receipt)
        proof = await patiently(settler, sold)
    proof.check(sold.leaf)
    assert (await payment_of(shop, sold)).state is State.SETTLED


async def patiently(settler: Settler, sold: Sold) -> SettlementProof:
    async with asyncio.timeout(10):
        while True:
            try:
                return settler.proof(sold.receipt)
            except SettlementPending:
                await asyncio.sleep(0.05)


async def test_a_chain_that_is_down_is_waited_for(
    shop: Shop, payer: Payer, town: Town, chain_url: str
) -> None:
    sold = await shop.sell(payer)
    before = await shop.income()
    async with Line(chain_url) as line, over(line, shop) as sender, shop.settler(sender) as settler:
        await line.cut()
        with pytest.raises(ChainUnreachable):
            await settler.settle_now()
        with pytest.raises(SettlementPending, match="not on the chain yet"):
            settler.proof(sold.receipt)
        more = await shop.sell(payer)
        async with asyncio.timeout(5):
            while settler.trouble is None:
                await asyncio.sleep(0.05)
        assert isinstance(settler.trouble, ChainUnreachable)
        await line.mend()
        await settler.settle_now()
        for each in (sold, more):
            settler.proof(each.receipt).check(each.leaf)
    assert await shop.income() - before == sold.amount + more.amount


@asynccontextmanager
async def over(line: Line, shop: Shop, **options: Any) -> AsyncIterator[Sender]:
    """The town's sender, over a line."""
    chain, account = shop.town.chain, shop.town.sender.account
    nonces = Nonces.open(shop.home.nonces, chain.genesis, account.address)
    async with Rpc(line.url, timeout=2) as rpc:
        with closing(nonces):
            yield Sender(Chain(rpc, chain.chain_id, chain.genesis), account, nonces, **options)


async def test_a_fork_takes_a_batch_back(shop: Shop, payer: Payer, town: Town) -> None:
    first = await shop.sell(payer)
    before = await shop.income()
    async with shop.settler() as settler:
        await settler.settle_now()
        second = await shop.sell(payer)
        await settler.settle_now()
        await town.chain.rpc.call("anvil_reorg", 1, [])
        contract = town.deployments.at(Settlement)
        assert (await town.chain.read(contract.batch(settler.proof(second.receipt).root))).size == 0
        await settler.settle_now()
        proof = settler.proof(second.receipt)
    assert await is_there(town, proof, second)
    assert await shop.income() - before == first.amount + second.amount
    assert (await payment_of(shop, second)).state is State.SETTLED


async def test_a_payment_that_a_fork_undid_and_that_fails_then_is_lost(
    shop: Shop, make_payer: MakePayer, town: Town
) -> None:
    payer = await make_payer()
    everything = await town.chain.read(town.token.balanceOf(payer.wallet.address))
    sold = await shop.sell(payer)
    async with shop.settler() as settler:
        await settler.settle_now()
        await town.chain.rpc.call("anvil_reorg", 1, [])
        await payer.transact(town.token.transfer(SOMEBODY, everything))
        await settler.settle_now()
        assert settler.losses() == Losses(1, sold.amount)
        assert await is_there(town, settler.proof(sold.receipt), sold)


async def test_a_batch_counts_only_when_it_is_deep_enough(shop: Shop, payer: Payer, town: Town) -> None:
    sold = await shop.sell(payer)
    async with shop.settler(confirmations=3) as settler:
        await settler.settle_now()
        with pytest.raises(SettlementPending):
            settler.proof(sold.receipt)
        await town.chain.rpc.call("anvil_mine", "0x2")
        await settler.settle_now()
        assert (await payment_of(shop, sold)).state is State.SERVED
        await town.chain.rpc.call("anvil_mine", "0x1")
        await settler.settle_now()
        settler.proof(sold.receipt).check(sold.leaf)
    assert (await payment_of(shop, sold)).state is State.SETTLED


async def test_a_chain_that_is_too_dear_is_waited_for(shop: Shop, payer: Payer, chain_url: str) -> None:
    sold = await shop.sell(payer)
    async with Line(chain_url) as line, over(line, shop, cap=1) as stingy, shop.settler(stingy) as settler:
        with pytest.raises(FeeAboveCap):
            await settler.settle_now()
    assert (await payment_of(shop, sold)).state is State.SERVED
    (proof,) = await settle(shop, [sold])
    proof.check(sold.leaf)


async def test_a_root_that_is_there_is_not_sent_again(shop: Shop, payer: Payer, town: Town) -> None:
    """As after a crash that took the memory of having sent it."""
    sold = await shop.sell(payer)
    await settle(shop, [sold])
    count = await town.chain.transaction_count(town.sender.account.address, waiting=True)
    for name in ("settlement.sqlite", "settlement.sqlite-wal", "settlement.sqlite-shm"):
        (shop.directory / name).unlink(missing_ok=True)
    async with shop.settler() as settler:
        await settler.settle_now()
    assert await town.chain.transaction_count(town.sender.account.address, waiting=True) == count


async def test_who_may_not_settle_is_told(shop: Shop, payer: Payer, town: Town, chain_url: str) -> None:
    sold = await shop.sell(payer)
    facilitator = town.deployments.at(Facilitator)
    await town.sender.transact(facilitator.set_operator(town.sender.account.address, False))
    async with shop.settler() as settler:
        with pytest.raises(CallReverted, match="not an operator"):
            await settler.settle_now()
        await town.sender.transact(facilitator.set_operator(town.sender.account.address, True))
        await settler.settle_now()
        settler.proof(sold.receipt).check(sold.leaf)


async def test_what_does_not_check_settles_in_no_batch(
    shop: Shop, payer: Payer, caplog: pytest.LogCaptureFixture
) -> None:
    """A forged signature, a payment that nobody took, and an amount that is not the books'."""
    sold = await shop.sell(payer)
    claim = sold.statement.payment
    never_taken = shop.logged(replace(claim, reference="11" * 32))
    other_amount = shop.logged(replace(claim, amount=claim.amount + 1))
    envelope = Envelope.from_bytes(shop.office.log.entry(0))
    shop.office.log.append(replace(envelope, signature=bytes(64)).to_bytes())
    shop.office.log.append(b"no receipt")
    shop.office.log.integrate()
    good = shop.logged()
    async with shop.settler() as settler:
        await settler.settle_now()
        assert settler.proof(good.receipt).size == 2
        for each in (never_taken, other_amount):
            with pytest.raises(SettlementPending):
                settler.proof(each.receipt)
    assert [record.levelname for record in caplog.records].count("ERROR") == 4


async def test_a_receipt_that_the_books_do_not_know_yet_waits(shop: Shop, payer: Payer) -> None:
    payload = await payer.sign(await asked(shop.till), "upto", "permit2")
    reservation = await shop.till.reserve(paid(payload))
    sold = shop.logged(reservation.claim(400, capped=False))
    async with shop.settler() as settler:
        await settler.settle_now()
        with pytest.raises(SettlementPending, match="in no batch"):
            settler.proof(sold.receipt)
        reservation.commit(400, 0)
        await shop.gate.flush()
        await settler.settle_now()
        settler.proof(sold.receipt).check(sold.leaf)
