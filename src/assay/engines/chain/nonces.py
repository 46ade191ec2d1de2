"""Nonces of one account on one chain, written down together with what was signed under them.

A nonce that is given out and never used holds up every later one, so none is given out without a transaction: taking
it, signing, and writing the transaction down are one step, for every process that shares the table. What is written
down can be handed to a node as often as need be; under one nonce it takes effect once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from assay.engines.chain.account import Signed
from assay.engines.chain.fees import Fees
from assay.engines.chain.library import Address
from assay.engines.storage.sqlite import open_tables, transaction

_SCHEMA = """
CREATE TABLE IF NOT EXISTS outgoing (
    genesis      BLOB    NOT NULL,   -- hash of the chain's block 0
    sender       TEXT    NOT NULL,
    nonce        INTEGER NOT NULL,
    hash         BLOB    NOT NULL,
    raw          BLOB    NOT NULL,
    max_fee      INTEGER NOT NULL,   -- wei per gas
    priority_fee INTEGER NOT NULL,
    PRIMARY KEY (genesis, sender, nonce, hash)
) STRICT;
"""

_NO_NONCE = 2**63 - 1
KEPT = 256
"""Nonces that are still remembered below the newest in a block, should blocks with them be replaced."""


@dataclass(frozen=True, slots=True)
class Written:
    """A transaction that may take effect under ``nonce``."""

    nonce: int
    signed: Signed
    fees: Fees


class Nonces:
    """The transactions of one account on one chain. Several processes may use one file."""

    def __init__(self, connection: sqlite3.Connection, genesis: bytes, sender: Address) -> None:
        self._connection = connection
        self._key = (genesis, sender)

    @classmethod
    def open(cls, path: Path, genesis: bytes, sender: Address) -> Self:
        return cls(open_tables(path, _SCHEMA), genesis, sender)

    def close(self) -> None:
        self._connection.close()

    def take(self, count: int, fees: Fees, sign: Callable[[int], Signed]) -> Written:
        """Sign under the next nonce. ``count``: transactions that the chain knows of, of whatever program."""
        with transaction(self._connection):
            (highest,) = self._connection.execute(
                "SELECT max(nonce) FROM outgoing WHERE genesis = ? AND sender = ?", self._key
            ).fetchone()
            nonce = count if highest is None else max(count, highest + 1)
            return self._write(Written(nonce, sign(nonce), fees))

    def replace(self, nonce: int, fees: Fees, signed: Signed) -> Written:
        """Write another transaction down for a nonce that was taken; whichever gets into a block is the one."""
        with transaction(self._connection):
            return self._write(Written(nonce, signed, fees))

    def drop(self, written: Written) -> bool:
        """Forget a transaction that no node has taken; whether its nonce is free again, and holds up no later one."""
        with transaction(self._connection):
            self._connection.execute(
                "DELETE FROM outgoing WHERE genesis = ? AND sender = ? AND hash = ?",
                (*self._key, written.signed.hash),
            )
            later = self._connection.execute(
                "SELECT 1 FROM outgoing WHERE genesis = ? AND sender = ? AND nonce > ?",
                (*self._key, written.nonce),
            ).fetchone()
        return later is None

    def under(self, nonce: int) -> list[Written]:
        """Everything that was signed under one nonce, the cheapest first."""
        return self.between(nonce, nonce + 1)

    def from_(self, nonce: int) -> list[Written]:
        """Everything that was signed under a nonce or a later one, in order, the cheapest first."""
        return self.between(nonce, _NO_NONCE)

    def between(self, nonce: int, end: int) -> list[Written]:
        """Everything that was signed under a nonce or a later one below ``end``, in order, the cheapest first."""
        rows = self._connection.execute(
            "SELECT nonce, hash, raw, max_fee, priority_fee FROM outgoing"
            " WHERE genesis = ? AND sender = ? AND nonce >= ? AND nonce < ? ORDER BY nonce, max_fee",
            (*self._key, nonce, end),
        )
        return [
            Written(nonce, Signed(hash, raw), Fees(max_fee, priority_fee))
            for nonce, hash, raw, max_fee, priority_fee in rows
        ]

    def forget_before(self, nonce: int) -> None:
        """Forget what was signed `KEPT` nonces before this one, the first that no block has."""
        self._connection.execute(
            "DELETE FROM outgoing WHERE genesis = ? AND sender = ? AND nonce < ?", (*self._key, nonce - KEPT)
        )

    def _write(self, written: Written) -> Written:
        signed, fees = written.signed, written.fees
        self._connection.execute(
            "INSERT INTO outgoing VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *self._key,
                written.nonce,
                signed.hash,
                signed.raw,
                fees.max_fee_per_gas,
                fees.max_priority_fee_per_gas,
            ),
        )
        return written
