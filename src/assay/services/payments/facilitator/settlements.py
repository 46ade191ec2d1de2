"""The table of settlements: each payment once, from before its transaction is sent until its money has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assay.engines.storage.tables import RowExists, Tables
from assay.services.payments.settlement.batch import Attempt
from assay.services.payments.x402.transfers import Transfer

SCHEMA = """
CREATE TABLE IF NOT EXISTS facilitated (
    key         {bytes} PRIMARY KEY,     -- names the payment
    digest      {bytes} NOT NULL,        -- of what was signed
    amount      TEXT NOT NULL,
    nonce       BIGINT,                  -- of our transaction, and what else there is to know of it
    hash        {bytes},
    gas_limit   BIGINT,
    transaction_hash {bytes},            -- by which the money came
    log_index   BIGINT
);
CREATE UNIQUE INDEX IF NOT EXISTS facilitated_by ON facilitated (transaction_hash, log_index);
"""


@dataclass(frozen=True, slots=True)
class Settlement:
    """Of one payment, as far as it has come."""

    digest: bytes
    amount: int
    attempt: Attempt | None = None
    """Our transaction; None where none was sent, or the process ended before it could say so."""
    transfer: Transfer | None = None
    """How the money came."""


class Settlements:
    """Every method is one transaction of the tables, and raises `TablesUnavailable` when it did nothing."""

    def __init__(self, tables: Tables) -> None:
        """``tables``: of `SCHEMA`."""
        self._tables = tables

    async def find(self, key: bytes) -> Settlement | None:
        """What became of a payment; None for one that was never begun."""
        async with self._tables.transaction() as session:
            row = await session.row(
                "SELECT digest, amount, nonce, hash, gas_limit, transaction_hash, log_index"
                " FROM facilitated WHERE key = $1",
                key,
            )
        return None if row is None else _settlement(*row)

    async def begin(self, key: bytes, settlement: Settlement) -> None:
        """From now on a transaction for it may be under way."""
        async with self._tables.transaction() as session:
            await session.run(
                "INSERT INTO facilitated (key, digest, amount) VALUES ($1, $2, $3)",
                key,
                settlement.digest,
                str(settlement.amount),
            )

    async def attempt(self, key: bytes, attempt: Attempt) -> None:
        """This is the transaction."""
        async with self._tables.transaction() as session:
            await session.run(
                "UPDATE facilitated SET nonce = $2, hash = $3, gas_limit = $4 WHERE key = $1",
                key,
                attempt.nonce,
                attempt.hash,
                attempt.gas_limit,
            )

    async def finish(self, key: bytes, transfer: Transfer) -> bool:
        """The money came by a transfer; False if that one has paid for another payment before."""
        try:
            async with self._tables.transaction() as session:
                await session.run(
                    "UPDATE facilitated SET transaction_hash = $2, log_index = $3 WHERE key = $1",
                    key,
                    transfer.transaction,
                    transfer.log_index,
                )
        except RowExists:
            return False
        return True

    async def give_up(self, key: bytes) -> None:
        """Nothing is under way for it, and nothing came."""
        async with self._tables.transaction() as session:
            await session.run("DELETE FROM facilitated WHERE key = $1", key)

    async def aclose(self) -> None:
        """Give files and connections back."""
        await self._tables.aclose()


def _settlement(
    digest: bytes, amount: str, nonce: Any, hash: Any, gas_limit: Any, transaction: Any, log_index: Any
) -> Settlement:
    return Settlement(
        digest=bytes(digest),
        amount=int(amount),
        attempt=None if nonce is None else Attempt(nonce, bytes(hash), gas_limit),
        transfer=None if transaction is None else Transfer(bytes(transaction), log_index),
    )
