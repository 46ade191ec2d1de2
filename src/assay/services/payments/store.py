"""The tables of prepaid accounts, in SQLite.

Deposits are written at once. Charges are *derived*: every charge stands in a receipt in the log, so the table only
remembers up to which log index they have been taken off the balances, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assay.engines.storage.sqlite import open_tables, transaction

_SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    id       TEXT PRIMARY KEY,
    name     TEXT NOT NULL,
    key_hash TEXT NOT NULL UNIQUE,
    balance  INTEGER NOT NULL      -- micro-USD
) STRICT;
CREATE TABLE IF NOT EXISTS charged (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    next_index INTEGER NOT NULL    -- every receipt below it has been charged
) STRICT;
INSERT OR IGNORE INTO charged VALUES (1, 0);
"""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account as stored; ``balance`` in micro-USD."""

    id: str
    name: str
    balance: int


class AccountStore:
    """Accounts and balances. Several processes may use one file; SQLite serialises the writers."""

    def __init__(self, path: Path) -> None:
        self._connection = open_tables(path, _SCHEMA)

    def create(self, account_id: str, name: str, key_hash: str, balance: int) -> None:
        self._connection.execute(
            "INSERT INTO account VALUES (?, ?, ?, ?)", (account_id, name, key_hash, balance)
        )
        self._to_disk()

    def deposit(self, account_id: str, amount: int) -> None:
        self._connection.execute(
            "UPDATE account SET balance = balance + ? WHERE id = ?", (amount, account_id)
        )
        self._to_disk()

    def by_key(self, key_hash: str) -> AccountRow | None:
        row = self._connection.execute(
            "SELECT id, name, balance FROM account WHERE key_hash = ?", (key_hash,)
        ).fetchone()
        return None if row is None else AccountRow(*row)

    def accounts(self) -> list[AccountRow]:
        rows = self._connection.execute("SELECT id, name, balance FROM account ORDER BY name").fetchall()
        return [AccountRow(*row) for row in rows]

    def next_index(self) -> int:
        """The first log index whose charge has not been taken yet."""
        (index,) = self._connection.execute("SELECT next_index FROM charged").fetchone()
        return int(index)

    def charge(self, amounts: Mapping[str, int], next_index: int) -> None:
        """Take ``amounts`` off the balances and remember how far the log has been charged: all or nothing."""
        with transaction(self._connection):
            self._connection.executemany(
                "UPDATE account SET balance = balance - ? WHERE id = ?",
                [(amount, account_id) for account_id, amount in amounts.items()],
            )
            self._connection.execute("UPDATE charged SET next_index = ?", (next_index,))

    def _to_disk(self) -> None:
        """Money that was paid in exists nowhere else, so unlike charges it must survive a power cut at once."""
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._connection.close()
