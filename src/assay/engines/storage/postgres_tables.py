"""`Tables` in PostgreSQL, for operators who run one. One database, or one schema of it, belongs to one node.

Without the extra ``postgres``, importing this raises `PostgresExtraMissing`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any

from assay.engines.storage.errors import PostgresExtraMissing, TablesUnavailable
from assay.engines.storage.tables import Row, RowExists

try:
    from asyncpg import Connection, InterfaceError, Pool, PostgresError, UniqueViolationError, create_pool
except ImportError as missing:
    raise PostgresExtraMissing(f"The package {missing.name} is not installed.") from missing

_TYPES = {"number": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "bytes": "BYTEA"}
_CONNECT_SECONDS = 10.0
_STATEMENT_SECONDS = 10.0
_SESSIONS = 8
_SCHEMA_LOCK = int.from_bytes(b"assay_pg")
"""Of those who make the same tables at the same time."""
_BROKEN = (OSError, PostgresError, InterfaceError)  # a TimeoutError is an OSError


class PostgresTables:
    """Implements `assay.engines.storage.tables.Tables`. Connects when it is first used; lives on one event loop.

    Every commit is as durable as the server is set to make it.
    """

    def __init__(self, url: str, schema: str) -> None:
        self._url = url
        self._schema = schema.format_map(_TYPES)
        self._pool: Pool | None = None
        self._opening = asyncio.Lock()

    def transaction(self, *, durable: bool = False) -> AbstractAsyncContextManager[PostgresSession]:
        return self._in_transaction()

    def reading(self) -> AbstractAsyncContextManager[PostgresSession]:
        return self._in_transaction(isolation="repeatable_read", readonly=True)

    async def aclose(self) -> None:
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    @asynccontextmanager
    async def _in_transaction(self, **kind: Any) -> AsyncIterator[PostgresSession]:
        try:
            pool = self._pool or await self._open()
            async with pool.acquire(timeout=_CONNECT_SECONDS) as connection, connection.transaction(**kind):
                yield PostgresSession(connection)
        except _BROKEN as error:
            raise _unavailable(error) from error

    async def _open(self) -> Pool:
        async with self._opening:
            if self._pool is None:
                try:
                    pool = await create_pool(
                        self._url,
                        min_size=1,
                        max_size=_SESSIONS,
                        timeout=_CONNECT_SECONDS,
                        command_timeout=_STATEMENT_SECONDS,
                    )
                except ValueError as error:  # of a URL; its words would show it
                    raise _unavailable(error) from None
                async with pool.acquire() as connection, connection.transaction():
                    # Of two who make one table at one time, PostgreSQL would refuse the second.
                    await connection.execute("SELECT pg_advisory_xact_lock($1)", _SCHEMA_LOCK)
                    await connection.execute(self._schema)
                self._pool = pool
            return self._pool


class PostgresSession:
    """What is done in one transaction."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def run(self, statement: str, *values: Any) -> None:
        with _existing_told():
            await self._connection.execute(statement, *values)

    async def row(self, statement: str, *values: Any) -> Row | None:
        with _existing_told():
            row: Row | None = await self._connection.fetchrow(statement, *values)
        return row

    async def rows(self, statement: str, *values: Any) -> Sequence[Row]:
        rows: Sequence[Row] = await self._connection.fetch(statement, *values)
        return rows


@contextmanager
def _existing_told() -> Iterator[None]:
    try:
        yield
    except UniqueViolationError as error:
        raise RowExists from error


def _unavailable(error: Exception) -> TablesUnavailable:
    return TablesUnavailable(f"PostgreSQL did not do what it was asked to: {type(error).__name__}.")
