"""The engines that keep the ledger, seen alike, and what is true of every ledger."""

from __future__ import annotations

from collections import Counter
from itertools import count
from pathlib import Path
from typing import Protocol

from tests.postgres_fixture import Postgres

from assay.services.payments.accounts.account import Kind
from assay.services.payments.accounts.ledger import Ledger
from assay.services.payments.accounts.postgres import PostgresLedger
from assay.services.payments.accounts.sqlite import SqliteLedger


class Engine(Protocol):
    async def fresh(self) -> str:
        """A place for a ledger in which there is nothing yet."""

    def open(self, place: str) -> Ledger:
        """The ledger at a place, as one process of many opens it."""

    async def quiet(self) -> None:
        """Wait until nothing goes on any more for a process that was killed."""


class Sqlite:
    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._numbers = count()

    async def fresh(self) -> str:
        return str(self._directory / f"{next(self._numbers)}.sqlite")

    def open(self, place: str) -> Ledger:
        return SqliteLedger(Path(place))

    async def quiet(self) -> None:
        pass


class PostgreSQL:
    def __init__(self, server: Postgres) -> None:
        self._server = server

    async def fresh(self) -> str:
        return await self._server.fresh()

    async def quiet(self) -> None:
        await self._server.quiet()

    def open(self, place: str) -> Ledger:
        return PostgresLedger(place)


async def check_balanced(ledger: Ledger) -> None:
    """Every booking comes to zero, the ledger too, and what is kept beside the entries is their sum."""
    bookings: Counter[int] = Counter()
    accounts = await ledger.accounts()
    for account in accounts:
        lines = await ledger.statement(account)
        for line in lines:
            bookings[line.booking] += line.amount
        assert account.balance == sum(line.amount for line in lines)
        for member in await ledger.members(account):
            assert member.spent == -sum(line.amount for line in lines if line.member == member.name)
    assert not any(bookings.values())
    assert sum(account.balance for account in accounts) == 0
    assert {account.kind for account in accounts} >= set(Kind) - {Kind.CUSTOMER}
