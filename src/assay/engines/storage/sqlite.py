"""Tables in SQLite, the way every service here keeps them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def open_tables(path: Path, schema: str, *, any_thread: bool = False) -> sqlite3.Connection:
    """A connection to the file at ``path``, with the tables of ``schema``; both are made when they are missing.

    Several processes may hold the same file open: readers never wait, and writers wait up to ten seconds for one
    another. A commit survives the death of the process at once, and a power cut after the next checkpoint.
    ``any_thread``: the caller sees to it that threads take turns.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = sqlite3.connect(path, isolation_level=None, timeout=10, check_same_thread=not any_thread)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.executescript(schema)
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything in the block is written, or nothing of it. Raises `sqlite3.Error`, a full disk included."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # on a full disk SQLite has already rolled back by itself
            connection.execute("ROLLBACK")
        raise
