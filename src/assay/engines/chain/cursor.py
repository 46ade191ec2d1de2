"""How far somebody has followed a chain: the blocks that were dealt with last, by number and hash.

The rows stand in the follower's own file, beside the tables that it fills, so that what a block does to them and that
the block is dealt with are written at once or not at all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from assay.engines.chain.receipt import Block

SCHEMA = """
CREATE TABLE IF NOT EXISTS followed (
    name   TEXT    NOT NULL,   -- of the follower
    number INTEGER NOT NULL,
    hash   BLOB    NOT NULL,
    PRIMARY KEY (name, number)
) STRICT;
"""


class Cursor:
    """The last ``depth`` blocks that a follower has dealt with. Writes belong into a transaction of the caller's."""

    def __init__(self, connection: sqlite3.Connection, name: str, depth: int) -> None:
        self._connection = connection
        self._name = name
        self._depth = depth

    def last(self) -> tuple[int, bytes] | None:
        """Number and hash of the newest block; None at the beginning."""
        return next(iter(self.recent()), None)

    def recent(self) -> list[tuple[int, bytes]]:
        """Numbers and hashes, the newest first."""
        return self._connection.execute(
            "SELECT number, hash FROM followed WHERE name = ? ORDER BY number DESC", (self._name,)
        ).fetchall()

    def advance(self, blocks: Iterable[Block]) -> None:
        """These are dealt with, in this order."""
        for block in blocks:
            self._connection.execute(
                "INSERT INTO followed VALUES (?, ?, ?)", (self._name, block.number, block.hash)
            )
        self._connection.execute(
            "DELETE FROM followed WHERE name = ?1"
            " AND number <= (SELECT max(number) FROM followed WHERE name = ?1) - ?2",
            (self._name, self._depth),
        )

    def retreat(self, number: int) -> None:
        """Blocks above this one never were."""
        self._connection.execute("DELETE FROM followed WHERE name = ? AND number > ?", (self._name, number))
