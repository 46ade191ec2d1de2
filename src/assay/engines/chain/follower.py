"""Follows the logs of contracts, and notices when the chain changes its mind.

A node replaces blocks by others when it learns of a longer fork; a local chain that was killed may have lost its
newest. Whoever keeps tables by a chain's logs must undo then what the lost blocks did. The follower tells of both, in
order, and keeps its place in the same transaction as the tables: each block counts exactly once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from assay.engines.chain.chain import Chain
from assay.engines.chain.cursor import Cursor
from assay.engines.chain.errors import ChainRefused
from assay.engines.chain.library import Address
from assay.engines.chain.patience import until
from assay.engines.chain.receipt import Block, Log
from assay.engines.storage.sqlite import transaction

DEPTH = 128
"""Blocks below the newest that may yet be replaced; those before are taken to be there for good."""
LARGEST_SPAN = 2000
"""Blocks in one question about those. Nodes that refuse so many are asked for fewer."""
_LONGEST_PAUSE_S = 1.0
_FOREVER_S = 10.0**9


@dataclass(frozen=True, slots=True)
class Advanced:
    """Blocks up to ``number`` have come, and with them these logs, in the chain's order."""

    number: int
    logs: tuple[Log, ...]


@dataclass(frozen=True, slots=True)
class Retreated:
    """Blocks above ``number`` are there no more: whatever their logs led to must be undone."""

    number: int


Change: TypeAlias = Advanced | Retreated
Apply: TypeAlias = Callable[[Change], None]
"""Brings tables up to date. Called inside a transaction; if it raises, nothing has happened."""


class Follower:
    """One reader of a chain's logs, under a name by which it finds its place again."""

    def __init__(
        self,
        chain: Chain,
        connection: sqlite3.Connection,
        name: str,
        *,
        start: int,
        addresses: Sequence[Address],
        topics: Sequence[bytes] = (),
        confirmations: int = 0,
    ) -> None:
        """``connection``: to the caller's tables, with those of `cursor.SCHEMA` among them.

        ``start``: the first block to look at. ``topics``: kinds of events, by `Event.topic`; none means all.
        ``confirmations``: blocks that must be above one before it counts.
        """
        self._chain = chain
        self._connection = connection
        self._cursor = Cursor(connection, name, DEPTH)
        self._start = start
        self._filter: dict[str, Any] = {"address": list(addresses)}
        if topics:
            self._filter["topics"] = [[f"0x{topic.hex()}" for topic in topics]]
        self._confirmations = confirmations
        self._span = LARGEST_SPAN

    async def follow(self, apply: Apply) -> None:
        """Tell of every change, until cancelled. A node that does not answer is waited for.

        Raises what ``apply`` raises, and what the node answers that makes no sense.
        """
        while True:
            await until(lambda: self.step(apply), _FOREVER_S, longest=_LONGEST_PAUSE_S)

    async def step(self, apply: Apply) -> bool:
        """Tell of the next change, if there is one; whether there was."""
        height = await self._chain.height() - self._confirmations
        last = self._cursor.last()
        if last is not None and not await self._stands(*last):
            return self._retreat(apply, await self._common())
        first = self._start if last is None else last[0] + 1
        if first > height:
            return False
        if first <= height - DEPTH:
            return await self._catch_up(apply, first, min(height - DEPTH, first + self._span - 1))
        return await self._keep_up(apply, range(first, height + 1), last)

    async def _catch_up(self, apply: Apply, first: int, end: int) -> bool:
        """Blocks that are there for good, many at once."""
        try:
            logs = await self._chain.logs(self._filter | {"fromBlock": hex(first), "toBlock": hex(end)})
        except ChainRefused:
            if self._span == 1:
                raise
            self._span //= 2
            return False
        (block,) = await self._chain.blocks([end])
        return block is not None and self._advance(apply, [block], logs)

    async def _keep_up(self, apply: Apply, numbers: range, last: tuple[int, bytes] | None) -> bool:
        """Blocks that may yet be replaced: asked for by hash, so that no log is of another fork than its block."""
        blocks = [block for block in await self._chain.blocks(numbers) if block is not None]
        if len(blocks) != len(numbers) or not _is_chain(blocks, last):
            return False  # it has just changed its mind; the next step will see
        try:
            logs = await self._chain.logs(
                *(self._filter | {"blockHash": f"0x{block.hash.hex()}"} for block in blocks)
            )
        except ChainRefused:
            if all([await self._stands(block.number, block.hash) for block in blocks]):
                raise
            return False
        return self._advance(apply, blocks, logs)

    def _advance(self, apply: Apply, blocks: Sequence[Block], logs: Sequence[Log]) -> Literal[True]:
        with transaction(self._connection):
            apply(Advanced(blocks[-1].number, tuple(logs)))
            self._cursor.advance(blocks)
        return True

    def _retreat(self, apply: Apply, number: int) -> Literal[True]:
        with transaction(self._connection):
            apply(Retreated(number))
            self._cursor.retreat(number)
        return True

    async def _stands(self, number: int, hash: bytes) -> bool:
        (block,) = await self._chain.blocks([number])
        return block is not None and block.hash == hash

    async def _common(self) -> int:
        """The newest block that chain and follower have in common; the one before the start if there is none."""
        recent = self._cursor.recent()
        blocks = await self._chain.blocks([number for number, _ in recent])
        for (number, hash), block in zip(recent, blocks, strict=True):
            if block is not None and block.hash == hash:
                return number
        return self._start - 1


def _is_chain(blocks: Sequence[Block], last: tuple[int, bytes] | None) -> bool:
    linked = all(below.hash == above.parent for below, above in pairwise(blocks))
    return linked and (last is None or blocks[0].parent == last[1])
