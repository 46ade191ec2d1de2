"""The books in tables.

Who changes the sums of a source holds its row until the end of the transaction: so all that happens to the payments of
one source happens one after the other, whichever process does it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assay.engines.storage.tables import Row, RowExists, Session, Tables
from assay.services.payments.books.moves import Move, counted, expired, served, settled
from assay.services.payments.books.rows import COLUMNS, progress, to_payment, to_row
from assay.services.payments.payment import Admit, Authorization, Payment, PaymentKnown, State, Tally

SCHEMA = """
CREATE TABLE IF NOT EXISTS payment (
    number      {number},                -- the order in which they came
    key         {bytes} NOT NULL UNIQUE,
    rail        TEXT NOT NULL,
    source      TEXT NOT NULL,
    payer       TEXT NOT NULL,
    asset       TEXT NOT NULL,
    maximum     TEXT NOT NULL,
    request     {bytes} NOT NULL,
    identifier  TEXT NOT NULL,
    signed      {bytes} NOT NULL,
    expires_at  BIGINT NOT NULL,
    state       TEXT NOT NULL,
    amount      TEXT NOT NULL,
    log_index   BIGINT NOT NULL,
    transaction_hash {bytes} NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS payment_identifier ON payment (payer, identifier) WHERE identifier <> '';
CREATE INDEX IF NOT EXISTS payment_open ON payment (state, number) WHERE state IN ('reserved', 'served');
CREATE INDEX IF NOT EXISTS payment_of_source ON payment (source, number);
CREATE TABLE IF NOT EXISTS payment_source (
    name     TEXT PRIMARY KEY,
    reserved TEXT NOT NULL,
    served   TEXT NOT NULL,
    settled  TEXT NOT NULL,
    lost     TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS payments_charged (
    next_index BIGINT NOT NULL,          -- every receipt below it is in the books
    one        BIGINT PRIMARY KEY CHECK (one = 1)
);
INSERT INTO payments_charged VALUES (0, 1) ON CONFLICT DO NOTHING;
"""

_SELECT = f"SELECT {COLUMNS} FROM payment WHERE "  # noqa: S608 - our own names
_INSERT = f"INSERT INTO payment ({COLUMNS}) VALUES ({', '.join(f'${n + 1}' for n in range(14))})"  # noqa: S608


class KeptBooks:
    """Implements `assay.services.payments.books.Books`. Several processes may use the same tables.

    Every method raises `assay.engines.storage.errors.TablesUnavailable` when it did nothing.
    """

    def __init__(self, tables: Tables) -> None:
        """``tables``: of `SCHEMA`."""
        self._tables = tables

    async def reserve(self, authorization: Authorization, admit: Admit) -> None:
        try:
            async with self._tables.transaction() as session:
                tally = await _hold(session, authorization.source)
                await _refuse_known(session, authorization)
                admit(tally)
                payment = Payment(authorization, State.RESERVED)
                await session.run(_INSERT, *to_row(payment))
                await _count(session, authorization.source, counted(tally, None, payment))
        except RowExists:
            # The same identifier came at the same time with another source, whose row was not this one's to hold.
            async with self._tables.reading() as session:
                await _refuse_known(session, authorization)
            raise

    async def serve(self, charges: Mapping[bytes, tuple[int, int]], next_index: int) -> None:
        async with self._tables.transaction() as session:
            await _move(session, {key: served(amount, index) for key, (amount, index) in charges.items()})
            await session.run("UPDATE payments_charged SET next_index = $1 WHERE next_index < $1", next_index)

    async def settle(self, keys: Sequence[bytes], transaction: bytes) -> None:
        async with self._tables.transaction() as session:
            await _move(session, dict.fromkeys(keys, settled(transaction)))

    async def expire(self, keys: Sequence[bytes]) -> None:
        async with self._tables.transaction() as session:
            await _move(session, dict.fromkeys(keys, expired))

    async def find(self, key: bytes) -> Payment | None:
        async with self._tables.reading() as session:
            return await _find(session, "key = $1", key)

    async def in_state(self, state: State, *, rail: str | None = None, limit: int = 1000) -> list[Payment]:
        of_rail = "" if rail is None else " AND rail = $3"
        values = (state.value, limit) if rail is None else (state.value, limit, rail)
        async with self._tables.reading() as session:
            rows = await session.rows(f"{_SELECT} state = $1{of_rail} ORDER BY number LIMIT $2", *values)
        return [to_payment(row) for row in rows]

    async def last_charged(self, source: str) -> Payment | None:
        async with self._tables.reading() as session:
            return await _find(
                session,
                "source = $1 AND state IN ('served', 'settled') ORDER BY number DESC LIMIT 1",
                source,
            )

    async def tally(self, source: str) -> Tally:
        async with self._tables.reading() as session:
            row = await session.row(
                "SELECT reserved, served, settled, lost FROM payment_source WHERE name = $1", source
            )
        return Tally() if row is None else _tally(row)

    async def next_index(self) -> int:
        async with self._tables.reading() as session:
            row = await session.row("SELECT next_index FROM payments_charged")
        assert row is not None
        return int(row[0])

    async def aclose(self) -> None:
        await self._tables.aclose()


async def _hold(session: Session, source: str) -> Tally:
    """The sums of a source, which nobody else changes until the transaction ends, whether it is new or not."""
    row = await session.row(
        "INSERT INTO payment_source VALUES ($1, '0', '0', '0', '0')"
        " ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING reserved, served, settled, lost",
        source,
    )
    assert row is not None
    return _tally(row)


async def _refuse_known(session: Session, authorization: Authorization) -> None:
    known = await _find(session, "key = $1", authorization.key)
    if known is not None:
        raise PaymentKnown("This payment has been used before.", known)
    if authorization.identifier:
        named = authorization.payer, authorization.identifier
        known = await _find(session, "payer = $1 AND identifier = $2 AND identifier <> ''", *named)
        if known is not None:
            raise PaymentKnown("This payer has used this payment identifier before.", known)


async def _move(session: Session, moves: Mapping[bytes, Move]) -> None:
    """Move payments by their keys. Sources are held in one order, so that nobody waits for who waits for him."""
    rows = [await session.row("SELECT source FROM payment WHERE key = $1", key) for key in moves]
    sources: set[str] = {row[0] for row in rows if row is not None}
    tallies = {source: await _hold(session, source) for source in sorted(sources)}
    for key, move in moves.items():
        before = await _find(session, "key = $1", key)
        if before is None:
            continue
        after = move(before)
        await session.run(
            "UPDATE payment SET state = $1, amount = $2, log_index = $3, transaction_hash = $4 WHERE key = $5",
            *progress(after),
            key,
        )
        source = after.authorization.source
        tallies[source] = counted(tallies[source], before, after)
    for source, tally in tallies.items():
        await _count(session, source, tally)


async def _find(session: Session, condition: str, *values: Any) -> Payment | None:
    row = await session.row(_SELECT + condition, *values)
    return None if row is None else to_payment(row)


async def _count(session: Session, source: str, tally: Tally) -> None:
    await session.run(
        "UPDATE payment_source SET reserved = $2, served = $3, settled = $4, lost = $5 WHERE name = $1",
        source,
        str(tally.reserved),
        str(tally.served),
        str(tally.settled),
        str(tally.lost),
    )


def _tally(row: Row) -> Tally:
    return Tally(*map(int, row))
