"""Tables in PostgreSQL, for operators who run one. One database, or one schema of it, belongs to one node.

Without the extra ``postgres``, importing this raises `PostgresExtraMissing`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

from assay.engines.storage.errors import PostgresExtraMissing, TablesUnavailable

try:
    from asyncpg import Connection, InterfaceError, Pool, PostgresError, UniqueViolationError, create_pool
except ImportError as missing:
    raise PostgresExtraMissing(f"The package {missing.name} is not installed.") from missing

Session: TypeAlias = Connection
UniqueViolation = UniqueViolationError
"""A row was to be written whose like is there already."""

_CONNECT_SECONDS = 10.0
_STATEMENT_SECONDS = 10.0
_SESSIONS = 8
_SCHEMA_LOCK = int.from_bytes(b"assay_pg")
"""Of those who make the same tables at the same time."""
_BROKEN = (OSError, PostgresError, InterfaceError)  # an OSError is a TimeoutError, too


class Tables:
    """Connections to one database, with its tables."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, url: str, schema: str) -> Tables:
        """Connect to ``url``, and make the tables of ``schema`` where they are missing.

        Raises `TablesUnavailable`.
        """
        try:
            pool = await create_pool(
                url,
                min_size=1,
                max_size=_SESSIONS,
                timeout=_CONNECT_SECONDS,
                command_timeout=_STATEMENT_SECONDS,
            )
        except (*_BROKEN, ValueError) as error:
            raise _unavailable(error) from None
        tables = cls(pool)
        try:
            async with tables.transaction() as session:
                # Of two who make one table at one time, PostgreSQL would refuse the second.
                await session.execute("SELECT pg_advisory_xact_lock($1)", _SCHEMA_LOCK)
                await session.execute(schema)
        except BaseException:
            await tables.aclose()
            raise
        return tables

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """A connection, for questions. Raises `TablesUnavailable`, and `UniqueViolation` as it is."""
        try:
            async with self._pool.acquire(timeout=_CONNECT_SECONDS) as session:
                yield session
        except UniqueViolation:
            raise
        except _BROKEN as error:
            raise _unavailable(error) from error

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """A connection; what is done by it in the block is written whole, or not at all. Raises as `session` does."""
        async with self.session() as session, session.transaction():
            yield session

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._pool.close()


def _unavailable(error: Exception) -> TablesUnavailable:
    return TablesUnavailable(f"PostgreSQL did not do what it was asked to: {type(error).__name__}.")
