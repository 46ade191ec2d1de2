"""The engines that keep the books of payments, seen alike."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Protocol

from tests.postgres_fixture import Postgres

from assay.services.payments.books import Books
from assay.services.payments.books.postgres import PostgresBooks
from assay.services.payments.books.sqlite import SqliteBooks


class Engine(Protocol):
    async def fresh(self) -> str:
        """A place for books in which there is nothing yet."""

    async def open(self, place: str) -> Books:
        """The books at a place, as one process of many opens them."""

    async def quiet(self) -> None:
        """Wait until nothing goes on any more for a process that was killed."""


class Sqlite:
    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._numbers = count()

    async def fresh(self) -> str:
        return str(self._directory / f"{next(self._numbers)}.sqlite")

    async def open(self, place: str) -> Books:
        return SqliteBooks(Path(place))

    async def quiet(self) -> None:
        pass


class PostgreSQL:
    def __init__(self, server: Postgres) -> None:
        self._server = server

    async def fresh(self) -> str:
        return await self._server.fresh()

    async def quiet(self) -> None:
        await self._server.quiet()

    async def open(self, place: str) -> Books:
        return PostgresBooks(place)
