"""The books in one file of SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from assay.engines.storage.sqlite import open_tables, transaction
from assay.services.payments.books.moves import Move, counted, expired, served, settled
from assay.services.payments.books.rows import COLUMNS, progress, to_payment, to_row
from assay.services.payments.payment import Admit, Authorization, Payment, PaymentKnown, State, Tally

_SCHEMA = """
CREATE TABLE IF NOT EXISTS payment (
    number      INTEGER PRIMARY KEY,     -- the order in which they came
    key         BLOB NOT NULL UNIQUE,
    rail        TEXT NOT NULL,
    source      TEXT NOT NULL,
    payer       TEXT NOT NULL,
    asset       TEXT NOT NULL,
    maximum     TEXT NOT NULL,
    request     BLOB NOT NULL,
    identifier  TEXT NOT NULL,
    signed      BLOB NOT NULL,
    expires_at  INTEGER NOT NULL,
    state       TEXT NOT NULL,
    amount      TEXT NOT NULL,
    log_index   INTEGER NOT NULL,
    transaction_hash BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS payment_identifier ON payment (payer, identifier) WHERE identifier <> '';
CREATE INDEX IF NOT EXISTS payment_open ON payment (state, number) WHERE state IN ('reserved', 'served');
CREATE INDEX IF NOT EXISTS payment_source ON payment (source, number);
CREATE TABLE IF NOT EXISTS source (
    name     TEXT PRIMARY KEY,
    reserved TEXT NOT NULL,
    served   TEXT NOT NULL,
    settled  TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS charged (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    next_index INTEGER NOT NULL          -- every receipt below it is in the books
) STRICT;
INSERT OR IGNORE INTO charged VALUES (1, 0);
"""


class SqliteBooks:
    """Implements `assay.services.payments.books.Books`. Several processes may use one file."""

    def __init__(self, path: Path) -> None:
        self._connection = open_tables(path, _SCHEMA)

    async def reserve(self, authorization: Authorization, admit: Admit) -> None:
        with transaction(self._connection):
            self._refuse_known(authorization)
            tally = self._tally(authorization.source)
            admit(tally)
            payment = Payment(authorization, State.RESERVED)
            self._connection.execute(
                f"INSERT INTO payment ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",  # noqa: S608 - our own names
                to_row(payment),
            )
            self._count(authorization.source, counted(tally, None, payment))

    async def serve(self, charges: Mapping[bytes, tuple[int, int]], next_index: int) -> None:
        with transaction(self._connection):
            for key, (amount, log_index) in charges.items():
                self._move([key], served(amount, log_index))
            self._connection.execute("UPDATE charged SET next_index = max(next_index, ?)", (next_index,))

    async def settle(self, keys: Sequence[bytes], transaction_hash: bytes) -> None:
        with transaction(self._connection):
            self._move(keys, settled(transaction_hash))

    async def expire(self, keys: Sequence[bytes]) -> None:
        with transaction(self._connection):
            self._move(keys, expired)

    async def find(self, key: bytes) -> Payment | None:
        return self._find("key = ?", (key,))

    async def in_state(self, state: State, *, rail: str | None = None, limit: int = 1000) -> list[Payment]:
        rows = self._connection.execute(
            f"SELECT {COLUMNS} FROM payment WHERE state = ? AND (? IS NULL OR rail = ?)"  # noqa: S608
            " ORDER BY number LIMIT ?",
            (state.value, rail, rail, limit),
        )
        return [to_payment(row) for row in rows]

    async def last_charged(self, source: str) -> Payment | None:
        return self._find(
            "source = ? AND state IN ('served', 'settled') ORDER BY number DESC LIMIT 1", (source,)
        )

    async def tally(self, source: str) -> Tally:
        return self._tally(source)

    async def next_index(self) -> int:
        (index,) = self._connection.execute("SELECT next_index FROM charged").fetchone()
        return int(index)

    async def aclose(self) -> None:
        self._connection.close()

    def _refuse_known(self, authorization: Authorization) -> None:
        known = self._find("key = ?", (authorization.key,))
        if known is not None:
            raise PaymentKnown("This payment has been used before.", known)
        if authorization.identifier:
            named = authorization.payer, authorization.identifier
            known = self._find("payer = ? AND identifier = ? AND identifier <> ''", named)
            if known is not None:
                raise PaymentKnown("This payer has used this payment identifier before.", known)

    def _move(self, keys: Iterable[bytes], move: Move) -> None:
        for key in keys:
            before = self._find("key = ?", (key,))
            if before is None:
                continue
            after = move(before)
            if after == before:
                continue
            self._connection.execute(
                "UPDATE payment SET state = ?, amount = ?, log_index = ?, transaction_hash = ? WHERE key = ?",
                (*progress(after), key),
            )
            source = after.authorization.source
            self._count(source, counted(self._tally(source), before, after))

    def _find(self, condition: str, values: Sequence[Any]) -> Payment | None:
        row = self._connection.execute(
            f"SELECT {COLUMNS} FROM payment WHERE {condition}",  # noqa: S608 - our own conditions
            values,
        ).fetchone()
        return None if row is None else to_payment(row)

    def _tally(self, source: str) -> Tally:
        row = self._connection.execute(
            "SELECT reserved, served, settled FROM source WHERE name = ?", (source,)
        ).fetchone()
        return Tally() if row is None else Tally(*map(int, row))

    def _count(self, source: str, tally: Tally) -> None:
        self._connection.execute(
            "INSERT INTO source VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE"
            " SET reserved = excluded.reserved, served = excluded.served, settled = excluded.settled",
            (source, str(tally.reserved), str(tally.served), str(tally.settled)),
        )
