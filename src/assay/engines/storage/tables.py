"""Tables, whichever engine keeps them: one set of statements is understood by SQLite and by PostgreSQL.

Statements number their values ``$1``, ``$2`` and so on. In a schema, ``{number}`` is the type of a column that counts
rows up, and ``{bytes}`` of one that holds bytes; everything else is TEXT, BIGINT or BOOLEAN.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeAlias

Row: TypeAlias = Sequence[Any]


class RowExists(Exception):
    """A row was to be written that a unique one of the table forbids. The transaction is void."""


class Session(Protocol):
    """What can be done inside a transaction."""

    async def run(self, statement: str, *values: Any) -> None:
        """Raises `RowExists`."""

    async def row(self, statement: str, *values: Any) -> Row | None:
        """The first row, if there is one. Raises `RowExists`."""

    async def rows(self, statement: str, *values: Any) -> Sequence[Row]: ...


class Tables(Protocol):
    """Tables of one file or one database; made when they are first used. Several processes may use them."""

    def transaction(self, *, durable: bool = False) -> AbstractAsyncContextManager[Session]:
        """Everything in the block is written, or nothing of it. ``durable``: not even a power cut takes it back.

        In the block nothing is awaited but the session. Raises `assay.engines.storage.errors.TablesUnavailable`.
        """

    def reading(self) -> AbstractAsyncContextManager[Session]:
        """The tables as they are at one moment: who writes meanwhile neither waits nor is seen. Raises as above."""

    async def aclose(self) -> None:
        """Give files and connections back; who uses the tables again opens them again."""
