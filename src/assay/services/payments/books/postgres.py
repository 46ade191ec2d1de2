"""The books in PostgreSQL; needs the extra ``postgres``."""

from __future__ import annotations

from assay.engines.storage.postgres_tables import PostgresTables
from assay.services.payments.books.kept import SCHEMA, KeptBooks


class PostgresBooks(KeptBooks):
    """Implements `assay.services.payments.books.Books`. Connects when it is first used; lives on one event loop."""

    def __init__(self, url: str) -> None:
        super().__init__(PostgresTables(url, SCHEMA))
