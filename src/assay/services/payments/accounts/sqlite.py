"""The ledger in one file of SQLite."""

from __future__ import annotations

from pathlib import Path

from assay.engines.storage.sqlite_tables import SqliteTables
from assay.services.payments.accounts.ledger import Ledger
from assay.services.payments.accounts.schema import SCHEMA


class SqliteLedger(Ledger):
    """Several processes may use one file."""

    def __init__(self, path: Path) -> None:
        super().__init__(SqliteTables(path, SCHEMA))
