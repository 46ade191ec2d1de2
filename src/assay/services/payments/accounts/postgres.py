"""The ledger in PostgreSQL; needs the extra ``postgres``."""

from __future__ import annotations

from assay.engines.storage.postgres_tables import PostgresTables
from assay.services.payments.accounts.ledger import Ledger
from assay.services.payments.accounts.schema import SCHEMA


class PostgresLedger(Ledger):
    """Connects when it is first used; lives on one event loop."""

    def __init__(self, url: str) -> None:
        super().__init__(PostgresTables(url, SCHEMA))
