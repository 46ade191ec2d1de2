"""What is kept by a chain's logs is what the chain says, however often it changes its mind.

``ASSAY_REORG_STEPS`` sets how much happens to the chain in the long test (60 by default).
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.chain.conftest import ETHER, MakeSender

from assay.engines.chain import cursor, follower
from assay.engines.chain.bindings.opg import OPG, Transfer
from assay.engines.chain.chain import Chain, connect
from assay.engines.chain.deployments import Deployments, Planned, deploy
from assay.engines.chain.errors import ChainUnreachable
from assay.engines.chain.follower import Advanced, Change, Follower, Retreated
from assay.engines.chain.library import to_checksum_address
from assay.engines.chain.local import ANY_PORT, LocalChain
from assay.engines.chain.patience import until
from assay.engines.chain.sender import Sender
from assay.engines.chain.wire import from_data, to_data
from assay.engines.storage.sqlite import open_tables

STEPS = int(os.environ.get("ASSAY_REORG_STEPS", "60"))
SOMEBODY = to_checksum_address("0x" + "ab" * 20)


class Book:
    """Transfers as a table says them, which a follower fills."""

    def __init__(self, path: Path, chain: Chain, token: OPG, **options: Any) -> None:
        self.connection = open_tables(
            path, cursor.SCHEMA + "CREATE TABLE IF NOT EXISTS transfer (block INTEGER, value INTEGER) STRICT;"
        )
        self.follower = Follower(
            chain,
            self.connection,
            "transfers",
            start=1,
            addresses=[token.address],
            topics=[Transfer.topic()],
            **options,
        )
        self.changes: list[Change] = []

    def apply(self, change: Change) -> None:
        self.changes.append(change)
        if isinstance(change, Retreated):
            self.connection.execute("DELETE FROM transfer WHERE block > ?", (change.number,))
        else:
            self.connection.executemany(
                "INSERT INTO transfer VALUES (?, ?)",
                [
                    (log.block_number, transfer.value)
                    for log in change.logs
                    if (transfer := Transfer.read(log)).receiver == SOMEBODY
                ],
            )

    async def catch_up(self) -> None:
        while await self.follower.step(self.apply):
            pass

    def received(self) -> int:
        (total,) = self.connection.execute("SELECT coalesce(sum(value), 0) FROM transfer").fetchone()
        return int(total)


@pytest.fixture
async def own(local_chain: LocalChain) -> AsyncIterator[Chain]:
    async with connect(local_chain.start(ANY_PORT).url) as chain:
        yield chain


@pytest.fixture
async def sender(own: Chain, make_sender: MakeSender) -> Sender:
    sender = make_sender(patience=0.5)
    sender.chain = own
    await own.rpc.call("anvil_setBalance", sender.account.address, hex(100 * ETHER))
    return sender


@pytest.fixture
async def token(sender: Sender) -> OPG:
    planned = Planned(OPG, OPG.initcode(sender.account.address))
    return (await deploy(sender, [planned], Deployments.of(sender.chain))).at(OPG)


@pytest.fixture
def book(own: Chain, token: OPG, tmp_path: Path) -> Iterator[Book]:
    book = Book(tmp_path / "book.sqlite", own, token)
    yield book
    book.connection.close()


async def test_logs_come_once_and_in_order(sender: Sender, token: OPG, book: Book) -> None:
    for value in (1, 2, 3):
        await sender.transact(token.transfer(SOMEBODY, value))
    await book.catch_up()
    assert book.received() == 6
    await book.catch_up()
    (advanced,) = book.changes
    assert isinstance(advanced, Advanced)
    assert advanced.number == await sender.chain.height()
    assert [Transfer.read(log).value for log in advanced.logs][1:] == [1, 2, 3]


async def test_a_fork_takes_blocks_back(sender: Sender, token: OPG, book: Book) -> None:
    await sender.transact(token.transfer(SOMEBODY, 1))
    stays = await sender.chain.height()
    await sender.transact(token.transfer(SOMEBODY, 2))
    await book.catch_up()
    await sender.chain.rpc.call("anvil_reorg", 1, [])
    await book.catch_up()
    assert book.changes[1:] == [Retreated(stays), Advanced(stays + 1, ())]
    assert book.received() == 1 == await sender.chain.read(token.balanceOf(SOMEBODY))


async def test_whatever_happens_the_table_says_what_the_chain_does(
    own: Chain, sender: Sender, token: OPG, tmp_path: Path
) -> None:
    book = Book(tmp_path / "book.sqlite", own, token)
    for step in range(STEPS):
        what = random.choice(("transfer", "transfer", "mine", "fork", "look", "look", "restart"))
        if what == "transfer":
            await transfer(own, sender, token, step + 1)
        elif what == "mine":
            await own.rpc.call("anvil_mine", hex(random.randint(1, 3)))
        elif what == "fork":
            depth = random.randint(0, min(6, await own.height() - 1))  # the token's own block stays
            if depth:
                await own.rpc.call("anvil_reorg", depth, [])
        elif what == "look":
            await book.follower.step(book.apply)
        else:
            book.connection.close()
            book = Book(tmp_path / "book.sqlite", own, token)
    await book.catch_up()
    assert book.received() == await own.read(token.balanceOf(SOMEBODY))
    book.connection.close()


@pytest.mark.parametrize("questions", range(4))
async def test_a_fork_between_two_questions(
    questions: int, own: Chain, sender: Sender, token: OPG, book: Book
) -> None:
    await transfer(own, sender, token, 1)
    await transfer(own, sender, token, 2)
    await book.catch_up()
    await transfer(own, sender, token, 4)
    rpc, own.rpc = own.rpc, _Forking(own.rpc, questions)  # type: ignore[assignment]
    await book.follower.step(book.apply)
    own.rpc = rpc
    await book.catch_up()
    assert book.received() == await own.read(token.balanceOf(SOMEBODY)) == 1


class _Forking:
    """A node that turns to another fork after so many questions."""

    def __init__(self, rpc: Any, questions: int) -> None:
        self._rpc = rpc
        self._left = questions

    async def call(self, *arguments: Any) -> Any:
        await self._turn()
        return await self._rpc.call(*arguments)

    async def batch(self, *arguments: Any) -> Any:
        await self._turn()
        return await self._rpc.batch(*arguments)

    async def _turn(self) -> None:
        if self._left == 0:
            await self._rpc.call("anvil_reorg", 2, [])
        self._left -= 1


async def transfer(chain: Chain, sender: Sender, token: OPG, value: int) -> None:
    """As the account's owner would, but under whatever nonce is next since blocks were replaced."""
    await chain.rpc.call("anvil_impersonateAccount", sender.account.address)
    sent = await chain.rpc.call(
        "eth_sendTransaction",
        {
            "from": sender.account.address,
            "to": token.address,
            "input": to_data(token.transfer(SOMEBODY, value).data),
        },
    )
    assert await until(lambda: chain.receipts([from_data(sent)]), 5)


async def test_a_change_that_cannot_be_written_comes_again(sender: Sender, token: OPG, book: Book) -> None:
    await sender.transact(token.transfer(SOMEBODY, 1))

    def failing(change: Change) -> None:
        book.apply(change)
        raise sqlite3.OperationalError("disk full")

    with pytest.raises(sqlite3.OperationalError):
        await book.follower.step(failing)
    assert book.received() == 0
    await book.catch_up()
    assert book.received() == 1


async def test_a_chain_that_was_begun_anew(
    sender: Sender, token: OPG, book: Book, local_chain: LocalChain
) -> None:
    await sender.transact(token.transfer(SOMEBODY, 1))
    await book.catch_up()
    local_chain.stop()
    local_chain.directory.state.unlink()
    async with connect(local_chain.start(ANY_PORT).url) as anew:
        book = Book(Path(book.connection.execute("PRAGMA database_list").fetchone()[2]), anew, token)
        await book.catch_up()
        assert book.changes == [Retreated(0)]
        assert book.received() == 0


async def test_far_behind(
    sender: Sender, token: OPG, own: Chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "LARGEST_SPAN", 7)
    for value in (1, 2):
        await sender.transact(token.transfer(SOMEBODY, value))
        await own.rpc.call("anvil_mine", hex(follower.DEPTH))
    await sender.transact(token.transfer(SOMEBODY, 4))
    book = Book(tmp_path / "book.sqlite", own, token)
    await book.catch_up()
    assert book.received() == 7
    (rows,) = book.connection.execute("SELECT count(*) FROM followed").fetchone()
    assert rows <= follower.DEPTH
    book.connection.close()


async def test_confirmations(sender: Sender, token: OPG, own: Chain, tmp_path: Path) -> None:
    await sender.transact(token.transfer(SOMEBODY, 1))
    book = Book(tmp_path / "book.sqlite", own, token, confirmations=2)
    await book.catch_up()
    assert book.received() == 0
    await own.rpc.call("anvil_mine", hex(2))
    await book.catch_up()
    assert book.received() == 1
    book.connection.close()


async def test_following_waits_for_blocks_and_for_the_node(
    sender: Sender, token: OPG, own: Chain, book: Book
) -> None:
    class Failing:
        def __init__(self, rpc: Any) -> None:
            self._rpc = rpc
            self._failures = 3

        def __getattr__(self, name: str) -> Any:
            if self._failures:
                self._failures -= 1
                raise ChainUnreachable("Gone.")
            return getattr(self._rpc, name)

    rpc, own.rpc = own.rpc, Failing(own.rpc)  # type: ignore[assignment]
    following = asyncio.create_task(book.follower.follow(book.apply))
    await asyncio.sleep(0.05)
    own.rpc = rpc
    await sender.transact(token.transfer(SOMEBODY, 1))
    async with asyncio.timeout(5):
        while book.received() != 1:
            await asyncio.sleep(0.01)
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following
