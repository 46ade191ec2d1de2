"""`Tables` in one file of SQLite."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from assay.engines.storage.errors import TablesUnavailable
from assay.engines.storage.sqlite import open_tables
from assay.engines.storage.tables import Row, RowExists

_TYPES = {"number": "INTEGER PRIMARY KEY", "bytes": "BLOB"}
_UNIQUE = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)


class SqliteTables:
    """Implements `assay.engines.storage.tables.Tables`: writers wait for one another, up to ten seconds.

    A commit survives the death of the process at once, and a power cut after the next durable one, or checkpoint.
    """

    def __init__(self, path: Path, schema: str) -> None:
        self._path = path
        self._schema = schema.format_map(_TYPES)
        self._connection: sqlite3.Connection | None = None
        self._durable = False

    def transaction(self, *, durable: bool = False) -> SqliteTransaction:
        connection = self._connection or self._open()
        if durable is not self._durable:
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._durable = durable
        return SqliteTransaction(connection, "BEGIN IMMEDIATE")

    def reading(self) -> SqliteTransaction:
        return SqliteTransaction(self._connection or self._open(), "BEGIN")

    async def aclose(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        try:
            self._connection = open_tables(self._path, self._schema)
        except sqlite3.Error as error:
            raise _unavailable(error) from error
        self._durable = False
        return self._connection


class SqliteTransaction:
    """A transaction, and the session in it. Nothing here ever waits for the event loop, so none is in another's way."""

    __slots__ = ("_begin", "_connection")

    def __init__(self, connection: sqlite3.Connection, begin: str) -> None:
        self._connection = connection
        self._begin = begin

    async def __aenter__(self) -> SqliteTransaction:
        self._execute(self._begin, ())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            try:
                self._execute("COMMIT", ())
            except TablesUnavailable:
                self._roll_back()
                raise
        else:
            self._roll_back()

    async def run(self, statement: str, *values: Any) -> None:
        self._execute(statement, values)

    async def row(self, statement: str, *values: Any) -> Row | None:
        row: Row | None = self._execute(statement, values).fetchone()
        return row

    async def rows(self, statement: str, *values: Any) -> Sequence[Row]:
        return self._execute(statement, values).fetchall()

    def _execute(self, statement: str, values: Sequence[Any]) -> sqlite3.Cursor:
        try:
            return self._connection.execute(_in_sqlite(statement), values)
        except sqlite3.IntegrityError as error:
            if error.sqlite_errorcode in _UNIQUE:
                raise RowExists from error
            raise
        except sqlite3.OperationalError as error:
            raise _unavailable(error) from error

    def _roll_back(self) -> None:
        if self._connection.in_transaction:  # on a full disk SQLite has already done it by itself
            self._connection.execute("ROLLBACK")


@cache
def _in_sqlite(statement: str) -> str:
    """SQLite numbers values ``?1`` where PostgreSQL has ``$1``."""
    return re.sub(r"\$(\d+)", r"?\1", statement)


def _unavailable(error: sqlite3.Error) -> TablesUnavailable:
    return TablesUnavailable(
        f"SQLite did not do what it was asked to: {error}.", hint="look at disk and file"
    )
