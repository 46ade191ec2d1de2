"""Where settlement has got to, in SQLite: which receipts wait, which are in a batch, and what the chain has of those.

A batch is written down before it is sent, and what the chain says of it in the same transaction as the follower's
place: whatever ends the process, what is to be done next follows from the tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assay.engines.chain import cursor
from assay.engines.chain.bindings.settlement import BatchSettled
from assay.engines.chain.follower import Change, Retreated
from assay.engines.storage.sqlite import open_tables, transaction
from assay.services.payments.settlement.batch import Attempt, Batch, Entry
from assay.services.payments.x402.transfers import Transfer
from assay.trust.receipts.settlement import Leaf, batch_root

_SCHEMA = (
    cursor.SCHEMA
    + """
CREATE TABLE IF NOT EXISTS entry (
    log_index INTEGER PRIMARY KEY,
    receipt   BLOB    NOT NULL,
    payment   BLOB    NOT NULL,
    mode      INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,        -- unix seconds
    due       TEXT    NOT NULL,        -- the token's smallest units
    batch     INTEGER                  -- null while it waits for one
) STRICT;
CREATE INDEX IF NOT EXISTS entry_receipt ON entry (receipt);
CREATE INDEX IF NOT EXISTS entry_batch ON entry (batch, log_index);
CREATE TABLE IF NOT EXISTS batch (
    number           INTEGER PRIMARY KEY,
    root             BLOB    NOT NULL UNIQUE,
    nonce            INTEGER,          -- of the transaction that was sent for it
    hash             BLOB,
    gas_limit        INTEGER,
    transaction_hash BLOB    NOT NULL DEFAULT x'',  -- of the one that is in a block
    block            INTEGER,
    booked           INTEGER NOT NULL DEFAULT 0     -- whether the books know what became of its payments
) STRICT;
CREATE INDEX IF NOT EXISTS batch_open ON batch (number) WHERE booked = 0;
CREATE TABLE IF NOT EXISTS refused (
    payment          BLOB PRIMARY KEY,
    amount           TEXT NOT NULL,
    transaction_hash BLOB,             -- by which its money came all the same; null if none did
    log_index        INTEGER,          -- of the transfer in it
    UNIQUE (transaction_hash, log_index)
) STRICT;
CREATE TABLE IF NOT EXISTS progress (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    next_index  INTEGER NOT NULL,      -- of the log: what is below has been taken in
    start_block INTEGER                -- none of ours is in an earlier one
) STRICT;
INSERT OR IGNORE INTO progress VALUES (1, 0, NULL);
"""
)
_ENTRY = "log_index, receipt, payment, mode, issued_at, due"


@dataclass(frozen=True, slots=True)
class Refused:
    """A payment that was not made by its batch. ``transfer``: how its money came all the same, if it did."""

    entry: Entry
    transfer: Transfer | None


@dataclass(frozen=True, slots=True)
class Losses:
    """Payments that could not be collected, in number and in the token's smallest units."""

    payments: int
    amount: int


class Tables:
    """One file, and one process that settles by it."""

    def __init__(self, path: Path) -> None:
        self.connection = open_tables(path, _SCHEMA)

    def close(self) -> None:
        self.connection.close()

    def next_index(self) -> int:
        """The first log index that has not been taken in."""
        (index,) = self.connection.execute("SELECT next_index FROM progress").fetchone()
        return int(index)

    def take(self, entries: Iterable[Entry], next_index: int) -> None:
        """These wait for a batch; everything below ``next_index`` has been looked at."""
        with transaction(self.connection):
            self.connection.executemany(
                f"INSERT INTO entry ({_ENTRY}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 - our own names
                map(_to_row, entries),
            )
            self.connection.execute("UPDATE progress SET next_index = ?", (next_index,))

    def waiting(self, limit: int) -> list[Entry]:
        """Those that are in no batch yet, the oldest first."""
        return self._entries("batch IS NULL ORDER BY log_index LIMIT ?", limit)

    def write(self, entries: Sequence[Entry]) -> None:
        """From now on these are a batch."""
        root = batch_root([entry.leaf for entry in entries])
        with transaction(self.connection):
            number = self.connection.execute("INSERT INTO batch (root) VALUES (?)", (root,)).lastrowid
            self.connection.executemany(
                "UPDATE entry SET batch = ? WHERE log_index = ?",
                [(number, entry.log_index) for entry in entries],
            )

    def open_batches(self) -> list[Batch]:
        """Those that the books do not know the outcome of, the oldest first."""
        return self._batches("booked = 0 ORDER BY number")

    def attempt(self, batch: Batch, attempt: Attempt | None) -> None:
        """A transaction was sent for a batch, or the one that was is known never to take effect."""
        values = (None, None, None) if attempt is None else (attempt.nonce, attempt.hash, attempt.gas_limit)
        self.connection.execute(
            "UPDATE batch SET nonce = ?, hash = ?, gas_limit = ? WHERE number = ?", (*values, batch.number)
        )

    def start_block(self) -> int | None:
        """The block that was the newest when this file began; None if no chain has been asked yet."""
        (block,) = self.connection.execute("SELECT start_block FROM progress").fetchone()
        return None if block is None else int(block)

    def begin(self, block: int) -> None:
        """None of this file's batches is in a block before this one."""
        self.connection.execute("UPDATE progress SET start_block = ?", (block,))

    def follow(self, change: Change) -> None:
        """What the chain says of batches. For `Follower.step`, in whose transaction it is called."""
        if isinstance(change, Retreated):
            self.connection.execute(
                "UPDATE batch SET transaction_hash = x'', block = NULL, booked = 0 WHERE block > ?",
                (change.number,),
            )
            return
        for log in change.logs:
            self.connection.execute(
                "UPDATE batch SET transaction_hash = ?, block = ? WHERE root = ?",
                (log.transaction, log.block_number, BatchSettled.read(log).root),
            )

    def is_taken(self, transfer: Transfer, key: bytes) -> bool:
        """Whether a transfer is one by a batch, or has paid for another payment than the one of this key."""
        found = self.connection.execute(
            "SELECT 1 FROM batch WHERE transaction_hash = ?1 UNION ALL"
            " SELECT 1 FROM refused WHERE transaction_hash = ?1 AND log_index = ?2 AND payment <> ?3",
            (transfer.transaction, transfer.log_index, key),
        )
        return found.fetchone() is not None

    def book(self, batch: Batch, refused: Iterable[Refused]) -> None:
        """The books know what became of a batch's payments: all were made but these, whatever was said before."""
        with transaction(self.connection):
            self.connection.executemany(
                "DELETE FROM refused WHERE payment = ?", [(entry.key,) for entry in batch.payments]
            )
            self.connection.executemany("INSERT INTO refused VALUES (?, ?, ?, ?)", map(_refused_row, refused))
            self.connection.execute("UPDATE batch SET booked = 1 WHERE number = ?", (batch.number,))

    def losses(self) -> Losses:
        amounts = self.connection.execute("SELECT amount FROM refused WHERE transaction_hash IS NULL")
        lost = [int(amount) for (amount,) in amounts]
        return Losses(len(lost), sum(lost))

    def batch_of(self, receipt: bytes) -> Batch | None:
        """The batch that a receipt is in, by the receipt's id."""
        found = self._batches("number = (SELECT batch FROM entry WHERE receipt = ? LIMIT 1)", receipt)
        return next(iter(found), None)

    def _batches(self, condition: str, *values: bytes) -> list[Batch]:
        rows = self.connection.execute(
            f"SELECT number, nonce, hash, gas_limit, transaction_hash FROM batch WHERE {condition}",  # noqa: S608
            values,
        )
        return [
            Batch(
                number=number,
                entries=tuple(self._entries("batch = ? ORDER BY log_index", number)),
                attempt=None if nonce is None else Attempt(nonce, hash, gas_limit),
                transaction=transaction_hash,
            )
            for number, nonce, hash, gas_limit, transaction_hash in rows
        ]

    def _entries(self, condition: str, value: int) -> list[Entry]:
        rows = self.connection.execute(
            f"SELECT {_ENTRY} FROM entry WHERE {condition}",  # noqa: S608 - our own conditions
            (value,),
        )
        return [
            Entry(log_index, Leaf(receipt, payment, mode), issued_at, int(due))
            for log_index, receipt, payment, mode, issued_at, due in rows
        ]


def _to_row(entry: Entry) -> tuple[int, bytes, bytes, int, int, str]:
    leaf = entry.leaf
    return entry.log_index, leaf.receipt, leaf.payment, leaf.mode, entry.issued_at, str(entry.due)


def _refused_row(refused: Refused) -> tuple[bytes, str, bytes | None, int | None]:
    entry, transfer = refused.entry, refused.transfer
    if transfer is None:
        return entry.key, str(entry.due), None, None
    return entry.key, str(entry.due), transfer.transaction, transfer.log_index
