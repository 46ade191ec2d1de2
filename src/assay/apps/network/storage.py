"""Where a node keeps its tables of money: files in its home, or the operator's PostgreSQL.

    [storage]
    postgres_env = "ASSAY_POSTGRES"

The setting names the variable that holds the URL, which may have a password in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assay.apps.network.home import Home
from assay.engines.inference.settings import Settings
from assay.errors import ConfigError
from assay.services.payments.accounts.ledger import Ledger
from assay.services.payments.accounts.sqlite import SqliteLedger
from assay.services.payments.books import Books
from assay.services.payments.books.sqlite import SqliteBooks


@dataclass(frozen=True, slots=True, repr=False)
class StorageSettings:
    """The table ``[storage]``."""

    postgres: str | None = None
    """URL of the database, or of a schema in it, that is this node's own; None means files in the home."""

    @classmethod
    def read(cls, table: Settings | None, environment: Mapping[str, str]) -> StorageSettings:
        """Raises `ConfigError` naming the setting at fault."""
        if table is None:
            return cls()
        with table:
            variable = table.required_text("postgres_env")
        if not environment.get(variable):
            raise ConfigError(
                f"{table.where} names the variable {variable}, which is not set",
                hint=f"export {variable}=postgresql://USER:PASSWORD@HOST/DATABASE",
            )
        return cls(environment[variable])


def open_ledger(settings: StorageSettings, home: Home) -> Ledger:
    """The ledger of prepaid accounts. Raises `PostgresExtraMissing`."""
    if settings.postgres is None:
        return SqliteLedger(home.ledger)
    from assay.services.payments.accounts.postgres import PostgresLedger  # an extra

    return PostgresLedger(settings.postgres)


def open_books(settings: StorageSettings, home: Home) -> Books:
    """The books of payments by signature. Raises `PostgresExtraMissing`."""
    if settings.postgres is None:
        return SqliteBooks(home.payments)
    from assay.services.payments.books.postgres import PostgresBooks  # an extra

    return PostgresBooks(settings.postgres)
