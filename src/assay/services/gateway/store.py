"""The index of receipts: from a receipt's id, or the provider's response id, to its place in the log.

It is derived from the log and may lag behind it; `ReceiptIndex.catch_up` brings it level after a crash.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from assay.engines.storage.sqlite import open_tables, transaction

_SCHEMA = """
CREATE TABLE IF NOT EXISTS receipt (
    log_index   INTEGER PRIMARY KEY,
    id          TEXT NOT NULL,
    response_id TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS receipt_id ON receipt (id);
CREATE INDEX IF NOT EXISTS receipt_response_id ON receipt (response_id);
"""


class ReceiptIndex:
    """Where each receipt stands in the log. Writes wait in memory for `flush`; look-ups see them at once."""

    def __init__(self, path: Path) -> None:
        self._connection = open_tables(path, _SCHEMA)
        self._waiting: list[tuple[int, str, str]] = []

    def add(self, log_index: int, receipt_id: str, response_id: str) -> None:
        self._waiting.append((log_index, receipt_id, response_id))

    def find(self, name: str) -> int | None:
        """Log index of a receipt id or a provider's response id; the newest, where a provider repeats itself."""
        if not name:  # what providers call an answer that they do not name
            return None
        for log_index, receipt_id, response_id in reversed(self._waiting):
            if name in (receipt_id, response_id):
                return log_index
        row = self._connection.execute(
            "SELECT max(log_index) FROM receipt WHERE id = ?1 OR response_id = ?1", (name,)
        ).fetchone()
        return None if row[0] is None else int(row[0])

    def next_index(self) -> int:
        """The first log index that is not in the table."""
        (last,) = self._connection.execute("SELECT max(log_index) FROM receipt").fetchone()
        return 0 if last is None else int(last) + 1

    def catch_up(self, logged: Iterable[tuple[int, str, str]]) -> None:
        """Add receipts ``(log_index, id, response_id)`` that the table has missed."""
        self._waiting.extend(logged)
        self.flush()

    def flush(self) -> None:
        """Write what waits, in one transaction; on an error it goes on waiting."""
        if not self._waiting:
            return
        with transaction(self._connection):
            self._connection.executemany("INSERT OR REPLACE INTO receipt VALUES (?, ?, ?)", self._waiting)
        self._waiting.clear()

    def close(self) -> None:
        self._connection.close()
