"""One chain, seen through one node."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from assay.engines.chain.contract import Call
from assay.engines.chain.errors import ChainRefused, WrongChain
from assay.engines.chain.fees import HISTORY, Fees, suggest
from assay.engines.chain.library import Address
from assay.engines.chain.receipt import Block, Log, Receipt
from assay.engines.chain.rpc import Rpc
from assay.engines.chain.wire import Json, from_data, from_quantity, parse, to_data, to_quantity

T = TypeVar("T")


class Chain:
    """Asks a node what only it can know. Made by `connect`."""

    def __init__(self, rpc: Rpc, chain_id: int, genesis: bytes) -> None:
        """``genesis``: hash of block 0, by which a chain is told from another one with the same id."""
        self.rpc = rpc
        self.chain_id = chain_id
        self.genesis = genesis

    async def confirm(self) -> None:
        """Ask whether the node is of this chain. Raises `WrongChain` if it is not."""
        found, genesis = await _identify(self.rpc)
        if (found, genesis) != (self.chain_id, self.genesis):
            raise WrongChain(
                f"The node at {self.rpc.host} is of chain {found}, or of one that was begun anew; "
                f"chain {self.chain_id} is known by another first block."
            )

    def __repr__(self) -> str:
        return f"Chain({self.chain_id}, {self.rpc!r})"

    async def read(self, call: Call[T], *, sender: Address | None = None) -> T:
        """What a call would answer now; nothing changes. Raises `CallReverted`."""
        answer = await self.rpc.call("eth_call", _call_object(call, sender), "latest")
        return call.read(from_data(answer))

    async def read_all(self, calls: Sequence[Call[T]]) -> list[T]:
        """What each of many calls would answer. Raises the refusal of the first that is refused."""
        answers = await self.rpc.batch([("eth_call", [_call_object(call, None), "latest"]) for call in calls])
        return [call.read(from_data(_granted(answer))) for call, answer in zip(calls, answers, strict=True)]

    async def estimate(self, call: Call[Any], sender: Address) -> int:
        """Gas that a call would take. Raises `CallReverted` or `FundsMissing`."""
        return from_quantity(await self.rpc.call("eth_estimateGas", _call_object(call, sender)))

    async def fees(self, cap: int) -> Fees:
        """What to offer per gas, at most ``cap`` wei. Raises `FeeAboveCap`."""
        return parse(lambda history: suggest(history, cap), await self.rpc.call("eth_feeHistory", *HISTORY))

    async def balance(self, address: Address) -> int:
        """Wei of the chain's own currency."""
        return from_quantity(await self.rpc.call("eth_getBalance", address, "latest"))

    async def code(self, address: Address) -> bytes:
        """The contract at an address; empty if there is none."""
        return from_data(await self.rpc.call("eth_getCode", address, "latest"))

    async def transaction_count(self, address: Address, *, waiting: bool) -> int:
        """How many transactions of an account are in blocks, or ``waiting`` to be."""
        tag = "pending" if waiting else "latest"
        return from_quantity(await self.rpc.call("eth_getTransactionCount", address, tag))

    async def height(self) -> int:
        """Number of the newest block."""
        return from_quantity(await self.rpc.call("eth_blockNumber"))

    async def blocks(self, numbers: Sequence[int]) -> list[Block | None]:
        """The blocks that have these numbers now; None for those beyond the newest."""
        answers = await self.rpc.batch(
            [("eth_getBlockByNumber", [to_quantity(number), False]) for number in numbers]
        )
        return [None if _granted(answer) is None else parse(Block.from_json, answer) for answer in answers]

    async def receipts(self, transactions: Sequence[bytes]) -> list[Receipt]:
        """What became of those of these transactions that are in a block."""
        answers = await self.rpc.batch(
            [("eth_getTransactionReceipt", [to_data(hash)]) for hash in transactions]
        )
        return [parse(Receipt.from_json, answer) for answer in map(_granted, answers) if answer is not None]

    async def calldata(self, transaction: bytes) -> bytes:
        """What a transaction carries; nothing for one that the node does not know."""
        answer = await self.rpc.call("eth_getTransactionByHash", to_data(transaction))
        return parse(lambda found: from_data(found["input"]), answer) if answer is not None else b""

    async def logs(self, *filters: Json) -> list[Log]:
        """The logs that each of these filters of ``eth_getLogs`` lets through, one filter after the other."""
        answers = await self.rpc.batch([("eth_getLogs", [filter]) for filter in filters])
        return [parse(Log.from_json, log) for answer in map(_granted, answers) for log in answer]

    async def broadcast(self, raw: bytes) -> None:
        """Hand a signed transaction to the node. Raises `ChainRefused` in its many forms."""
        await self.rpc.call("eth_sendRawTransaction", to_data(raw))


@asynccontextmanager
async def connect(url: str, *, chain_id: int | None = None) -> AsyncIterator[Chain]:
    """The chain behind a URL. Raises `WrongChain` if it is not ``chain_id``, and whatever `Rpc.call` does."""
    async with Rpc(url) as rpc:
        number, genesis = await _identify(rpc)
        if chain_id not in (None, number):
            raise WrongChain(f"The node at {rpc.host} is of chain {number}, not of {chain_id}.")
        yield Chain(rpc, number, genesis)


async def _identify(rpc: Rpc) -> tuple[int, bytes]:
    """Which chain a node is of: its id, and the hash of its first block."""
    found, genesis = await rpc.batch([("eth_chainId", []), ("eth_getBlockByNumber", ["0x0", False])])
    return from_quantity(_granted(found)), parse(Block.from_json, _granted(genesis)).hash


def _call_object(call: Call[Any], sender: Address | None) -> Json:
    asked: dict[str, Json] = {"to": call.to, "input": to_data(call.data), "value": to_quantity(call.value)}
    return asked if sender is None else asked | {"from": sender}


def _granted(answer: Any) -> Any:
    if isinstance(answer, ChainRefused):
        raise answer
    return answer
