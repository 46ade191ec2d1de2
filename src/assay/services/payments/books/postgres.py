"""The books in PostgreSQL.

Who changes the sums of a source holds its row until the end of the transaction: so all that happens to the payments
of one source happens one after the other, whichever process does it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assay.engines.storage.postgres import Session, Tables, UniqueViolation
from assay.services.payments.books.moves import Move, counted, expired, served, settled
from assay.services.payments.books.rows import COLUMNS, progress, to_payment, to_row
from assay.services.payments.payment import Admit, Authorization, Payment, PaymentKnown, State, Tally

_SCHEMA = """
CREATE TABLE IF NOT EXISTS payment (
    number      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key         BYTEA NOT NULL UNIQUE,
    rail        TEXT NOT NULL,
    source      TEXT NOT NULL,
    payer       TEXT NOT NULL,
    asset       TEXT NOT NULL,
    maximum     TEXT NOT NULL,
    request     BYTEA NOT NULL,
    identifier  TEXT NOT NULL,
    signed      BYTEA NOT NULL,
    expires_at  BIGINT NOT NULL,
    state       TEXT NOT NULL,
    amount      TEXT NOT NULL,
    log_index   BIGINT NOT NULL,
    transaction_hash BYTEA NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS payment_identifier ON payment (payer, identifier) WHERE identifier <> '';
CREATE INDEX IF NOT EXISTS payment_open ON payment (state, number) WHERE state IN ('reserved', 'served');
CREATE INDEX IF NOT EXISTS payment_of_source ON payment (source, number);
CREATE TABLE IF NOT EXISTS payment_source (
    name     TEXT PRIMARY KEY,
    reserved TEXT NOT NULL,
    served   TEXT NOT NULL,
    settled  TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS payments_charged (
    one        BOOLEAN PRIMARY KEY CHECK (one),
    next_index BIGINT NOT NULL
);
INSERT INTO payments_charged VALUES (true, 0) ON CONFLICT DO NOTHING;
"""


class PostgresBooks:
    """Implements `assay.services.payments.books.Books`. Several processes may use one database."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    @classmethod
    async def open(cls, url: str) -> PostgresBooks:
        """Raises `assay.engines.storage.postgres.TablesUnavailable`, as every method does."""
        return cls(await Tables.open(url, _SCHEMA))

    async def reserve(self, authorization: Authorization, admit: Admit) -> None:
        try:
            async with self._tables.transaction() as session:
                tally = await _hold(session, authorization.source)
                await _refuse_known(session, authorization)
                admit(tally)
                payment = Payment(authorization, State.RESERVED)
                await session.execute(
                    f"INSERT INTO payment ({COLUMNS}) VALUES"  # noqa: S608 - our own names
                    " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
                    *to_row(payment),
                )
                await _count(session, authorization.source, counted(tally, None, payment))
        except UniqueViolation:
            # The same identifier came at the same time with another source, whose row was nobody's here to hold.
            async with self._tables.session() as session:
                await _refuse_known(session, authorization)
            raise

    async def serve(self, charges: Mapping[bytes, tuple[int, int]], next_index: int) -> None:
        async with self._tables.transaction() as session:
            await _move(session, {key: served(amount, index) for key, (amount, index) in charges.items()})
            await session.execute(
                "UPDATE payments_charged SET next_index = greatest(next_index, $1)", next_index
            )

    async def settle(self, keys: Sequence[bytes], transaction: bytes) -> None:
        async with self._tables.transaction() as session:
            await _move(session, dict.fromkeys(keys, settled(transaction)))

    async def expire(self, keys: Sequence[bytes]) -> None:
        async with self._tables.transaction() as session:
            await _move(session, dict.fromkeys(keys, expired))

    async def find(self, key: bytes) -> Payment | None:
        async with self._tables.session() as session:
            return await _find(session, "key = $1", key)

    async def in_state(self, state: State, *, rail: str | None = None, limit: int = 1000) -> list[Payment]:
        async with self._tables.session() as session:
            rows = await session.fetch(
                f"SELECT {COLUMNS} FROM payment WHERE state = $1 AND ($2::text IS NULL OR rail = $2)"  # noqa: S608
                " ORDER BY number LIMIT $3",
                state.value,
                rail,
                limit,
            )
        return [to_payment(row) for row in rows]

    async def last_charged(self, source: str) -> Payment | None:
        async with self._tables.session() as session:
            return await _find(
                session,
                "source = $1 AND state IN ('served', 'settled') ORDER BY number DESC LIMIT 1",
                source,
            )

    async def tally(self, source: str) -> Tally:
        async with self._tables.session() as session:
            return _tally(
                await session.fetchrow(
                    "SELECT reserved, served, settled FROM payment_source WHERE name = $1", source
                )
            )

    async def next_index(self) -> int:
        async with self._tables.session() as session:
            return int(await session.fetchval("SELECT next_index FROM payments_charged"))

    async def aclose(self) -> None:
        await self._tables.aclose()


async def _hold(session: Session, source: str) -> Tally:
    """The sums of a source, which nobody else changes until the transaction ends, whether it is new or not."""
    return _tally(
        await session.fetchrow(
            "INSERT INTO payment_source VALUES ($1, '0', '0', '0')"
            " ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING reserved, served, settled",
            source,
        )
    )


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
    names = await session.fetch(
        "SELECT DISTINCT source FROM payment WHERE key = ANY($1) ORDER BY source", list(moves)
    )
    tallies = {name: await _hold(session, name) for (name,) in names}
    for key, move in moves.items():
        before = await _find(session, "key = $1", key)
        if before is None:
            continue
        after = move(before)
        await session.execute(
            "UPDATE payment SET state = $1, amount = $2, log_index = $3, transaction_hash = $4 WHERE key = $5",
            *progress(after),
            key,
        )
        source = after.authorization.source
        tallies[source] = counted(tallies[source], before, after)
    for source, tally in tallies.items():
        await _count(session, source, tally)


async def _find(session: Session, condition: str, *values: Any) -> Payment | None:
    row = await session.fetchrow(f"SELECT {COLUMNS} FROM payment WHERE {condition}", *values)  # noqa: S608
    return None if row is None else to_payment(row)


async def _count(session: Session, source: str, tally: Tally) -> None:
    await session.execute(
        "UPDATE payment_source SET reserved = $2, served = $3, settled = $4 WHERE name = $1",
        source,
        str(tally.reserved),
        str(tally.served),
        str(tally.settled),
    )


def _tally(row: Sequence[str] | None) -> Tally:
    return Tally() if row is None else Tally(*map(int, row))
